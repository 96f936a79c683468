//! `elman verify`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// Check a model's file: structure, shapes, finite weights, and its test if it holds one
#[derive(Args)]
#[command(after_help = "\
`elman convert MODEL OUT.keras --test-input x.npy` writes a file that holds a test.

Examples:
  elman verify model.keras")]
pub struct Verify {
    /// A .keras or .h5 file
    model: PathBuf,
}

impl Verify {
    /// Checks.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let found = elman::verify(&self.model)?;
        let name = self.model.display();
        for warning in &found.warnings {
            terminal.warning(warning);
        }
        let mut problems = Vec::new();
        if !found.not_finite.is_empty() {
            problems.push(format!("values that are not finite in {}", found.not_finite.join(", ")));
        }
        let test = match found.difference {
            None => "no test in the file".to_owned(),
            Some(difference) => format!("outputs differ from the test by {difference:e}"),
        };
        if !found.is_good() && problems.is_empty() {
            problems.push(test.clone());
        }
        match &problems[..] {
            [] => {
                terminal.result(&format!("{name}: good; {test}\n"))?;
                Ok(ExitCode::SUCCESS)
            }
            problems => Err(Failure::Failed(format!("{name}: {}", problems.join("; ")))),
        }
    }
}
