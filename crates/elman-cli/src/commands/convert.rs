//! `elman convert`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use elman::{H5For, Model, OnnxOptions, WeightNames};
use elman_files::atomic;

use crate::arrays;
use crate::failure::{Failure, Result};
use crate::model;
use crate::terminal::Terminal;

/// Write a model, or its weights, in another format
#[derive(Args)]
#[command(after_help = "\
Formats, by the extension of OUT:
  .keras        the model, for Keras 3
  .h5           the model as a legacy file, for Keras 3, or with --keras 2 for TF-Keras 2
  .weights.h5   the weights alone, for Keras 3
  .safetensors  the weights by Keras's names and the architecture, or with --names pytorch
                the weights by PyTorch's
  .onnx         the model for prediction, for ONNX Runtime and others
  .json         the architecture alone

Examples:
  elman convert old_model.h5 model.keras
  elman convert model.keras model.h5 --keras 2
  elman convert my.weights.h5 model.keras --model model.json
  elman convert model.keras tested.keras --test-input x.npy
  elman convert model.keras model.onnx --opset 21 --states")]
pub struct Convert {
    /// A model: .keras, .h5, .onnx, .json, a folder, or a TOML description; or weights, with --model
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// The model whose weights IN holds
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// The Keras that an .h5 file is for
    #[arg(long, value_enum, value_name = "VERSION")]
    keras: Option<Version>,
    /// Whose names weights have in .safetensors
    #[arg(long, value_enum, value_name = "NAMES")]
    names: Option<Names>,
    /// The version of ONNX's operators that an .onnx file is for [default: 17]
    #[arg(long, value_name = "N")]
    opset: Option<i64>,
    /// Make the states of recurrent layers inputs and outputs of an .onnx file
    #[arg(long)]
    states: bool,
    /// Inputs to keep in a .keras file with their outputs, for `elman verify`
    #[arg(long, value_name = "FILE")]
    test_input: Vec<PathBuf>,
}

/// A generation of Keras.
#[derive(Clone, Copy, ValueEnum)]
enum Version {
    #[value(name = "2")]
    Keras2,
    #[value(name = "3")]
    Keras3,
}

/// Whose names weights have.
#[derive(Clone, Copy, ValueEnum)]
enum Names {
    Keras,
    Pytorch,
}

impl Convert {
    /// Reads and writes.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let mut opened = self.open(terminal)?;
        let name = self.output.to_string_lossy().to_ascii_lowercase();
        let is = |extension: &str| name.ends_with(extension);
        if self.keras.is_some() && (!is(".h5") || is(".weights.h5")) {
            return Err(Failure::Usage("--keras is for .h5 files of whole models".into()));
        }
        if self.names.is_some() && !is(".safetensors") {
            return Err(Failure::Usage("--names is for .safetensors files".into()));
        }
        if (self.opset.is_some() || self.states) && !is(".onnx") {
            return Err(Failure::Usage("--opset and --states are for .onnx files".into()));
        }
        if !self.test_input.is_empty() {
            if !is(".keras") {
                return Err(Failure::Usage("--test-input is for .keras files".into()));
            }
            let (paths, option) = (&self.test_input, "--test-input");
            let inputs = arrays::all_inputs(paths, option, &opened.model, terminal)?;
            opened.build_for(&inputs)?;
            opened.model.save_with_test(&self.output, inputs)?;
            return Ok(ExitCode::SUCCESS);
        }
        let model: &Model = &opened.model;
        match () {
            () if is(".weights.h5") => model.save_weights(&self.output)?,
            () if is(".h5") => model.save_h5(
                &self.output,
                match self.keras {
                    Some(Version::Keras2) => H5For::Keras2,
                    _ => H5For::Keras3,
                },
            )?,
            () if is(".safetensors") => match self.names {
                Some(Names::Pytorch) => {
                    model.save_safetensors(&self.output, WeightNames::PyTorch)?;
                }
                _ => model.save(&self.output)?,
            },
            () if is(".keras") => model.save(&self.output)?,
            () if is(".onnx") => model.save_onnx(&self.output, self.onnx_options())?,
            () if is(".json") => {
                let text = serde_json::to_string_pretty(&model.to_json()).unwrap_or_default();
                atomic::write(&self.output, format!("{text}\n").as_bytes())?;
            }
            () => {
                return Err(Failure::Usage(format!(
                    "{}: OUT must end in .keras, .h5, .weights.h5, .safetensors, .onnx or .json",
                    self.output.display()
                )));
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn onnx_options(&self) -> OnnxOptions {
        let options = OnnxOptions::new().states(self.states);
        self.opset.map_or(options, |opset| options.opset(opset))
    }

    fn open(&self, terminal: &Terminal) -> Result<model::Opened> {
        let open = |path: &Path| model::open(path, terminal);
        let Some(path) = &self.model else { return open(&self.input) };
        let mut opened = open(path)?;
        opened.model.load_weights(&self.input)?;
        Ok(opened)
    }
}
