//! `elman predict`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use elman::Shape;
use elman_files::Array;

use crate::failure::Result;
use crate::terminal::Terminal;
use crate::values::positive;
use crate::{arrays, model, outputs};

/// Compute a model's outputs for the samples of a file
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman predict model.keras --input x.npy --output y.npy
  elman predict model.keras --input data.npz:x --output y.csv
  elman predict with_states.keras --input x.npy --output y.npy --output h.npy

Arrays are .npy, .npz (file.npz:key) or .csv files. A .csv file is a table; for
a model that takes sequences, each row is cut into steps, features fastest.
Several outputs may go to one .npz file: --output all.npz:y --output all.npz:h.
A file that exists is replaced.")]
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
    #[arg(long, value_name = "N", default_value = "256", value_parser = positive, allow_negative_numbers = true)]
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
        let mut opened = model::open(&self.model, terminal)?;
        opened.warn_if_new(terminal);
        let inputs = arrays::all_inputs(&self.input, "--input", &opened.model, terminal)?;
        opened.build_for(&inputs)?;
        let model = &opened.model;
        let outputs = model.output_shapes().len();
        arrays::check_count("the model has", "output", outputs, "--output", files.len())?;
        let results = model.predict_in_batches(inputs, self.batch_size)?;
        let results = results.into_iter().map(|result| {
            let shape = result.shape().to_vec();
            Array::f32(shape, result.into_raw_vec_and_offset().0)
        });
        let results: Vec<(&Path, Array)> = files.into_iter().zip(results).collect();
        outputs::write(&results, |path, array| {
            warn_of_nan(path, array, terminal);
            let shape = Shape::from(&array.shape[..]);
            terminal.note(format_args!("wrote {shape} to {}", path.display()));
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn warn_of_nan(path: &Path, array: &Array, terminal: &Terminal) {
    let odd = array.to_f32().iter().filter(|value| !value.is_finite()).count();
    if odd > 0 {
        let (path, all) = (path.display(), array.len());
        terminal.warning(format_args!("{odd} of {all} numbers in {path} are NaN or infinite"));
    }
}
