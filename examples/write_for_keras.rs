//! Writes models, inputs and predictions for Keras to check: `write_for_keras FOLDER`, then
//! `python fixtures/check_with_keras.py FOLDER`.
//!
//! Each model of `fixtures/models` and `fixtures/penalized` that elman reads is trained on by a step,
//! where it was compiled, and written with its input and its predictions; and those of
//! `fixtures/optimizers`, one for each optimizer.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};

use elman::prelude::*;
use elman_files::{Array, npy};

fn main() -> Result<(), Box<dyn Error>> {
    let folder =
        std::env::args_os().nth(1).map(PathBuf::from).ok_or("give a folder to write to")?;
    std::fs::create_dir_all(&folder)?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut written = 0;
    for models in ["models", "optimizers", "penalized"].map(|name| fixtures.join(name)) {
        for entry in std::fs::read_dir(&models)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "keras") {
                continue;
            }
            // Models of several inputs have an array for each, and stay out.
            let x = match models.ends_with("optimizers") {
                true => waves(),
                false => match npy::read(&path.with_extension("x.npy")) {
                    Ok(x) => x,
                    Err(_) => continue,
                },
            };
            let Ok(model) = load_model(&path) else { continue };
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            write(&folder, &name, model, &x)?;
            written += 1;
        }
    }
    println!("{written} models written to {}", folder.display());
    if written < 33 { Err("fewer models than expected".into()) } else { Ok(()) }
}

/// Input for the models of `fixtures/optimizers`.
fn waves() -> Array {
    Array::f32([5, 4, 3], (0..60).map(|i| (i as f32 * 0.7).sin()).collect())
}

/// Trains a model by a step and writes it, its input and its predictions.
fn write(folder: &Path, name: &str, mut model: Model, x: &Array) -> Result<(), Box<dyn Error>> {
    let data = Tensor::new(x.shape.clone(), x.to_f32())?;
    if model.is_compiled() {
        // The predictions rounded are labels for any loss; some models can't be trained.
        let y = model.predict(&data)?.mapv(f32::round);
        let trained = model.train_on_batch(&data, &y);
        println!("{name}: one more step: {trained:?}");
    }
    let outputs = model.predict_all([data])?;
    model.save(folder.join(format!("{name}.keras")))?;
    npy::write(&folder.join(format!("{name}.x.npy")), x)?;
    for (i, output) in outputs.iter().enumerate() {
        let number = if outputs.len() == 1 { String::new() } else { i.to_string() };
        let array = Array::f32(output.shape(), output.iter().copied().collect());
        npy::write(&folder.join(format!("{name}.y{number}.npy")), &array)?;
    }
    Ok(())
}
