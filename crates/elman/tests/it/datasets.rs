//! Trainings on batches that are given one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use elman::data::{
    Batch, BatchIterator, Buckets, CsvRows, Dataset, NpyRows, Prefetch, RowDataset, Side, from_fn,
    generate,
};
use elman::prelude::*;
use elman::training::StopReason;
use elman::training::callbacks::{BackupAndRestore, LambdaCallback};
use elman::{Error, Result};
use ndarray::{Array2, Array3};

use crate::support::assert_refused;

const SAMPLES: usize = 22;

fn arrays() -> (Array3<f32>, Array2<f32>) {
    let x = Array3::from_shape_fn((SAMPLES, 4, 2), |(b, t, f)| ((b * 8 + t * 2 + f) as f32).sin());
    let y = Array2::from_shape_fn((SAMPLES, 1), |(b, _)| (b as f32 / 3.0).cos());
    (x, y)
}

/// With dropout, so that the steps of a training show in its random numbers.
fn model() -> Sequential {
    let mut model = Sequential::new().seed(5);
    model.add(Gru::new(3).dropout(0.2).input_shape([4, 2])).unwrap();
    model.add(Dense::new(1)).unwrap();
    model.compile(Adam::new(0.01), "mse", &["mae"]).unwrap();
    model
}

fn fit<'a>() -> Fit<'a> {
    Fit::new().epochs(3).verbose(Verbose::Silent)
}

fn rows() -> RowDataset {
    let (x, y) = arrays();
    RowDataset::new().x(&x).y(&y).batch_size(5)
}

/// What Arrow wrote, in row groups of four, read row by row and as a whole.
#[cfg(feature = "parquet")]
#[test]
fn rows_of_parquet_files_give_the_same_bits() {
    let path = "../elman-files/tests/data/snappy.parquet";
    let open = |columns| elman::data::ParquetRows::open(path).unwrap().columns(columns).unwrap();
    let whole = elman_files::read_array(path.as_ref()).unwrap();
    let table = Array2::from_shape_vec((10, 7), whole.to_f32()).unwrap();
    let (x, y) = (table.slice(ndarray::s![.., 4..6]), table.slice(ndarray::s![.., 6..7]));
    let new = || {
        let mut model = Sequential::new().seed(5);
        model.add(SimpleRnn::new(3).input_shape([2, 1])).unwrap().add(Dense::new(1)).unwrap();
        model.compile("adam", "mse", &[]).unwrap();
        model
    };
    let (mut a, mut b) = (new(), new());
    let x = x.to_shape((10, 2, 1)).unwrap().to_owned();
    a.fit(&x, y, fit().batch_size(3)).unwrap();
    let rows = RowDataset::new().x(open(4..6).sample_shape([2, 1]).unwrap()).y(open(6..7));
    b.fit_dataset(rows.batch_size(3).shuffle(5), fit()).unwrap();
    assert_eq!(a.weights(), b.weights());
}

/// The weights and the history's values after a training.
type Outcome = (Vec<Tensor>, String);

fn outcome(model: &Model, history: History) -> Outcome {
    (model.weights(), history.to_json().to_string())
}

fn on_arrays(shuffle: bool) -> Outcome {
    let ((x, y), mut model) = (arrays(), model());
    let history = model.fit(&x, &y, fit().batch_size(5).shuffle(shuffle)).unwrap();
    outcome(&model, history)
}

fn on_dataset(dataset: impl Dataset) -> Outcome {
    let mut model = model();
    let history = model.fit_dataset(dataset, fit()).unwrap();
    outcome(&model, history)
}

/// A data set whose length nobody knows before it ends.
fn of_unknown_length() -> impl Dataset {
    from_fn(|epoch| Ok(rows().batches(epoch)?.collect::<Vec<_>>().into_iter())).identity("rows")
}

