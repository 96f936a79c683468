//! Loads the models that `fixtures/random_models.py` drew, compares what they predict with what Keras
//! said, and writes them for Keras to check: `random_models FOLDER OUT`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};

use elman::H5For;
use elman::prelude::*;
use elman_files::npy;

/// The agreement that is asked for, of numbers around 1.
const TOLERANCE: f32 = 1e-5;

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
            Ok(()) => good += 1,
            Err(problem) => {
                bad += 1;
                println!("FAIL  {name}: {problem}");
            }
        }
    }
    println!("{good} files agree, {bad} don't");
    if bad > 0 || good == 0 { Err("some models differ".into()) } else { Ok(()) }
}

/// The arrays `NAME.LETTER0.npy`, … beside a model.
fn arrays(path: &Path, letter: char) -> Vec<Tensor> {
    let read = |i: usize| npy::read(&path.with_extension(format!("{letter}{i}.npy"))).ok();
    let tensor = |array: elman_files::Array| Tensor::new(&array.shape[..], array.to_f32()).ok();
    (0..).map_while(read).filter_map(tensor).collect()
}

fn check(path: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let (inputs, expected) = (arrays(path, 'x'), arrays(path, 'y'));
    let mut model = load_model(path)?;
    let outputs = model.predict_all(inputs.clone())?;
    if outputs.len() != expected.len() || inputs.is_empty() {
        return Err(format!("{} outputs, not {}", outputs.len(), expected.len()).into());
    }
    for (i, (y, expected)) in outputs.into_iter().map(Tensor::from).zip(&expected).enumerate() {
        if y.shape() != expected.shape() {
            return Err(format!("output {i}: {:?}, not {:?}", y.shape(), expected.shape()).into());
        }
        let difference = |(a, b): (&f32, &f32)| (a - b).abs() / b.abs().max(1.0);
        let worst = y.data().iter().zip(expected.data()).map(difference).fold(0.0, f32::max);
        if worst.is_nan() || worst > TOLERANCE {
            return Err(format!("output {i} differs by {worst:e}").into());
        }
    }
    // The files of both formats hold the same model: one of them is enough to go back.
    if path.extension().is_some_and(|extension| extension == "keras") {
        model.reset_states();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (letter, numbers) in [('x', &inputs), ('y', &expected)] {
            for (i, x) in numbers.iter().enumerate() {
                let array = elman_files::Array::f32(x.shape().to_vec(), x.data().to_vec());
                npy::write(&out.join(format!("{name}.{letter}{i}.npy")), &array)?;
            }
        }
        model.save(out.join(format!("{name}.keras")))?;
        model.save_h5(out.join(format!("{name}.h5")), H5For::Keras3)?;
        // TF-Keras 2 has not all that Keras 3 has: what it lacks is refused.
        if let Err(problem) = model.save_h5(out.join(format!("{name}.tfk.h5")), H5For::Keras2) {
            println!("      {name} has no form for TF-Keras 2: {problem}");
        }
    }
    Ok(())
}
