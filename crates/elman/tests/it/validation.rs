//! Validations: after which epochs, and what is told of them.

use elman::Error;
use elman::prelude::*;
use elman::training::callbacks::{
    BackupAndRestore, CsvLogger, LambdaCallback, ModelCheckpoint, Moment, ReduceLrOnPlateau,
};

fn data() -> (Tensor, Tensor) {
    let numbers = |n: usize, by: f32| (0..n).map(|i| (i as f32 * by).sin()).collect();
    (Tensor::new([6, 2], numbers(12, 0.7)).unwrap(), Tensor::new([6, 1], numbers(6, 1.3)).unwrap())
}

fn model() -> Model {
    let mut model = Sequential::new().seed(5);
    model.add(Dense::new(1).input_shape([2])).unwrap();
    model.compile(Sgd::new(0.1), "mse", &["mae"]).unwrap();
    model.into()
}

fn fit<'a>(epochs: usize) -> Fit<'a> {
    let (x, y) = data();
    Fit::new().verbose(Verbose::Silent).batch_size(4).epochs(epochs).validation_data(x, y)
}

#[test]
fn epochs_to_validate_after_are_every_so_many_or_those_of_a_list() {
    let (x, y) = data();
    let whole = model().fit(&x, &y, fit(5)).unwrap();
    let every = model().fit(&x, &y, fit(5).validation_freq(2)).unwrap();
    let listed = model().fit(&x, &y, fit(5).validation_freq([1, 5, 9])).unwrap();
    for (history, expected) in [(&every, &[1, 3][..]), (&listed, &[0, 4])] {
        assert_eq!(history.epochs(), [0, 1, 2, 3, 4]);
        assert_eq!(history.epochs_of("val_mae").unwrap(), expected);
        assert_eq!(history.epochs_of("loss").unwrap(), history.epochs());
        let all = whole.get("val_mae").unwrap();
        let chosen: Vec<f64> = expected.iter().map(|epoch| all[*epoch]).collect();
        assert_eq!(history.get("val_mae").unwrap(), chosen);
    }
    let error = model().fit(&x, &y, fit(1).validation_freq(0)).unwrap_err().to_string();
    assert!(error.contains("`validation_freq`") && error.contains("1 or more"), "{error}");
}

#[test]
fn callbacks_that_watch_a_validation_wait_for_the_next() {
    let (x, y) = data();
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("log.csv");
    let mut still = model();
    still.compile(Sgd::new(0.0), "mse", &[]).unwrap();
    let mut stopping = EarlyStopping::new("val_loss").patience(2);
    let history = still
        .fit(
            &x,
            &y,
            fit(20)
                .validation_freq(3)
                .callback(&mut stopping)
                .callback(ReduceLrOnPlateau::new("val_loss"))
                .callback(
                    ModelCheckpoint::new(folder.path().join("best.keras")).save_best_only(true),
                )
                .callback(CsvLogger::new(&table)),
        )
        .unwrap();
    // Two validations later, at the ends of epochs 6 and 9, counted from 1.
    assert_eq!((history.epochs().len(), stopping.stopped_epoch()), (9, Some(8)));
    let table = std::fs::read_to_string(table).unwrap();
    // As Keras names them, which doesn't know yet what a validation tells.
    let head = "epoch,learning_rate,loss,val_learning_rate,val_loss\n0,";
    assert!(table.starts_with(head), "{table}");
    assert!(table.lines().nth(1).unwrap().ends_with(",NA,NA"), "{table}");
    let wrong = EarlyStopping::new("val_los");
    let error = still.fit(&x, &y, fit(3).validation_freq(3).callback(wrong)).unwrap_err();
    assert!(error.to_string().contains("`monitor`"), "{error}");
}

#[test]
fn a_backup_knows_which_epochs_were_validated() {
    let (x, y) = data();
    let folder = tempfile::tempdir().unwrap();
    let train = |killed: bool| {
        let kill =
            LambdaCallback::new().on_epoch_begin(move |epoch, _| match killed && epoch == 4 {
                true => Err(Error::Custom { place: "test".into(), problem: "killed".into() }),
                false => Ok(()),
            });
        let backup = BackupAndRestore::new(folder.path());
        model().fit(&x, &y, fit(6).validation_freq(3).callback(kill).backup(backup))
    };
    assert!(train(true).is_err());
    let resumed = train(false).unwrap();
    assert_eq!(resumed.epochs_of("val_loss").unwrap(), [2, 5]);
    assert_eq!(resumed, train(false).unwrap());
}

/// What is told of the batches of validations; `end` ends one after its first.
#[derive(Default)]
struct Batches {
    told: Vec<String>,
    end: bool,
}

impl Callback for Batches {
    fn on_test_batch_begin(
        &mut self,
        batch: usize,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        self.told.push(format!("{batch}"));
        Ok(())
    }

    fn on_test_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        _: &mut Model,
        moment: &mut Moment,
    ) -> elman::Result<()> {
        self.told.push(format!("end of {batch}, {}", logs[0].0));
        moment.stop_evaluating = self.end;
        Ok(())
    }
}

#[test]
fn the_batches_of_a_validation_are_told_of() {
    let (x, y) = data();
    let mut batches = Batches::default();
    let behind_a_box: Box<dyn Callback + '_> = Box::new(&mut batches);
    let whole = model().fit(&x, &y, fit(1).callback(behind_a_box)).unwrap();
    assert_eq!(batches.told, ["0", "end of 0, loss", "1", "end of 1, loss"]);
    let mut first = Batches { end: true, ..Batches::default() };
    let cut = model().fit(&x, &y, fit(2).callback(&mut first)).unwrap();
    assert_eq!(first.told, ["0", "end of 0, loss", "0", "end of 0, loss"]);
    assert_ne!(cut.get("val_loss").unwrap()[0], whole.get("val_loss").unwrap()[0]);
}
