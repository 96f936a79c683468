//! Steps of streams.

use std::time::Duration;

use elman::Model;
use serde_json::{Value, json};

use super::latency::{COLUMNS, Latencies, mean};
use super::samples::Samples;
use super::table::Table;
use super::units;
use crate::failure::Result;

/// So many streams that step together.
pub struct Stepped {
    streams: usize,
    threads: usize,
    latencies: Latencies,
    /// Seconds of a step, without those of a look at the clock.
    mean: f64,
}

/// The steps that a stream goes through again and again.
const DIFFERENT: usize = 16;

/// Steps of one stream, or of several together, for such a model as can.
pub fn measure(
    model: &Model,
    samples: &Samples,
    streams: usize,
    threads: usize,
    time: Duration,
) -> Result<Stepped> {
    elman::set_num_threads(threads);
    let mut one = model.stream()?;
    let sizes: Vec<usize> = one.input_sizes().iter().map(|size| streams * size).collect();
    let numbers = samples.numbers(DIFFERENT * sizes.iter().sum::<usize>(), 7);
    // All made beforehand: a step of a stream is not much longer than an allocation.
    let mut rest = &numbers[..];
    let mut input = |size: &usize| {
        let (input, behind) = rest.split_at(*size);
        rest = behind;
        input
    };
    let steps: Vec<Vec<&[f32]>> =
        (0..DIFFERENT).map(|_| sizes.iter().map(&mut input).collect()).collect();
    let mut several = one.streams(streams);
    let slots: Vec<usize> = (0..streams).map(|_| several.add()).collect();
    let mut at = 0;
    let mut step = || -> Result<()> {
        at = (at + 1) % DIFFERENT;
        match streams {
            1 => one.step_all(&steps[at])?,
            _ => several.step_all(&slots, &steps[at])?,
        }
        Ok(())
    };
    let latencies = Latencies::measure(time, &mut step)?;
    let mean = mean(time / 2, step)?;
    Ok(Stepped { streams, threads, latencies, mean })
}

impl Stepped {
    fn steps_per_second(&self) -> f64 {
        self.streams as f64 / self.mean
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({
            "streams": self.streams,
            "threads": self.threads,
            "seconds": self.latencies.json(),
            "steps_per_second": self.steps_per_second(),
        })
    }
}

/// A table of results.
pub fn table(stepped: &[Stepped]) -> String {
    let mut table = Table::new(&[&["step", "threads"][..], &COLUMNS, &["steps/s"]].concat());
    for one in stepped {
        let name = crate::values::count(one.streams, "stream");
        let mut cells = vec![name, one.threads.to_string()];
        cells.extend(one.latencies.columns());
        cells.push(units::rate(one.steps_per_second()));
        table.row(cells);
    }
    table.text()
}
