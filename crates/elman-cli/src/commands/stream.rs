//! `elman stream`

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use elman::WeightFormat;
use elman::streaming::{Stream, StreamStates};

use crate::failure::{Failure, Result};
use crate::steps::{self, Line};
use crate::terminal::Terminal;
use crate::{model, outputs};

/// Run a model step by step: a line in, a line out, at once
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman stream model.keras < steps.csv
  tail -f sensor.csv | elman stream model.keras --states sensor.npz
  echo '{\"x\": [0.1, 0.2]}' | elman stream model.keras

A line of the standard input holds the numbers of one step: CSV (0.1,0.2), a
JSON array ([0.1, 0.2]) or a JSON object with x ({\"x\": [0.1, 0.2]}). The line
of its outputs is written and flushed before the next is read, in the same
form; an object is answered with one that has y. Several inputs follow each
other in one line, or are arrays in the array; several outputs as well.
An empty line, or {\"reset\": true}, begins a new sequence from zero states.
A first line of CSV without any number is a header, and left out.

Only models whose outputs depend on no later step can run step by step.")]
pub struct StreamCommand {
    /// A .keras file or a TOML description
    model: PathBuf,
    /// Where the states are: read at first if the file exists, and written at the end of the input
    #[arg(long, value_name = "FILE.npz")]
    states: Option<PathBuf>,
    /// How many threads may share a step: of use from some hundred units on, if steps come fast
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = threads)]
    threads: usize,
    /// Hold the weights of recurrent layers in fewer bits, which is faster with many units
    #[arg(long, value_enum, default_value_t = Weights::Float32)]
    weights: Weights,
}

/// What weights are held as.
#[derive(Clone, Copy, ValueEnum)]
enum Weights {
    Float32,
    Bfloat16,
    Int8,
}

impl From<Weights> for WeightFormat {
    fn from(weights: Weights) -> WeightFormat {
        match weights {
            Weights::Float32 => WeightFormat::Float32,
            Weights::Bfloat16 => WeightFormat::Bfloat16,
            Weights::Int8 => WeightFormat::Int8,
        }
    }
}

fn threads(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(threads) if threads > 0 => Ok(threads),
        _ => Err("expected a number of threads, 1 or more".into()),
    }
}

impl StreamCommand {
    /// Answers line by line until the input ends.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        if let Some(file) = &self.states {
            outputs::check_extension(file, "--states", &["npz"])?;
            outputs::check(&[file], &[&self.model])?;
        }
        let mut opened = model::open(&self.model, terminal)?;
        opened.warn_if_new(terminal);
        opened.model.set_weight_format(self.weights.into())?;
        let mut stream = opened.model.stream()?;
        stream.set_threads(self.threads);
        drop(opened);
        if let Some(file) = self.states.as_deref().filter(|file| file.exists()) {
            let in_file = |error| Failure::Elman { place: file.display().to_string(), error };
            let states = StreamStates::load(file)?;
            stream.set_states(&states).map_err(in_file)?;
            terminal.note(format_args!("goes on from the states in {}", file.display()));
        }
        answer(&mut stream, io::stdin().lock(), io::stdout().lock())?;
        if let Some(file) = &self.states {
            save(&stream, file, terminal)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn save(stream: &Stream, file: &Path, terminal: &Terminal) -> Result<()> {
    stream.states().save(file)?;
    terminal.note(format_args!("wrote the states to {}", file.display()));
    Ok(())
}

/// Answers every line of `input` on `output`.
fn answer(stream: &mut Stream, mut input: impl BufRead, output: impl Write) -> Result<()> {
    let mut output = BufWriter::new(output);
    let (mut text, mut answer) = (String::new(), String::new());
    for number in 1.. {
        let at_line = |problem: String| Failure::Failed(format!("line {number}: {problem}"));
        text.clear();
        match input.read_line(&mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(at_line("is not UTF-8 text".into()));
            }
            Err(error) => return Err(at_line(format!("cannot read: {error}"))),
        }
        let line = match steps::read(&text).map_err(at_line)? {
            Line::Header if number == 1 => continue,
            Line::Header => return Err(at_line("holds no number".into())),
            Line::Reset => {
                stream.reset();
                continue;
            }
            Line::Step { form, numbers } => {
                step(stream, &numbers, number)?;
                answer.clear();
                steps::write(form, stream, &mut answer);
                &answer
            }
        };
        match output.write_all(line.as_bytes()).and_then(|()| output.flush()) {
            Ok(()) => {}
            // Nobody reads on, as with `head`.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => return Err(Failure::Failed(format!("cannot write: {error}"))),
        }
    }
    // What could not be flushed was told above.
    let _unwritten = output.into_parts();
    Ok(())
}

/// One step, whose numbers are those of all inputs in turn.
fn step(stream: &mut Stream, numbers: &[f32], line: usize) -> Result<()> {
    let sizes = stream.input_sizes();
    let (expected, got) = (sizes.iter().sum::<usize>(), numbers.len());
    if got != expected {
        let problem = format!("line {line}: a step has {expected} numbers, not {got}");
        return Err(Failure::Failed(problem));
    }
    let mut rest = numbers;
    let inputs: Vec<&[f32]> = sizes
        .iter()
        .map(|size| {
            let (own, others) = rest.split_at(*size);
            rest = others;
            own
        })
        .collect();
    stream
        .step_all(&inputs)
        .map_err(|error| Failure::Elman { place: format!("line {line}"), error })
}