#[test]
fn the_same_batches_give_the_same_bits() {
    assert_eq!(on_dataset(rows()), on_arrays(false));
    assert_eq!(on_dataset(rows().shuffle(5)), on_arrays(true));
    assert_ne!(on_dataset(rows().shuffle(6)), on_arrays(true));
    assert_eq!(on_dataset(Prefetch::new(rows().shuffle(5), 3)), on_arrays(true));
    assert_eq!(on_dataset(of_unknown_length()), on_arrays(false));
    // A generator goes on where the epoch before ended.
    let batches = (0..3).flat_map(|epoch| rows().batches(epoch).unwrap().collect::<Vec<_>>());
    let mut model = model();
    let history = model.fit_dataset(generate(batches), fit().steps_per_epoch(5)).unwrap();
    assert_eq!(outcome(&model, history), on_arrays(false));
}

#[test]
fn files_that_are_read_row_by_row_give_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let (x, y) = arrays();
    let file = |array: &Tensor| {
        let values = array.data().to_vec();
        elman_files::Array::f32(array.shape(), values)
    };
    let (npy, csv) = (folder.path().join("x.npy"), folder.path().join("xy.csv"));
    elman_files::npy::write(&npy, &file(&Tensor::from(&x))).unwrap();
    let flat = x.to_shape((SAMPLES, 8)).unwrap();
    let table = ndarray::concatenate![ndarray::Axis(1), flat, y];
    elman_files::csv::write(&csv, &file(&Tensor::from(&table))).unwrap();
    let of_csv = |columns| CsvRows::open(&csv).unwrap().columns(columns).unwrap();
    for shuffled in [false, true] {
        let sources = [
            RowDataset::new().x(NpyRows::open(&npy).unwrap()).y(&y),
            RowDataset::new().x(of_csv(0..8).sample_shape([4, 2]).unwrap()).y(of_csv(8..9)),
        ];
        for source in sources {
            let source = source.batch_size(5);
            let source = if shuffled { source.shuffle(5) } else { source };
            assert_eq!(on_dataset(source), on_arrays(shuffled));
        }
    }
}

#[test]
fn validation_evaluation_and_prediction_are_those_of_arrays() {
    let ((x, y), mut a, mut b) = (arrays(), model(), model());
    let weights = ndarray::Array1::from_shape_fn(SAMPLES, |i| (i % 3) as f32);
    let on_arrays = fit().batch_size(5).shuffle(false).sample_weight(&weights);
    let first = a.fit(&x, &y, on_arrays.validation_data(&x, &y)).unwrap();
    let validation = rows().batch_size(32);
    let weighted = rows().sample_weight(&weights);
    let second = b.fit_dataset(weighted, fit().validation_dataset(validation)).unwrap();
    assert_eq!(outcome(&a, first), outcome(&b, second));
    let all = a.evaluate_with(&x, &y, None, 5).unwrap();
    assert_eq!(b.evaluate_dataset(rows(), None).unwrap(), all);
    let some = rows().range(0..10);
    assert_eq!(b.evaluate_dataset(rows(), 2).unwrap(), b.evaluate_dataset(some, None).unwrap());
    assert_eq!(b.predict_dataset(rows(), None).unwrap()[0], a.predict(&x).unwrap());
    assert_eq!(b.predict_dataset(rows(), 1).unwrap()[0].shape(), [5, 1]);
}

