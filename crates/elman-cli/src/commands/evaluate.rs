//! `elman evaluate`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::arrays;
use crate::failure::Result;
use crate::model;
use crate::terminal::Terminal;
use crate::values::positive;

/// Print loss and metrics of a compiled model as a JSON object
#[derive(Args)]
#[command(after_help = "\
Example:
  elman evaluate trained.keras --x x_test.npy --y y_test.csv
prints
  {\"accuracy\":0.93,\"loss\":0.21}

Arrays are .npy, .npz (file.npz:key) or .csv files. A .csv file is a table; for
a model that takes sequences, each row is cut into steps.")]
pub struct Evaluate {
    /// A compiled .keras file or a TOML description
    model: PathBuf,
    /// The samples; once for each input of the model
    #[arg(long, value_name = "FILE", required = true)]
    x: Vec<PathBuf>,
    /// What the model should give; once for each of its outputs
    #[arg(long, value_name = "FILE", required = true)]
    y: Vec<PathBuf>,
    /// How many samples to compute at a time
    #[arg(long, value_name = "N", default_value = "32", value_parser = positive, allow_negative_numbers = true)]
    batch_size: usize,
}

impl Evaluate {
    /// Evaluates the model and prints the result.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let mut opened = model::open(&self.model, terminal)?;
        opened.warn_if_new(terminal);
        let x = arrays::all_inputs(&self.x, "--x", &opened.model, terminal)?;
        opened.build_for(&x)?;
        opened.check_compiled("`elman fit` with --loss compiles it")?;
        let model = opened.model;
        let y = arrays::all_targets(&self.y, "--y", &model, terminal)?;
        let logs = model.evaluate_with(x, y, None, self.batch_size)?;
        if logs.iter().any(|(_, value)| !value.is_finite()) {
            terminal.warning("a value that is not a finite number is printed as null");
        }
        let logs: Map<String, Value> =
            logs.into_iter().map(|(name, value)| (name, json!(value))).collect();
        terminal.result(&format!("{}\n", Value::Object(logs)))?;
        Ok(ExitCode::SUCCESS)
    }
}
