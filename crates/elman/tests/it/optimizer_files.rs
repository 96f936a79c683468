//! Optimizers in files: those that Keras wrote, and training that goes on from a file as if it had
//! never stopped.

use elman::Error;
use elman::prelude::*;
use elman::training::callbacks::{BackupAndRestore, LambdaCallback};
use elman::training::optimizers::Nadam;
use elman::training::schedules::ExponentialDecay;
use elman_files::KerasArchive;
use serde_json::{Value, json};

use crate::support::{Report, fixture, fixture_path, tensor, tensors};

/// Rounding differs between Keras and elman in every step and adds up over three of them.
const TOLERANCE: f64 = 1e-5;

fn optimizer_variables(bytes: &[u8]) -> Vec<Tensor> {
    let archive = KerasArchive::from_bytes(bytes, "model.keras").unwrap();
    let variables = archive.weights.variables("optimizer/vars");
    variables.iter().map(|v| Tensor::new(v.shape.clone(), v.to_f32()).unwrap()).collect()
}

#[test]
fn training_goes_on_as_in_keras() {
    let manifest = fixture("optimizers/manifest.json");
    let (x, y) = (tensor(&manifest["x"]), tensor(&manifest["y"]));
    assert_eq!(manifest["fit"], json!({ "batch_size": 3, "epochs": 1, "shuffle": false }));
    let mut report = Report::default();
    for case in manifest["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = go_on(name, case, (&x, &y), &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(19 * 15);
}

fn go_on(
    name: &str,
    case: &Value,
    (x, y): (&Tensor, &Tensor),
    report: &mut Report,
) -> elman::Result<()> {
    let mut model = load_model(fixture_path(&format!("optimizers/{name}.keras")))?;
    // Written again, the optimizer has the variables that Keras wrote, bit for bit.
    let written = optimizer_variables(&model.to_bytes()?);
    let keras: Vec<Tensor> =
        case["optimizer_variables"].as_array().unwrap().iter().map(tensor).collect();
    if written != keras {
        report.problem(format!("{name}: other optimizer variables than Keras's"));
    }
    let fit = Fit::new().batch_size(3).shuffle(false).verbose(Verbose::Silent);
    let history = model.fit(x, y, fit)?;
    let loss = case["loss_after"][0].as_f64().unwrap();
    report.close_number(&format!("{name}: loss"), history.last("loss").unwrap(), loss, TOLERANCE);
    for (i, (got, expected)) in
        model.weights().iter().zip(tensors(&case["weights_after"])).enumerate()
    {
        report.close(&format!("{name}: weight {i}"), got, &expected, TOLERANCE);
    }
    let expected = tensors(&case["optimizer_variables_after"]);
    for (i, (got, expected)) in
        optimizer_variables(&model.to_bytes()?).iter().zip(expected).enumerate()
    {
        report.close(&format!("{name}: optimizer variable {i}"), got, &expected, TOLERANCE);
    }
    Ok(())
}

/// Keras 2 wrote no learning rate into the optimizer's state.
#[test]
fn training_goes_on_from_a_file_of_keras_2() {
    let case = &fixture("optimizers/manifest.json")["keras_2"];
    let mut model = load_model(fixture_path("models/tfk_seq.keras")).unwrap();
    assert!(model.optimizer_state().unwrap().iterations() > 0);
    let fit = Fit::new().batch_size(2).shuffle(false).verbose(Verbose::Silent);
    let history = model.fit(tensor(&case["x"]), tensor(&case["y"]), fit).unwrap();
    let mut report = Report::default();
    let loss = case["loss_after"].as_f64().unwrap();
    report.close_number("loss", history.last("loss").unwrap(), loss, TOLERANCE);
    for (i, (got, expected)) in
        model.weights().iter().zip(tensors(&case["weights_after"])).enumerate()
    {
        report.close(&format!("weight {i}"), got, &expected, TOLERANCE);
    }
    report.finish(12);
}

/// Training two steps, saving, loading and training two more is training four steps, bit for bit.
#[test]
fn a_file_interrupts_nothing() {
    let x = Tensor::new([6, 4, 3], (0..72).map(|i| (i as f32 * 0.7).sin()).collect()).unwrap();
    let y = Tensor::new([6, 2], (0..12).map(|i| (i as f32).cos()).collect()).unwrap();
    let manifest = fixture("optimizers/manifest.json");
    let cases = manifest["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let mut model = Sequential::with_name("m").seed(5);
        model.add(Gru::new(3).input_shape([4, 3])).unwrap();
        // What training doesn't change is not in the file, and must not shift what is.
        model.add(Dense::new(4).trainable(false)).unwrap();
        model.add(Dense::new(2)).unwrap();
        let optimizer = &case["optimizer"];
        model.compile_from_json(&json!({ "optimizer": optimizer, "loss": "mse" })).unwrap();
        let train = |model: &mut Model| {
            for _ in 0..2 {
                model.train_on_batch(&x, &y).unwrap();
            }
        };
        train(&mut model);
        let mut loaded = Model::from_bytes(&model.to_bytes().unwrap(), name).unwrap();
        assert_eq!(loaded.optimizer_state().unwrap(), model.optimizer_state().unwrap(), "{name}");
        train(&mut model);
        train(&mut loaded);
        assert_eq!(loaded.weights(), model.weights(), "{name}");
        assert_eq!(loaded.to_bytes().unwrap(), model.to_bytes().unwrap(), "{name}");
    }
    assert_eq!(cases.len(), 19);
}

/// A training that was killed goes on from its backup to the same bits, moving averages, gradients
/// that were being added up and the step of a schedule included.
#[test]
fn a_backup_holds_all_of_the_optimizer() {
    let folder = tempfile::tempdir().unwrap();
    let x = Tensor::new([10, 3], (0..30).map(|i| (i as f32 * 0.7).sin()).collect()).unwrap();
    let y = Tensor::new([10, 1], (0..10).map(|i| (i as f32).cos()).collect()).unwrap();
    let train = |killed_after: usize, folder: &std::path::Path| {
        let mut model = Sequential::new().seed(5);
        model.add(Dense::new(4).input_shape([3])).unwrap().add(Dense::new(1)).unwrap();
        let optimizer = Nadam::new(ExponentialDecay::new(0.1, 3, 0.9))
            .use_ema(true)
            .ema_momentum(0.8)
            .gradient_accumulation_steps(3);
        model.compile(optimizer, "mse", &[]).unwrap();
        let kill = LambdaCallback::new().on_epoch_begin(move |epoch, _| {
            let killed = Error::Custom { place: "test".into(), problem: "killed".into() };
            if epoch == killed_after { Err(killed) } else { Ok(()) }
        });
        // Four batches an epoch, so that the backup falls within an update.
        let fit = Fit::new().epochs(4).batch_size(3).verbose(Verbose::Silent).callback(kill);
        let done = model.fit(&x, &y, fit.backup(BackupAndRestore::new(folder)));
        done.map(|_| model)
    };
    let interrupted = folder.path().join("interrupted");
    assert!(train(2, &interrupted).is_err());
    let resumed = train(9, &interrupted).unwrap();
    let whole = train(9, &folder.path().join("whole")).unwrap();
    assert_eq!(resumed.optimizer_state().unwrap().iterations(), 16);
    assert_eq!(resumed.optimizer_state().unwrap(), whole.optimizer_state().unwrap());
    assert_eq!(resumed.weights(), whole.weights());
    assert_eq!(resumed.learning_rate().unwrap(), whole.learning_rate().unwrap());
}
