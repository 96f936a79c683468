//! Trains on from the files that `fixtures/continued_training.py` made, compares the weights with
//! Keras's, and writes the files again: `continued_training FOLDER OUT`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};

use elman::H5For;
use elman::prelude::*;
use elman_files::npy;

/// What three epochs of roundings may add up to.
const TOLERANCE: f32 = 1e-3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(out)) = (folders.next(), folders.next()) else {
        return Err("give a folder to read and one to write to".into());
    };
    std::fs::create_dir_all(&out)?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?.flatten().map(|e| e.path()).collect();
    files.sort();
    let (mut good, mut bad) = (0, 0);
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !(name.ends_with(".keras") || name.ends_with(".h5")) {
            continue;
        }
        match check(&path, &out) {
            Ok(worst) if worst <= TOLERANCE => good += 1,
            problem => {
                bad += 1;
                println!("FAIL  {name}: {problem:?}");
            }
        }
    }
    println!("{good} files go on as Keras does, {bad} don't");
    if bad > 0 || good == 0 { Err("some trainings differ".into()) } else { Ok(()) }
}

/// The largest difference of a weight after the training.
fn check(path: &Path, out: &Path) -> Result<f32, Box<dyn Error>> {
    let read = |key: &str| -> Result<Tensor, Box<dyn Error>> {
        let array = npy::read(&path.with_extension(format!("{key}.npy")))?;
        Ok(Tensor::new(&array.shape[..], array.to_f32())?)
    };
    let (x, t, after) = (read("x")?, read("t")?, read("after")?);
    let mut model = load_model(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if path.extension().is_some_and(|extension| extension == "keras") {
        for (key, numbers) in [("x", &x), ("t", &t), ("after", &after)] {
            let array = elman_files::Array::f32(numbers.shape().to_vec(), numbers.data().to_vec());
            npy::write(&out.join(format!("{name}.{key}.npy")), &array)?;
        }
        model.save(out.join(format!("{name}.keras")))?;
        model.save_h5(out.join(format!("{name}.h5")), H5For::Keras3)?;
        // TF-Keras 2 has not all optimizers.
        if let Err(problem) = model.save_h5(out.join(format!("{name}.tfk.h5")), H5For::Keras2) {
            println!("      {name} has no form for TF-Keras 2: {problem}");
        }
    }
    let fit = Fit::new().batch_size(4).epochs(3).shuffle(false).verbose(Verbose::Silent);
    model.fit(x, t, fit)?;
    let weights: Vec<f32> = model.weights().iter().flat_map(|w| w.data().to_vec()).collect();
    if weights.len() != after.data().len() {
        return Err(format!("{} weights, not {}", weights.len(), after.data().len()).into());
    }
    let difference = |(a, b): (&f32, &f32)| (a - b).abs();
    let worst = weights.iter().zip(after.data()).map(difference).fold(0.0, f32::max);
    if worst.is_nan() { Err("no numbers".into()) } else { Ok(worst) }
}
