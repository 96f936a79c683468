//! Callbacks: when they are called, what they leave behind, how they are described.

use elman::Error;
use elman::prelude::*;
use elman::training::callbacks::{
    BackupAndRestore, LambdaCallback, Moment, SwapEmaWeights, TensorBoard,
};
use serde_json::{Value, json};

use crate::event_files::{self, Event};

fn data() -> (Tensor, Tensor) {
    let numbers = |n: usize, by: f32| (0..n).map(|i| (i as f32 * by).sin()).collect();
    (Tensor::new([6, 2], numbers(12, 0.7)).unwrap(), Tensor::new([6, 1], numbers(6, 1.3)).unwrap())
}

fn averaging() -> Model {
    let mut model = Sequential::new().seed(5);
    model.add(Dense::new(3).input_shape([2])).unwrap().add(Dense::new(1)).unwrap();
    model.compile(Adam::new(0.05).use_ema(true).ema_momentum(0.8), "mse", &[]).unwrap();
    model.into()
}

fn fit<'a>(epochs: usize) -> Fit<'a> {
    let (x, y) = data();
    Fit::new().verbose(Verbose::Silent).batch_size(2).epochs(epochs).validation_data(x, y)
}

/// Writes down what it is called for.
#[derive(Default)]
struct Recorder(Vec<String>);

impl Callback for Recorder {
    fn on_train_begin(&mut self, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.0.push("train".into());
        Ok(())
    }

    fn on_epoch_begin(&mut self, e: usize, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.0.push(format!("epoch {e}"));
        Ok(())
    }

    fn on_train_batch_begin(
        &mut self,
        batch: usize,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        self.0.push(format!("batch {batch}"));
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        self.0.push(format!("end of batch {batch}, {}", logs[0].0));
        Ok(())
    }

    fn on_test_begin(&mut self, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.0.push("test".into());
        Ok(())
    }

    fn on_test_end(&mut self, logs: &Logs, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.0.push(format!("end of test, {}", logs[0].0));
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        self.0.push(format!("end of epoch {epoch}, {}", logs[1].0));
        Ok(())
    }

    fn on_train_end(&mut self, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.0.push("end".into());
        Ok(())
    }
}

/// Through a reference and a box as well.
#[test]
fn callbacks_are_called_in_keras_order() {
    let (x, y) = data();
    let mut recorder = Recorder::default();
    let behind_a_box: Box<dyn Callback + '_> = Box::new(&mut recorder);
    averaging().fit(&x, &y, fit(1).batch_size(4).callback(behind_a_box)).unwrap();
    let expected = [
        "train",
        "epoch 0",
        "batch 0",
        "end of batch 0, loss",
        "batch 1",
        "end of batch 1, loss",
        "test",
        "end of test, loss",
        "end of epoch 0, val_loss",
        "end",
    ];
    assert_eq!(recorder.0, expected);
}

#[test]
fn later_callbacks_see_averages_only_where_they_are_swapped_for_the_epoch() {
    let (x, y) = data();
    let mut seen = Vec::new();
    for swap_on_epoch in [false, true] {
        let mut weights = Vec::new();
        let watch = LambdaCallback::new().on_epoch_end(|_, _, model| {
            weights.push(model.weights());
            Ok(())
        });
        let swap = SwapEmaWeights::new().swap_on_epoch(swap_on_epoch);
        let mut model = averaging();
        model.fit(&x, &y, fit(3).callback(swap).callback(watch)).unwrap();
        seen.push((weights, model.weights()));
    }
    let [(plain, at_end), (averaged, averaged_at_end)] = &seen[..] else { unreachable!() };
    assert_eq!(at_end, averaged_at_end, "the same training");
    assert!(plain.iter().zip(averaged).all(|(a, b)| a != b));
    assert_eq!(averaged.last(), Some(at_end), "`fit` ends with the averages");
}

