//! `elman bench MODEL`: a user's own model on random data.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use elman::{Model, Shape, Tensor};
use serde_json::{Value, json};

use super::cases::{self, Case, Measured, Peaks};
use super::latency::Latencies;
use super::machine::Machine;
use super::memory::{self, Call};
use super::samples::Samples;
use super::streams::{self, Stepped};
use super::{training, units};
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// What to measure.
pub struct Plan {
    pub path: PathBuf,
    pub batches: Vec<usize>,
    /// Whether they are the user's, whatever the model says.
    pub given_batches: bool,
    /// The lengths of open dimensions.
    pub times: Vec<usize>,
    pub threads: Vec<usize>,
    /// For each figure.
    pub time: Duration,
    /// Whether the model was compiled only for this.
    pub compiles: bool,
}

/// All results.
pub struct Report {
    path: PathBuf,
    parameters: usize,
    load: f64,
    peaks: Peaks,
    predictions: Vec<Measured>,
    uncounted: Vec<String>,
    /// Why there is none, otherwise.
    streams: Result<Vec<Stepped>, String>,
    /// None of a model that isn't compiled.
    training: Option<Result<Vec<Measured>, String>>,
}

impl Plan {
    /// Measures a model that took so many seconds to load.
    pub fn run(&self, model: &mut Model, load: f64, terminal: &Terminal) -> Result<Report> {
        let samples = Samples::of(model)?;
        let cases = self.cases(&samples);
        let peaks = Peaks::measure(&self.threads, self.time.min(Duration::from_millis(200)));
        let mut predictions = Vec::new();
        for case in &cases {
            terminal.note(format_args!("predicting: {case}"));
            predictions.push(self.predict(model, &samples, *case)?);
        }
        let uncounted = match cases.first() {
            Some(case) => work(model, &samples, case)?.uncounted,
            None => Vec::new(),
        };
        terminal.note("stepping");
        let streams = self.streams(model, &samples).map_err(|failure| failure.to_string());
        let training = model.is_compiled().then(|| {
            let mut training = Vec::new();
            for case in &cases {
                terminal.note(format_args!("training: {case}"));
                training.push(self.train(model, &samples, *case).map_err(|f| f.to_string())?);
            }
            Ok(training)
        });
        let (path, parameters) = (self.path.clone(), model.count_params());
        Ok(Report { path, parameters, load, peaks, predictions, uncounted, streams, training })
    }

    /// Measures the memory of one call, in a process that does nothing else.
    pub fn memory_of(&self, call: Call, model: &mut Model) -> Result<Option<u64>> {
        let samples = Samples::of(model)?;
        let Some(case) = self.cases(&samples).pop() else { return Ok(None) };
        elman::set_num_threads(case.threads);
        let small = samples.batch(samples.fixed_batch().unwrap_or(1), 1)?;
        let x = samples.batch(case.batch, case.open)?;
        match call {
            Call::Predict => {
                // What any call needs is there before: packed weights, threads.
                model.predict_in_batches(small, case.batch)?;
                memory::of_call(|| {
                    model.predict_in_batches(x, case.batch).map(drop).map_err(Into::into)
                })
            }
            Call::Train => {
                let outputs = output_shapes(model, &x, case.batch)?;
                let few = output_shapes(model, &small, case.batch)?;
                training::targets(model, &small, &few)?;
                memory::of_call(|| training::targets(model, &x, &outputs).map(drop))
            }
        }
    }

    fn cases(&self, samples: &Samples) -> Vec<Case> {
        let fixed = samples.fixed_batch().map(|batch| vec![batch]);
        let batches = fixed.as_ref().filter(|_| !self.given_batches).unwrap_or(&self.batches);
        let times = if samples.is_time_open() { &self.times[..] } else { &self.times[..1] };
        let mut cases = Vec::new();
        for open in times {
            for batch in batches {
                for threads in &self.threads {
                    let (batch, open, threads) = (*batch, *open, *threads);
                    cases.push(Case { batch, open, time: samples.time(open), threads });
                }
            }
        }
        cases
    }

    /// Of the last number of threads: others hardly change it.
    fn memory(&self, call: Call, case: Case) -> Option<u64> {
        let is_last = self.threads.last() == Some(&case.threads);
        is_last.then(|| memory::in_a_process(&self.path, call, case, self.compiles)).flatten()
    }

