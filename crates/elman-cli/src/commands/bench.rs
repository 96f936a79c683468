//! `elman bench`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::bench::ceilings::Ceilings;
use crate::bench::growth::Axis;
use crate::bench::machine::Machine;
use crate::bench::memory::Call;
use crate::bench::model::{Plan, compile};
use crate::failure::{Failure, Result};
use crate::model;
use crate::terminal::Terminal;
use crate::values::{positive, seconds};

/// Measure how fast a model is, or what this machine does at best
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman bench model.keras
  elman bench model.keras --batch 1,8,64 --time 50,500 --threads 1,4 --train
  elman bench --calibrate --json > machine.json
  elman bench --growth pictures --along time,units

A model is measured on random data of its input shape: predictions, steps of a
stream if it can step, and steps of training if it is compiled; how long half
(p50), 90 and 99 of a hundred calls take at most, and the longest; and `of
peak`, the share of the multiply-adds that this machine does at best. What the
machine does at best is the best of many short blocks. The rest are figures of
one run: let nothing else run meanwhile.")]
pub struct Bench {
    /// A .keras file or a TOML description
    #[arg(required_unless_present_any = ["calibrate", "growth"])]
    model: Option<PathBuf>,
    /// Measure the machine: multiply-adds, reading from each cache and the memory, barriers
    #[arg(long)]
    calibrate: bool,
    /// Measure how the cost of SimpleRNN, LSTM and GRU grows, and write a picture and a JSON file
    /// for each axis into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["model", "calibrate", "json", "batch", "time", "threads"])]
    growth: Option<PathBuf>,
    /// With what it grows [default: all of them]
    #[arg(long, value_name = "AXIS,..", value_enum, value_delimiter = ',', requires = "growth")]
    along: Vec<Axis>,
    /// The largest number on an axis [default: 100000 steps, 512 sequences, 2048 units, 16 layers,
    /// all processors]
    #[arg(long, value_name = "N", value_parser = positive, requires = "growth", allow_negative_numbers = true)]
    up_to: Option<usize>,
    /// Batch sizes; also, how many streams step together [default: 1,32]
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = positive, allow_negative_numbers = true)]
    batch: Vec<usize>,
    /// Time steps, where the model leaves them open [default: 100]
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = positive, allow_negative_numbers = true)]
    time: Vec<usize>,
    /// Numbers of threads [default: 1 and as many as there are processors]
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = positive, allow_negative_numbers = true)]
    threads: Vec<usize>,
    /// Measure steps of training of a model that is not compiled, too (Adam, mean squared error)
    #[arg(long, requires = "model")]
    train: bool,
    /// How long to measure each figure
    #[arg(long, value_name = "S", default_value = "0.5", value_parser = seconds, allow_negative_numbers = true)]
    seconds: Duration,
    /// Print JSON instead of tables: seconds, bytes, operations
    #[arg(long)]
    json: bool,
    /// Print the bytes that one call takes, in this process
    #[arg(long, value_enum, hide = true, requires = "model")]
    memory_of: Option<Call>,
}

impl Bench {
    /// Measures and prints.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let machine = Machine::here();
        // clap forgets what they require where it conflicts with MODEL.
        if self.growth.is_none() && (!self.along.is_empty() || self.up_to.is_some()) {
            return Err(Failure::Usage("--along and --up-to are for --growth FOLDER".into()));
        }
        if let Some(folder) = &self.growth {
            return self.growth(folder, &machine, terminal);
        }
        let threads = self.threads(&machine);
        if let Some(most) = threads.iter().max().filter(|most| **most > machine.threads) {
            let there = machine.threads;
            terminal.warning(format_args!("--threads {most}: there are {there} processors"));
        }
        let ceilings = self.calibrate.then(|| Ceilings::measure(&machine, &threads, self.seconds));
        let mut text: Vec<String> = ceilings.iter().map(|c| c.text(&machine)).collect();
        let mut parts = json!({"machine": machine.json()});
        if let Some(ceilings) = &ceilings {
            parts["ceilings"] = ceilings.json();
        }
        if let Some(path) = &self.model {
            let begun = Instant::now();
            let mut opened = model::open(path, terminal)?;
            let load = begun.elapsed().as_secs_f64();
            if self.train {
                compile(&mut opened.model, path)?;
            }
            let plan = self.plan(path, threads);
            if let Some(call) = self.memory_of {
                let bytes = plan.memory_of(call, &mut opened.model)?;
                terminal.result(&bytes.map_or_else(|| "unknown\n".into(), |b| format!("{b}\n")))?;
                return Ok(ExitCode::SUCCESS);
            }
            if !self.time.is_empty() && self.is_time_fixed(&opened.model) {
                let text = format!("{}: --time: the model takes one length only", path.display());
                return Err(Failure::Usage(text));
            }
            let report = plan.run(&mut opened.model, load, terminal)?;
            text.push(report.text(&machine));
            merge(&mut parts, report.json());
        }
        match self.json {
            true => terminal.result(&format!("{parts:#}\n"))?,
            false => terminal.result(&text.join("\n"))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn growth(&self, folder: &Path, machine: &Machine, terminal: &Terminal) -> Result<ExitCode> {
        if !folder.is_dir() {
            let text = format!("{}: there is no such folder", folder.display());
            return Err(Failure::Failed(text));
        }
        let all = Axis::value_variants();
        let axes = if self.along.is_empty() { all } else { &self.along[..] };
        let most = self.up_to.unwrap_or(usize::MAX);
        for axis in axes {
            axis.measure(folder, machine, (self.seconds, most), terminal)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn threads(&self, machine: &Machine) -> Vec<usize> {
        match (self.threads.is_empty(), elman::num_threads().min(machine.threads)) {
            (false, _) => self.threads.clone(),
            (true, 1) => vec![1],
            (true, all) => vec![1, all],
        }
    }

    fn plan(&self, path: &Path, threads: Vec<usize>) -> Plan {
        let or = |given: &[usize], default: &[usize]| match given.is_empty() {
            true => default.to_vec(),
            false => given.to_vec(),
        };
        Plan {
            path: path.to_owned(),
            batches: or(&self.batch, &[1, 32]),
            given_batches: !self.batch.is_empty(),
            times: or(&self.time, &[100]),
            threads,
            time: self.seconds,
            compiles: self.train,
        }
    }

    fn is_time_fixed(&self, model: &elman::Model) -> bool {
        let open = |shape: &elman::Shape| shape.dims().iter().skip(1).any(Option::is_none);
        model.is_built() && !model.input_shapes().iter().any(open)
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
