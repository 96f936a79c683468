//! `elman summary`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use elman::models::{SummaryOptions, SummaryStyle};

use crate::failure::Result;
use crate::model;
use crate::terminal::Terminal;
use crate::values::positive;

/// Print the layers of a model, their output shapes and numbers of parameters
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman summary model.keras
  elman summary model.toml --style keras2 --line-length 100")]
pub struct Summary {
    /// A .keras file or a TOML description
    model: PathBuf,
    /// Whose table to print
    #[arg(long, value_enum, default_value_t = Style::Keras3)]
    style: Style,
    /// The width of the table in characters [default: the style's]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    line_length: Option<usize>,
}

/// The version of Keras that prints such tables.
#[derive(Clone, Copy, ValueEnum)]
enum Style {
    Keras3,
    Keras2,
}

impl Summary {
    /// Prints the table.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let model = model::open(&self.model, terminal)?.model;
        let mut options = SummaryOptions::default().style(match self.style {
            Style::Keras3 => SummaryStyle::Keras3,
            Style::Keras2 => SummaryStyle::Keras2,
        });
        if let Some(length) = self.line_length {
            // Who asks for a length wants to see it, however wide the terminal is.
            options = options.line_length(length).console_width(length.max(80));
        }
        let table = model.summary_with(&options)?;
        terminal.result(&format!("{}\n", table.trim_end_matches('\n')))?;
        Ok(ExitCode::SUCCESS)
    }
}
