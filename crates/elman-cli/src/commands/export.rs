//! `elman export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Result;
use crate::model;
use crate::terminal::Terminal;

/// Write a model as a program of its own, in Rust or C
#[derive(Args)]
#[command(after_help = "\
Both compute a step of `elman stream` and carry the states: with the same bits, without a standard
library and without allocating, for microcontrollers, plugins and the like.

Examples:
  elman export model.keras --rust meter   # a crate: meter::Model::new().step(&input)
  elman export model.keras --c meter.h    # a header: meter_step(&model, input, output)")]
pub struct Export {
    /// The model
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Write a crate without dependencies to this folder, named like it
    #[arg(long, value_name = "DIR", required_unless_present = "c")]
    rust: Option<PathBuf>,
    /// Write a header in C99 to this file, with names that begin like it
    #[arg(long, value_name = "FILE")]
    c: Option<PathBuf>,
}

impl Export {
    /// Reads and writes.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let program = model::open(&self.model, terminal)?.model.standalone()?;
        if let Some(folder) = &self.rust {
            program.write_rust(folder)?;
        }
        if let Some(file) = &self.c {
            program.write_c(file)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