#[test]
fn classes_weigh_in_batches_what_they_weigh_in_arrays() {
    let ((x, _), mut a, mut b) = (arrays(), model(), model());
    let y = Array2::from_shape_fn((SAMPLES, 1), |(b, _)| (b % 3) as f32);
    let weigh = |fit: Fit<'static>| fit.class_weight([(0, 0.5), (2, 3.0)]);
    let on_arrays = weigh(fit()).batch_size(5).shuffle(false).validation_data(&x, &y);
    let first = a.fit(&x, &y, on_arrays).unwrap();
    let rows = || RowDataset::new().x(&x).y(&y).batch_size(5);
    let validation = rows().batch_size(32);
    let second = b.fit_dataset(rows(), weigh(fit()).validation_dataset(validation)).unwrap();
    let weighed = outcome(&a, first);
    assert_eq!(weighed, outcome(&b, second));
    let mut plain = model();
    let history = plain.fit(&x, &y, fit().batch_size(5).shuffle(false)).unwrap();
    assert_ne!(weighed.0, outcome(&plain, history).0);

    let before = b.weights();
    let weights = ndarray::Array1::<f32>::ones(SAMPLES);
    let both = b.fit_dataset(rows().sample_weight(&weights), weigh(fit())).unwrap_err();
    assert!(both.to_string().contains("`class_weight`"), "{both}");
    let nan = b.fit_dataset(rows(), fit().class_weight([(1, f64::NAN)])).unwrap_err();
    assert!(nan.to_string().contains("NaN for class 1"), "{nan}");
    assert_eq!(b.weights(), before);
}

/// Trains until it is killed at the start of that batch, as counted over all epochs.
fn killed(folder: &std::path::Path, dataset: impl Dataset, at: usize) -> Option<Outcome> {
    let (mut model, mut count) = (model(), 0);
    let kill = LambdaCallback::new().on_train_batch_end(move |_, _, _| {
        count += 1;
        match count == at {
            true => Err(Error::Custom { place: "kill".into(), problem: "now".into() }),
            false => Ok(()),
        }
    });
    let backup = BackupAndRestore::new(folder).save_freq(2);
    let trained = model.fit_dataset(dataset, fit().callback(kill).backup(backup));
    trained.ok().map(|history| outcome(&model, history))
}

#[test]
fn a_training_on_a_data_set_is_taken_up_again() {
    for at in 1..15 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        match at % 3 {
            0 => assert!(killed(path, rows().shuffle(5), at).is_none()),
            1 => assert!(killed(path, Prefetch::new(rows().shuffle(5), 2), at).is_none()),
            _ => assert!(killed(path, of_unknown_length(), at).is_none()),
        }
        let (weights, shuffled) = match at % 3 {
            2 => (killed(path, of_unknown_length(), 99).unwrap().0, false),
            _ => (killed(path, rows().shuffle(5), 99).unwrap().0, true),
        };
        assert_eq!(weights, on_arrays(shuffled).0, "killed at {at}");
    }
}

#[test]
fn a_backup_of_other_data_or_of_data_that_do_not_come_again_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(killed(folder.path(), rows(), 4).is_none());
    let mut other = model();
    let backup = || fit().backup(BackupAndRestore::new(folder.path()));
    let error = other.fit_dataset(rows().shuffle(5), backup()).unwrap_err().to_string();
    assert!(error.contains("in order") && error.contains("shuffled by 5"), "{error}");
    let (x, y) = arrays();
    let error = other.fit(&x, &y, backup().batch_size(5)).unwrap_err().to_string();
    assert!(error.contains("22 samples"), "{error}");
    let batches = rows().batches(0).unwrap().collect::<Vec<_>>();
    let error = other.fit_dataset(generate(batches.into_iter()), backup()).unwrap_err();
    assert!(error.to_string().contains("`identity`"), "{error}");
}

#[test]
fn an_interrupted_training_stops_after_its_batch() {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let raise = LambdaCallback::new().on_train_batch_end(move |batch, _, _| {
        raised.store(batch == 1, Ordering::Relaxed);
        Ok(())
    });
    let mut model = model();
    let data = Prefetch::new(rows(), 1);
    let history = model.fit_dataset(data, fit().callback(raise).stop_when(flag)).unwrap();
    assert_eq!(history.stopped(), Some(&StopReason::Interrupted));
    assert_eq!(model.optimizer_state().unwrap().iterations(), 2);
}