/// Keras ends with the weights that are no averages, if the training ends early.
#[test]
fn a_training_that_is_stopped_ends_with_its_averages() {
    let (x, y) = data();
    let mut ends = Vec::new();
    for swap in [false, true] {
        let mut model = averaging();
        let mut fit = fit(9);
        if swap {
            fit = fit.callback(SwapEmaWeights::new().swap_on_epoch(true));
        }
        let stop = EarlyStopping::new("loss").min_delta(1e9).patience(2);
        let history = model.fit(&x, &y, fit.callback(stop)).unwrap();
        assert_eq!(history.epochs().len(), 3);
        ends.push(model.weights());
    }
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn a_training_that_fails_gives_the_weights_back() {
    let (x, y) = data();
    let fail = |_: usize, _: &mut Logs, _: &mut Model| {
        Err(Error::Custom { place: "test".into(), problem: "now".into() })
    };
    let mut ends = Vec::new();
    for on_epoch in [false, true] {
        let swap = SwapEmaWeights::new().swap_on_epoch(on_epoch);
        let fail = LambdaCallback::new().on_epoch_end(fail);
        let mut model = averaging();
        assert!(model.fit(&x, &y, fit(3).callback(swap).callback(fail)).is_err());
        ends.push(model.weights());
    }
    assert_eq!(ends[0], ends[1]);
}

#[test]
fn a_backup_between_swaps_goes_on_as_if_nothing_had_been() {
    let (x, y) = data();
    let folder = tempfile::tempdir().unwrap();
    let train = |killed: bool| {
        let mut model = averaging();
        let swap = SwapEmaWeights::new().swap_on_epoch(true);
        let kill =
            LambdaCallback::new().on_epoch_begin(move |epoch, _| match killed && epoch == 2 {
                true => Err(Error::Custom { place: "test".into(), problem: "killed".into() }),
                false => Ok(()),
            });
        let backup = BackupAndRestore::new(folder.path());
        let trained = model.fit(&x, &y, fit(4).callback(swap).callback(kill).backup(backup));
        trained.map(|history| (history.to_json(), model.weights()))
    };
    assert!(train(true).is_err());
    let resumed = train(false).unwrap();
    assert_eq!(resumed, train(false).unwrap());
}

#[test]
fn without_averages_there_is_nothing_to_swap() {
    let (x, y) = data();
    let mut model = averaging();
    let early = model.with_ema_weights(|_| ()).unwrap_err().to_string();
    assert!(early.contains("`use_ema`") && early.contains("taken a step"), "{early}");
    model.compile("adam", "mse", &[]).unwrap();
    let error = model.fit(&x, &y, fit(1).callback(SwapEmaWeights::new())).unwrap_err();
    assert!(error.to_string().contains("SwapEMAWeights: argument `use_ema`"), "{error}");
}

#[test]
fn batches_are_counted_on_over_a_backup() {
    let (x, y) = data();
    let [logs, backups] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for (killed, expected) in [(true, &[1, 2, 3, 4, 5][..]), (false, &[4, 5, 6, 7, 8, 9])] {
        let log_dir = logs.path().join(killed.to_string());
        let kill = LambdaCallback::new().on_train_batch_end(move |batch, _, model| {
            let steps = model.optimizer_state()?.iterations();
            match killed && (batch, steps) == (1, 5) {
                true => Err(Error::Custom { place: "test".into(), problem: "killed".into() }),
                false => Ok(()),
            }
        });
        let board = TensorBoard::new(&log_dir).update_freq(1);
        let backup = BackupAndRestore::new(backups.path());
        let fit = fit(3).callback(board).callback(kill).backup(backup);
        assert_eq!(averaging().fit(&x, &y, fit).is_err(), killed);
        let of_batch = |event: Event| match event {
            Event::Value(value) if value.tag == "batch_loss" => Some(value.step),
            _ => None,
        };
        let events = event_files::read(&log_dir.join("train"));
        assert_eq!(events.into_iter().filter_map(of_batch).collect::<Vec<_>>(), expected);
    }
}

fn described(class: &str, config: Value) -> elman::Result<()> {
    let object = json!({ "class_name": class, "config": config });
    let (x, y) = data();
    averaging().fit(&x, &y, fit(1).callback_from_object(&object)?).map(|_| ())
}

#[test]
fn all_of_keras_callbacks_can_be_described() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let schedule = json!({
        "class_name": "ExponentialDecay",
        "config": { "initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.5 },
    });
    for (class, config) in [
        ("BackupAndRestore", json!({ "backup_dir": path("b"), "save_freq": 2 })),
        ("CSVLogger", json!({ "filename": path("log.csv"), "separator": ";", "append": true })),
        ("EarlyStopping", json!({ "monitor": "loss", "mode": "min", "baseline": 2, "verbose": 0 })),
        ("LearningRateScheduler", json!({ "schedule": schedule })),
        ("ModelCheckpoint", json!({ "filepath": path("{epoch}.keras"), "save_best_only": true })),
        ("ReduceLROnPlateau", json!({ "factor": 0.5, "min_lr": 1e-5 })),
        ("SwapEMAWeights", json!({ "swap_on_epoch": true })),
        ("TensorBoard", json!({ "log_dir": path("board"), "update_freq": "batch" })),
        ("TerminateOnNaN", json!({})),
    ] {
        described(class, config).unwrap_or_else(|error| panic!("{class}: {error}"));
    }
    assert!(std::fs::read_to_string(path("log.csv")).unwrap().starts_with("epoch;loss;val_loss\n"));
    assert!(load_model(path("1.keras")).is_ok());
    assert!(path("board/validation").is_dir());
}

#[test]
fn checkpoints_may_count_batches() {
    let folder = tempfile::tempdir().unwrap();
    let filepath = folder.path().join("{epoch:02d}-{batch}.keras");
    let config = json!({ "filepath": filepath, "save_freq": 2 });
    let object = json!({ "class_name": "ModelCheckpoint", "config": config });
    let (x, y) = data();
    averaging().fit(&x, &y, fit(3).callback_from_object(&object).unwrap()).unwrap();
    // Nine batches in three epochs: the count goes on where an epoch ends.
    let expected = [("01-2", 2), ("02-1", 4), ("02-3", 6), ("03-2", 8)];
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), expected.len());
    for (name, steps) in expected {
        let model = load_model(folder.path().join(format!("{name}.keras"))).unwrap();
        assert_eq!(model.optimizer_state().unwrap().iterations(), steps, "{name}");
    }
    // The first is the best so far; of a loss that only grows it stays so.
    let best = ModelCheckpoint::new(folder.path().join("best-{epoch}-{batch}.keras"))
        .save_freq(2)
        .save_best_only(true)
        .monitor("loss")
        .mode(elman::training::callbacks::Mode::Max);
    averaging().fit(&x, &y, fit(3).callback(best)).unwrap();
    let best = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let best = best.filter(|name| name.to_string_lossy().starts_with("best")).count();
    assert!((1..4).contains(&best), "{best}");
    let never = ModelCheckpoint::new("never.keras").save_freq(0);
    let error = averaging().fit(&x, &y, fit(1).callback(never)).unwrap_err().to_string();
    assert!(error.contains("`save_freq`"), "{error}");
}

