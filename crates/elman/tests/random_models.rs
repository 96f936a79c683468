//! Models drawn at random by `fixtures/random_models.py` in both generations of Keras: a few of
//! those; the program `random_models` and real Keras hold hundreds. `ELMAN_RANDOM_MODELS` names a
//! folder of others.

use std::path::{Path, PathBuf};

use elman::prelude::*;
use elman::{H5For, Model};
use elman_files::npy;

/// The agreement with Keras that is asked for, of numbers around 1.
const TOLERANCE: f32 = 1e-5;

fn folder() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/random_models");
    std::env::var_os("ELMAN_RANDOM_MODELS").map_or(own, PathBuf::from)
}

/// The arrays `NAME.LETTER0.npy`, ….
fn arrays(name: &str, letter: char) -> Vec<Tensor> {
    let path = |i: usize| folder().join(format!("{name}.{letter}{i}.npy"));
    let arrays = (0..).map_while(|i| npy::read(&path(i)).ok());
    arrays.map(|a| Tensor::new(&a.shape[..], a.to_f32()).unwrap()).collect()
}

/// Holds what a model predicts against what Keras did.
fn compare(model: &mut Model, name: &str) -> Result<(), String> {
    model.reset_states();
    let (inputs, expected) = (arrays(name, 'x'), arrays(name, 'y'));
    let outputs = model.predict_all(inputs).map_err(|error| error.to_string())?;
    if expected.is_empty() || outputs.len() != expected.len() {
        return Err(format!("{} outputs, not {}", outputs.len(), expected.len()));
    }
    for (i, (y, expected)) in outputs.into_iter().map(Tensor::from).zip(&expected).enumerate() {
        if y.shape() != expected.shape() {
            return Err(format!("output {i}: {:?}, not {:?}", y.shape(), expected.shape()));
        }
        let difference = |(a, b): (&f32, &f32)| (a - b).abs() / b.abs().max(1.0);
        let worst = y.data().iter().zip(expected.data()).map(difference).fold(0.0, f32::max);
        if worst.is_nan() || worst > TOLERANCE {
            return Err(format!("output {i} differs by {worst:e}"));
        }
    }
    Ok(())
}

/// Loads a file, compares, and does so again with each form that it can be written in.
fn check(path: &Path, name: &str, scratch: &Path) -> Result<(), String> {
    let said = |error: elman::Error| error.to_string();
    let mut model = load_model(path).map_err(said)?;
    compare(&mut model, name)?;
    for (form, extension) in [("Keras 3", "keras"), ("legacy", "h5"), ("TF-Keras 2", "h5")] {
        let back = scratch.join(format!("back.{extension}"));
        match form {
            "Keras 3" => model.save(&back).map_err(said)?,
            "legacy" => model.save_h5(&back, H5For::Keras3).map_err(said)?,
            // TF-Keras 2 has not all that Keras 3 has: what it lacks is refused.
            _ if model.save_h5(&back, H5For::Keras2).is_err() => continue,
            _ => {}
        }
        let again = load_model(&back).map_err(said).and_then(|mut m| compare(&mut m, name));
        again.map_err(|problem| format!("written for {form}: {problem}"))?;
    }
    Ok(())
}

#[test]
fn random_models_of_both_kerases_agree_and_come_back() {
    let scratch = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "keras" || e == "h5"))
        .collect();
    files.sort();
    let mut problems = Vec::new();
    for path in &files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if let Err(problem) = check(path, name, scratch.path()) {
            problems.push(format!("{}: {problem}", path.display()));
        }
    }
    assert!(files.len() >= 12, "{} files", files.len());
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), files.len(), problems.join("\n"));
}
