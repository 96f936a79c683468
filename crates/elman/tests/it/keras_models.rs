//! Files that Keras wrote: loaded, used, written again.

use elman::prelude::*;
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, fixture_path, tensor};

/// Files with something that elman doesn't have yet, and the word by which it is refused.
const REFUSED: &[(&str, &str)] = &[
    // Keras wrote it without two of its weights.
    ("bf16", "needs 3 weights"),
];

fn array(name: &str) -> Option<Tensor> {
    let path = fixture_path(&format!("models/{name}.npy"));
    let array = elman_files::npy::read(&path).ok()?;
    let data = array.to_f32();
    Some(Tensor::new(array.shape, data).unwrap())
}

#[test]
fn models_predict_as_in_keras() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::default();
    for case in fixture("models/manifest.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let loaded = load_model(fixture_path(&format!("models/{name}.keras")));
        if let Some((_, word)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            match loaded {
                Err(error) if error.to_string().contains(word) => {}
                Err(error) => report.problem(format!("{name}: refused with {error}, not {word}")),
                Ok(_) => report.problem(format!("{name}: must be refused, it has {word}")),
            }
            continue;
        }
        let model = match loaded {
            Ok(model) => model,
            Err(error) => {
                report.problem(format!("{name}: {error}"));
                continue;
            }
        };
        let Some(x) = array(&format!("{name}.x")) else { continue };
        let outputs = model.predict_all([x.clone()]).unwrap();
        for (i, output) in outputs.iter().enumerate() {
            let expected = array(&format!("{name}.y")).or_else(|| array(&format!("{name}.y{i}")));
            let what = format!("{name}: output {i}");
            report.close(&what, &Tensor::from(output), &expected.unwrap(), TOLERANCE);
        }
        // Written and read again, nothing has changed: predictions, compilation, optimizer.
        let path = folder.path().join(format!("{name}.keras"));
        model.save(&path).unwrap();
        let again = load_model(&path).unwrap();
        if again.predict_all([x]).unwrap() != outputs {
            report.problem(format!("{name}: predicts otherwise after saving"));
        }
        let state = |model: &Model| model.optimizer_state().ok().cloned();
        if state(&again) != state(&model) {
            report.problem(format!("{name}: the optimizer's state changed by saving"));
        }
        if model.to_bytes().unwrap() != again.to_bytes().unwrap() {
            report.problem(format!("{name}: saving twice gives other bytes"));
        }
    }
    report.finish(14);
}

/// A step of training after loading, which is only right if the optimizer's state was read.
#[test]
fn trainings_go_on_as_in_keras() {
    let mut report = Report::default();
    for case in fixture("models/manifest.json")["cases"].as_array().unwrap() {
        let (name, resume) = (case["name"].as_str().unwrap(), &case["resume"]);
        if resume.is_null() {
            continue;
        }
        if let Err(error) = go_on(name, resume, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    // The loss before and the predictions after, of each model that was trained.
    report.finish(2 * 7);
}

fn go_on(name: &str, resume: &Value, report: &mut Report) -> elman::Result<()> {
    let mut model = load_model(fixture_path(&format!("models/{name}.keras")))?;
    let (x, y) = (array(&format!("{name}.x")).unwrap(), tensor(&resume["targets"]));
    let logs = model.evaluate_with(&x, &y, None, x.shape()[0])?;
    let loss = logs.iter().find(|(key, _)| key == "loss").map_or(f64::NAN, |(_, loss)| *loss);
    let expected = resume["loss_before"].as_f64().unwrap();
    report.close_number(&format!("{name}: loss"), loss, expected, TOLERANCE);
    model.train_on_batch(&x, &y)?;
    let predictions = Tensor::from(model.predict(&x)?);
    let expected = tensor(&resume["predictions_after"]);
    report.close(&format!("{name}: after a step"), &predictions, &expected, TOLERANCE);
    Ok(())
}