/// Counts the batches that were made, and fails or panics at one.
struct Counting {
    made: Arc<AtomicUsize>,
    bad: usize,
    panics: bool,
}

impl Dataset for Counting {
    fn batches(&mut self, _: usize) -> Result<BatchIterator<'_>> {
        Ok(Box::new((0..50).map(|i| {
            self.made.fetch_add(1, Ordering::SeqCst);
            if i == self.bad {
                assert!(!self.panics, "no such batch");
                return Err(Error::Custom { place: "data".into(), problem: "broken".into() });
            }
            Ok(Batch::of_inputs(Array2::from_elem((1, 1), i as f32)))
        })))
    }
}

#[test]
fn prefetching_keeps_order_errors_and_panics_and_stops_cleanly() {
    let made = Arc::new(AtomicUsize::new(0));
    let new = |bad: usize, panics: bool, ahead: usize| {
        let made = Arc::clone(&made);
        made.store(0, Ordering::SeqCst);
        Prefetch::new(Counting { made, bad, panics }, ahead)
    };
    let number = |batch: Result<Batch>| Vec::from(batch.unwrap().x)[0].data()[0] as usize;
    for ahead in [0, 1, 2, 7, 100] {
        let mut data = new(99, false, ahead);
        for _epoch in 0..2 {
            let numbers: Vec<usize> = data.batches(0).unwrap().map(number).collect();
            assert_eq!(numbers, (0..50).collect::<Vec<_>>());
        }
        // What nobody takes is not made, and the thread is gone when the batches are.
        let mut data = new(99, false, ahead);
        let taken: Vec<usize> = data.batches(0).unwrap().take(3).map(number).collect();
        assert_eq!(taken, [0, 1, 2]);
        let so_far = made.load(Ordering::SeqCst);
        assert!(so_far <= 3 + ahead.max(1) + 1, "{so_far} made, {ahead} ahead");
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(made.load(Ordering::SeqCst), so_far);
        assert_eq!(data.batches(0).unwrap().count(), 50, "and it goes on");
    }
    let mut data = new(3, false, 2);
    let batches: Vec<_> = data.batches(0).unwrap().collect();
    assert_eq!(batches.len(), 4);
    assert!(batches[3].as_ref().unwrap_err().to_string().contains("broken"));
    assert!(data.batches(1).is_ok(), "an error leaves the data set as it was");
    let mut data = new(3, true, 2);
    let batches: Vec<_> = data.batches(0).unwrap().collect();
    assert_eq!(batches.len(), 4);
    let error = batches[3].as_ref().unwrap_err().to_string();
    assert!(error.contains("panicked: no such batch"), "{error}");
    drop(batches);
    let error = data.batches(1).map(drop).unwrap_err().to_string();
    assert!(error.contains("panicked before"), "{error}");
}