/// A checkpoint waits as long as it would have if the training had not been killed.
#[test]
fn a_resumed_training_counts_batches_on() {
    let folder = tempfile::tempdir().unwrap();
    let (x, y) = data();
    let train = |kill_at: usize| {
        let kill = LambdaCallback::new().on_epoch_begin(move |epoch, _| match epoch == kill_at {
            true => Err(Error::Custom { place: "kill".into(), problem: "now".into() }),
            false => Ok(()),
        });
        let every_two = ModelCheckpoint::new(folder.path().join("{epoch}-{batch}.keras"));
        let backup = BackupAndRestore::new(folder.path().join("backup"));
        let fit = fit(3).callback(every_two.save_freq(2)).callback(kill).backup(backup);
        averaging().fit(&x, &y, fit)
    };
    assert!(train(1).is_err());
    train(99).unwrap();
    for name in ["1-2", "2-1", "2-3", "3-2"] {
        assert!(folder.path().join(format!("{name}.keras")).exists(), "{name}");
    }
    assert!(!folder.path().join("2-2.keras").exists());
}

#[test]
fn wrong_descriptions_are_named() {
    let cases = [
        ("EarlyStoping", json!({}), &["callback `EarlyStoping`", "EarlyStopping"][..]),
        ("EarlyStopping", json!({ "patients": 3 }), &["EarlyStopping", "`patients`", "`patience`"]),
        ("EarlyStopping", json!({ "patience": -1 }), &["patience", "-1"]),
        ("EarlyStopping", json!({ "mode": "up" }), &["mode", "auto, min or max", "up"]),
        ("EarlyStopping", json!({ "verbose": 1 }), &["verbose = 1", "not supported"]),
        ("ModelCheckpoint", json!({}), &["ModelCheckpoint", "`filepath`", "missing"]),
        (
            "ModelCheckpoint",
            json!({ "filepath": "a.keras", "save_format": "tf" }),
            &["ModelCheckpoint", "`save_format`"],
        ),
        ("ModelCheckpoint", json!({ "filepath": "a", "save_freq": 0 }), &["`save_freq`", "0"]),
        ("ModelCheckpoint", json!({ "filepath": "a", "save_freq": "batch" }), &["`save_freq`"]),
        ("CSVLogger", json!({ "filename": "a.csv", "separator": "ab" }), &["separator"]),
        ("TensorBoard", json!({ "update_freq": 0 }), &["`update_freq`", "batch", "0"]),
        ("TensorBoard", json!({ "update_freq": "step" }), &["`update_freq`", "step"]),
        ("TensorBoard", json!({ "write_images": true }), &["write_images"]),
        ("TensorBoard", json!({ "profile_batch": 2 }), &["profile_batch"]),
        ("TensorBoard", json!({ "embeddings_freq": 1 }), &["embeddings_freq"]),
        ("LearningRateScheduler", json!({ "schedule": 0.1 }), &["`schedule`", "ExponentialDecay"]),
        ("LearningRateScheduler", json!({}), &["`schedule`"]),
        ("LambdaCallback", json!({}), &["LambdaCallback", "Fit::callback"]),
        ("RemoteMonitor", json!({}), &["RemoteMonitor", "not supported"]),
        ("TerminateOnNaN", json!({ "patience": 3 }), &["TerminateOnNaN", "`patience`"]),
        ("BackupAndRestore", json!({ "backup_dir": "b", "double_checkpoint": true }), &["double"]),
    ];
    for (class, config, words) in cases {
        let error = described(class, config).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{class}: {word:?} is not in {error}");
        }
    }
    let (x, y) = data();
    let board = TensorBoard::new("nowhere").update_freq(0);
    let error = averaging().fit(&x, &y, fit(1).callback(board)).unwrap_err().to_string();
    assert!(
        error.contains("`update_freq`") && !std::path::Path::new("nowhere").exists(),
        "{error}"
    );
}

