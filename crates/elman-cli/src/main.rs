//! The `elman` command: look at, run, train and judge recurrent Keras models.
//!
//! Results go to the standard output, everything said about them to the standard error. The exit
//! status is 0, 1 (something failed), 2 (wrong usage) or 130 (a training was interrupted).
#![forbid(unsafe_code)]

mod arrays;
mod bench;
mod bptt;
mod commands;
mod compilation;
mod description;
mod failure;
mod interrupt;
mod model;
mod outputs;
mod steps;
mod streams;
mod terminal;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    bench as bench_command, convert, diff, evaluate, export, fit, inspect, plot, predict, stream,
    summary, verify,
};
use terminal::Terminal;

/// Recurrent neural networks with Keras's layers, names and files.
///
/// MODEL is a .keras or .h5 file that Keras or elman wrote, or a TOML description of
/// a new model (see `elman fit --help`). Arrays are .npy, .npz (file.npz:key)
/// or .csv files.
#[derive(Parser)]
#[command(name = "elman", version, verbatim_doc_comment, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Write no progress and no notes, only warnings and errors
    #[arg(long, short, global = true, display_order = 900)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  elman summary model.keras
  elman fit model.keras --x x.npy --y y.npy --epochs 10 --output trained.keras
  elman evaluate trained.keras --x x_test.npy --y y_test.npy
  elman predict trained.keras --input x_test.npy --output y.npy
  elman stream trained.keras < steps.csv
  elman plot trained.keras graph.svg --show-shapes
  elman convert old.h5 model.keras
  elman export model.keras --rust meter
  elman inspect model.keras
  elman diff model.keras trained.keras
  elman verify model.keras
  elman bench model.keras

Exit status: 0, 1 if something failed, 2 for wrong usage, 130 if interrupted.";

/// What the command can do; one file for each in `commands`.
#[derive(Subcommand)]
enum Command {
    Summary(summary::Summary),
    Predict(predict::Predict),
    Fit(Box<fit::Fit>),
    Evaluate(evaluate::Evaluate),
    Stream(stream::StreamCommand),
    Plot(plot::Plot),
    Convert(convert::Convert),
    Export(export::Export),
    Inspect(inspect::Inspect),
    Diff(diff::Diff),
    Verify(verify::Verify),
    Bench(bench_command::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.quiet);
    let result = match cli.command {
        Command::Summary(command) => command.run(&terminal),
        Command::Predict(command) => command.run(&terminal),
        Command::Fit(command) => command.run(&terminal),
        Command::Evaluate(command) => command.run(&terminal),
        Command::Stream(command) => command.run(&terminal),
        Command::Plot(command) => command.run(&terminal),
        Command::Convert(command) => command.run(&terminal),
        Command::Export(command) => command.run(&terminal),
        Command::Inspect(command) => command.run(&terminal),
        Command::Diff(command) => command.run(&terminal),
        Command::Verify(command) => command.run(&terminal),
        Command::Bench(command) => command.run(&terminal),
    };
    result.unwrap_or_else(|failure| {
        terminal.error(&failure);
        failure.exit_code()
    })
}