#[test]
fn buckets_hold_every_sequence_once_and_padding_changes_nothing() {
    let lengths = [3, 9, 1, 4, 4, 12, 2, 7, 8, 5, 3];
    let sequence = |i: usize, time: usize| {
        Array2::from_shape_fn((time, 2), |(t, f)| ((i * 31 + t * 2 + f) as f32).sin() + 0.01)
    };
    let sequences: Vec<Array2<f32>> =
        lengths.iter().enumerate().map(|(i, time)| sequence(i, *time)).collect();
    let numbers = Array2::from_shape_fn((lengths.len(), 1), |(i, _)| i as f32);
    let mut model = Sequential::new().seed(2);
    model.add(Lstm::new(3).input_dim(2)).unwrap().add(Dense::new(1)).unwrap();
    for side in [Side::Pre, Side::Post] {
        let new = || Buckets::new(&sequences, [4, 8]).y(&numbers).unwrap().batch_size(2);
        let mut data = new().padding(side).value(7.0).shuffle(1);
        assert_eq!(data.num_batches(), Some(6));
        let mut orders = Vec::new();
        for epoch in 0..2 {
            let mut seen = Vec::new();
            for batch in data.batches(epoch).unwrap().map(Result::unwrap) {
                let (x, y) = (Vec::from(batch.x).remove(0), Vec::from(batch.y).remove(0));
                let of_batch: Vec<usize> = y.data().iter().map(|i| *i as usize).collect();
                let longest = of_batch.iter().map(|i| lengths[*i]).max().unwrap();
                assert_eq!(x.shape(), [of_batch.len(), longest, 2]);
                let bucket = |time: usize| (time >= 4) as usize + (time >= 8) as usize;
                assert!(of_batch.iter().all(|i| bucket(lengths[*i]) == bucket(longest)));
                let together = model.predict(&x).unwrap();
                for (row, i) in of_batch.iter().enumerate() {
                    let alone = sequences[*i].view().insert_axis(ndarray::Axis(0));
                    let alone = model.predict(alone).unwrap();
                    assert_eq!(together[[row, 0]], alone[[0, 0]], "sequence {i}");
                }
                seen.extend(of_batch);
            }
            orders.push(seen.clone());
            seen.sort_unstable();
            assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>());
        }
        assert_ne!(orders[0], orders[1]);
    }
}

/// The mask goes on to the loss: what is padded is no part of it.
#[test]
fn padded_targets_do_not_count() {
    let sequences = [3, 5].map(|time| Array2::from_shape_fn((time, 2), |(t, f)| (t + f) as f32));
    let targets = [3, 5].map(|time| Array2::from_shape_fn((time, 1), |(t, _)| t as f32));
    let mut model = Sequential::new().seed(2);
    model.add(Gru::new(3).return_sequences(true).input_dim(2)).unwrap();
    model.add(Dense::new(1)).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    let loss = |value: f32| {
        let data = Buckets::new(&sequences, []).y_sequences(&targets).unwrap().value(value);
        model.evaluate_dataset(data, None).unwrap()
    };
    assert_eq!(loss(0.0), loss(1000.0));
}

#[test]
fn what_makes_no_sense_is_refused() {
    fn train(dataset: impl Dataset, fit: Fit) -> Result<()> {
        model().fit_dataset(dataset, fit.verbose(Verbose::Silent)).map(drop)
    }
    fn array(rows: usize) -> Array2<f32> {
        Array2::zeros((rows, 1))
    }
    assert_refused(&[
        ("batch size", || train(rows(), fit().batch_size(3)), &["`batch_size`", "data set"]),
        ("split", || train(rows(), fit().validation_split(0.5)), &["`validation_split`"]),
        ("weights", || train(rows(), fit().sample_weight(array(1))), &["`sample_weight`"]),
        ("no steps", || train(rows(), fit().steps_per_epoch(0)), &["`steps_per_epoch`"]),
        ("few batches", || train(rows(), fit().steps_per_epoch(6)), &["5, as many", "got 6"]),
        ("no batch", || train(from_fn(|_| Ok(std::iter::empty())), fit()), &["a batch or more"]),
        (
            "both",
            || {
                train(
                    rows(),
                    fit().validation_dataset(rows()).validation_data(arrays().0, arrays().1),
                )
            },
            &["validation"],
        ),
        ("alone", || train(rows(), fit().validation_steps(2)), &["`validation_steps`"]),
        (
            "few for validation",
            || train(rows(), fit().validation_dataset(rows()).validation_steps(9)),
            &["got 9"],
        ),
        (
            "no steps of arrays",
            || {
                let (x, y) = arrays();
                model().fit(&x, &y, fit().steps_per_epoch(0)).map(drop)
            },
            &["`steps_per_epoch`", "1 or more"],
        ),
        ("no rows", || train(RowDataset::new(), fit()), &["`x`"]),
        ("other rows", || train(rows().y(&array(3)), fit()), &["RowDataset: y", "22 rows"]),
        ("range", || train(rows().range(3..40), fit()), &["`range`", "22 rows"]),
        ("batch of none", || train(rows().batch_size(0), fit()), &["`batch_size`"]),
        (
            "shape",
            || train(RowDataset::new().x(&array(4)).y(&array(4)), fit()),
            &["expected (None, 4, 2)"],
        ),
        (
            "nan",
            || {
                train(
                    RowDataset::new()
                        .x(&array(4))
                        .y(&Array2::from_elem((4, 1), f32::NAN))
                        .batch_size(3),
                    fit(),
                )
            },
            &["epoch 1, batch 1", "[0, 0]"],
        ),
        ("targets", || train(RowDataset::new().x(&arrays().0), fit()), &["1 arrays", "0 arrays"]),
        ("boundaries", || train(Buckets::new(&[array(3)], [4, 4]), fit()), &["`boundaries`"]),
        (
            "an empty sequence",
            || train(Buckets::new(&[array(3), array(0)], [4]), fit()),
            &["sequence 1"],
        ),
        (
            "target rows",
            || Buckets::new(&[array(3)], []).y(array(2)).map(drop),
            &["a row for each"],
        ),
        (
            "target steps",
            || Buckets::new(&[array(3)], []).y_sequences(&[array(2)]).map(drop),
            &["the same steps"],
        ),
    ]);
}

