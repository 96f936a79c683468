//! `elman predict`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use elman::Tensor;
use elman_files::{Array, write_array};

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;
use crate::values::positive;
use crate::{arrays, model, outputs};

/// Compute a model's outputs for the samples of a file
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman predict model.keras --input x.npy --output y.npy
  elman predict model.keras --input data.npz:x --output y.csv

Arrays are .npy, .npz (file.npz:key) or .csv files. A .csv file is a table; for
a model that takes sequences, each row is cut into steps, features fastest.")]
pub struct Predict {
    /// A .keras file or a TOML description
    model: PathBuf,
    /// The samples; once for each input of the model
    #[arg(long, value_name = "FILE", required = true)]
    input: Vec<PathBuf>,
    /// Where to write; once for each output of the model
    #[arg(long, value_name = "FILE", required = true)]
    output: Vec<PathBuf>,
    /// How many samples to compute at a time; the results don't depend on it
    #[arg(long, value_name = "N", default_value = "256", value_parser = positive)]
    batch_size: usize,
}

impl Predict {
    /// Computes and writes the outputs.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let inputs: Vec<&Path> = self.input.iter().chain([&self.model]).map(|p| &**p).collect();
        let files: Vec<&Path> = self.output.iter().map(|path| &**path).collect();
        for file in &files {
            outputs::check_extension(file, "--output", &["npy", "npz", "csv"])?;
        }
        outputs::check(&files, &inputs)?;
        let opened = model::open(&self.model)?;
        opened.warn_if_new(terminal);
        let model = &opened.model;
        let mut tensors: Vec<Tensor> = Vec::new();
        for (index, path) in self.input.iter().enumerate() {
            let wanted = model.input_shape().filter(|_| index == 0);
            tensors.push(arrays::inputs(path, wanted.as_ref(), terminal)?);
        }
        let results = model.predict_in_batches(tensors, self.batch_size)?;
        if results.len() != files.len() {
            return Err(Failure::Usage(format!(
                "the model has {} outputs, --output is given {} times",
                results.len(),
                files.len()
            )));
        }
        for (path, result) in files.iter().zip(results) {
            let shape = result.shape().to_vec();
            let (data, _) = result.into_raw_vec_and_offset();
            warn_of_nan(path, &data, terminal);
            write_array(path, &Array::f32(shape.clone(), data))?;
            let shape = elman::Shape::from(&shape[..]);
            terminal.note(format_args!("wrote {shape} to {}", path.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn warn_of_nan(path: &Path, data: &[f32], terminal: &Terminal) {
    let count = data.iter().filter(|value| !value.is_finite()).count();
    if count > 0 {
        let (path, all) = (path.display(), data.len());
        terminal.warning(format_args!("{count} of {all} numbers in {path} are NaN or infinite"));
    }
}