    fn predict(&self, model: &Model, samples: &Samples, case: Case) -> Result<Measured> {
        elman::set_num_threads(case.threads);
        let x = samples.batch(case.batch, case.open)?;
        let latencies = Latencies::measure(self.time, || {
            std::hint::black_box(model.predict_in_batches(x.clone(), case.batch)?);
            Ok(())
        })?;
        let operations = Some(work(model, samples, &case)?.inference);
        let memory = self.memory(Call::Predict, case);
        Ok(Measured { case, latencies, operations, memory })
    }

    fn train(&self, model: &mut Model, samples: &Samples, case: Case) -> Result<Measured> {
        elman::set_num_threads(case.threads);
        let x = samples.batch(case.batch, case.open)?;
        let outputs = output_shapes(model, &x, case.batch)?;
        let y = training::targets(model, &x, &outputs)?;
        let latencies = Latencies::measure(self.time, || {
            model.train_on_batch(x.clone(), y.clone())?;
            Ok(())
        })?;
        let operations = Some(work(model, samples, &case)?.training);
        let memory = self.memory(Call::Train, case);
        Ok(Measured { case, latencies, operations, memory })
    }

    fn streams(&self, model: &Model, samples: &Samples) -> Result<Vec<Stepped>> {
        let mut stepped = Vec::new();
        let several = self.batches.iter().copied().filter(|streams| *streams > 1);
        for streams in std::iter::once(1).chain(several) {
            for threads in &self.threads {
                stepped.push(streams::measure(model, samples, streams, *threads, self.time)?);
            }
        }
        Ok(stepped)
    }
}

fn work(model: &Model, samples: &Samples, case: &Case) -> Result<elman::models::Work> {
    let shapes = samples.shapes(case.batch, case.open);
    let shapes: Vec<Shape> = shapes.iter().map(|shape| Shape::from(&shape[..])).collect();
    Ok(model.work(&shapes)?)
}

fn output_shapes(model: &Model, x: &[Tensor], batch: usize) -> Result<Vec<Vec<usize>>> {
    let outputs = model.predict_in_batches(x.to_vec(), batch)?;
    Ok(outputs.iter().map(|y| y.shape().to_vec()).collect())
}

impl Report {
    /// As tables.
    pub fn text(&self, machine: &Machine) -> String {
        let mut text = format!("{}\n", machine.line());
        let weights = units::bytes((self.parameters * size_of::<f32>()) as f64);
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "{}: {} parameters ({weights}), loaded in {}\n",
            self.path.display(),
            self.parameters,
            units::duration(self.load)
        );
        text += &cases::table("predict", &self.predictions, &self.peaks);
        text += "\n";
        match &self.streams {
            Ok(stepped) => text += &streams::table(stepped),
            Err(reason) => text += &format!("no streaming: {reason}\n"),
        }
        match &self.training {
            Some(Ok(measured)) => {
                text += &format!("\n{}", cases::table("train", measured, &self.peaks));
            }
            Some(Err(reason)) => text += &format!("\nno training: {reason}\n"),
            None => text += "\nno training: the model is not compiled (--train compiles it)\n",
        }
        text += "\nof peak: of the multiply-adds that the machine does at best";
        text += "; memory: the most that one call takes beside the model\n";
        if !self.uncounted.is_empty() {
            text += &format!("not counted in `of peak`: {}\n", self.uncounted.join(", "));
        }
        text
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let cases = |measured: &[Measured]| -> Value {
            measured.iter().map(|one| one.json(&self.peaks)).collect()
        };
        let training = self.training.as_ref().map(|training| match training {
            Ok(measured) => cases(measured),
            Err(reason) => json!({"refused": reason}),
        });
        json!({
            "model": self.path.display().to_string(),
            "parameters": self.parameters,
            "load_seconds": self.load,
            "multiply_adds": self.peaks.json(),
            "predict": cases(&self.predictions),
            "stream": match &self.streams {
                Ok(stepped) => stepped.iter().map(Stepped::json).collect(),
                Err(reason) => json!({"refused": reason}),
            },
            "train": training,
            "uncounted": self.uncounted,
        })
    }
}

/// Compiles a model that isn't, for a step of training.
pub fn compile(model: &mut Model, path: &Path) -> Result<()> {
    if model.is_compiled() {
        return Ok(());
    }
    model
        .compile("adam", "mse", &[])
        .map_err(|error| Failure::Elman { place: path.display().to_string(), error })
}