/// As in Keras: epochs of so many steps go on in the arrays, and the one that comes to their end is
/// short.
#[test]
fn epochs_of_arrays_in_steps_are_the_batches_of_whole_epochs() {
    let (x, y) = arrays();
    let trained = |fit: Fit| {
        let mut model = model();
        let history = model.fit(&x, &y, fit.batch_size(5)).unwrap();
        let steps = model.optimizer_state().unwrap().iterations();
        (model.weights(), steps, history.epochs().len())
    };
    // Five batches: 2 + 2 + 1, twice, are two whole epochs, shuffled as those that begin them.
    let (weights, steps, epochs) = trained(fit().epochs(6).steps_per_epoch(2).shuffle(false));
    assert_eq!((steps, epochs), (10, 6));
    assert_eq!(weights, trained(fit().epochs(2).shuffle(false)).0);
    assert_eq!(trained(fit().epochs(3).steps_per_epoch(2)).0, trained(fit().epochs(1)).0);
    assert_eq!(trained(fit().epochs(2).steps_per_epoch(9)).0, trained(fit().epochs(2)).0);
    assert_eq!(trained(fit().epochs(4).steps_per_epoch(2)).1, 7);
    // Epochs that were counted before have no batches here.
    assert_eq!(trained(fit().initial_epoch(2).epochs(4).steps_per_epoch(2)).1, 4);
}

#[test]
fn an_interrupted_training_in_steps_goes_on() {
    let (x, y) = arrays();
    let folder = std::env::temp_dir().join(format!("elman-steps-{}", std::process::id()));
    let whole = || fit().epochs(4).steps_per_epoch(2).batch_size(5);
    let mut expected = model();
    expected.fit(&x, &y, whole()).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let raise = LambdaCallback::new().on_train_batch_end(move |batch, _, _| {
        flag.store(batch == 0, Ordering::Relaxed);
        Ok(())
    });
    let mut given = model();
    let fit = whole().backup(BackupAndRestore::new(&folder)).callback(raise);
    let history = given.fit(&x, &y, fit.stop_when(stop)).unwrap();
    assert_eq!(history.stopped(), Some(&StopReason::Interrupted));
    let again = whole().backup(BackupAndRestore::new(&folder)).steps_per_epoch(3);
    assert!(given.fit(&x, &y, again).unwrap_err().to_string().contains("2 steps an epoch"));
    let mut resumed = model();
    resumed.fit(&x, &y, whole().backup(BackupAndRestore::new(&folder))).unwrap();
    assert_eq!(resumed.weights(), expected.weights());
}