#[test]
fn checkpoints_may_hold_weights_alone_and_wait_for_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let train = |threshold: f64, name: &str| {
        let path = folder.path().join(name);
        let mut model = averaging();
        let (x, y) = data();
        let checkpoint = ModelCheckpoint::new(&path)
            .monitor("loss")
            .save_best_only(true)
            .save_weights_only(true)
            .initial_value_threshold(threshold);
        model.fit(x, y, fit(1).callback(checkpoint)).unwrap();
        (model, path)
    };
    let (mut model, path) = train(1e9, "best.weights.h5");
    let trained = model.weights();
    model.set_weights(trained.iter().map(|w| Tensor::zeros(w.shape()))).unwrap();
    model.load_weights(path).unwrap();
    assert_ne!(
        model.weights(),
        trained.iter().map(|w| Tensor::zeros(w.shape())).collect::<Vec<_>>()
    );
    assert!(!train(0.0, "never.weights.h5").1.exists());
}

#[test]
fn a_stop_after_a_batch_cuts_the_epoch_short() {
    struct Stop;
    impl Callback for Stop {
        fn on_train_batch_end(
            &mut self,
            batch: usize,
            _: &Logs,
            _: &mut Model,
            moment: &mut Moment,
        ) -> elman::Result<()> {
            if batch == 1 {
                moment.stop = Some("enough".into());
            }
            Ok(())
        }
    }
    let (x, y) = data();
    let (mut model, mut recorder) = (averaging(), Recorder::default());
    let history = model.fit(x, y, fit(5).callback(Stop).callback(&mut recorder)).unwrap();
    assert_eq!(history.epochs(), [0]);
    assert!(history.get("val_loss").is_some(), "validated all the same");
    assert_eq!(recorder.0.iter().filter(|what| what.starts_with("batch ")).count(), 2);
}
