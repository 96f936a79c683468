//! What is measured of a model: batches by lengths by threads.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::latency::{COLUMNS, Latencies};
use super::table::Table;
use super::{ceilings, units};
use crate::values::count;

/// How a model is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    pub batch: usize,
    /// The length of open dimensions.
    pub open: usize,
    /// The steps of a sequence, where there are any.
    pub time: Option<usize>,
    pub threads: usize,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "batch {}", self.batch)?;
        if let Some(time) = self.time {
            write!(f, ", {}", count(time, "step"))?;
        }
        write!(f, ", {}", count(self.threads, "thread"))
    }
}

/// What came out.
pub struct Measured {
    pub case: Case,
    pub latencies: Latencies,
    /// Multiplications and additions of a call, as far as they are counted.
    pub operations: Option<u64>,
    /// The most memory that a call takes beside what is there before it, in bytes.
    pub memory: Option<u64>,
}

/// The multiply-adds a second that the machine does, by number of threads.
#[derive(Default)]
pub struct Peaks(BTreeMap<usize, f64>);

impl Peaks {
    /// Measures each for so long.
    pub fn measure(threads: &[usize], time: Duration) -> Peaks {
        Peaks(threads.iter().map(|n| (*n, ceilings::multiply_adds(*n, time))).collect())
    }

    fn of(&self, threads: usize) -> Option<f64> {
        self.0.get(&threads).copied()
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        self.0
            .iter()
            .map(|(n, rate)| json!({"threads": n, "operations_per_second": rate}))
            .collect()
    }
}

impl Measured {
    /// The share of what the machine does at best.
    fn share(&self, peaks: &Peaks) -> Option<f64> {
        let operations = self.operations.filter(|operations| *operations > 0)? as f64;
        Some(operations / self.latencies.median() / peaks.of(self.case.threads)?)
    }

    fn sequences_per_second(&self) -> f64 {
        self.case.batch as f64 / self.latencies.mean()
    }

    fn steps_per_second(&self) -> Option<f64> {
        self.case.time.map(|time| time as f64 * self.sequences_per_second())
    }

    /// As JSON, in seconds, bytes and operations.
    pub fn json(&self, peaks: &Peaks) -> Value {
        json!({
            "batch": self.case.batch,
            "time": self.case.time,
            "threads": self.case.threads,
            "seconds": self.latencies.json(),
            "sequences_per_second": self.sequences_per_second(),
            "steps_per_second": self.steps_per_second(),
            "operations": self.operations,
            "share_of_multiply_adds": self.share(peaks),
            "memory": self.memory,
        })
    }
}

/// A table of results; `what` they are of stands above the first column.
pub fn table(what: &str, measured: &[Measured], peaks: &Peaks) -> String {
    let rates = ["sequences/s", "steps/s", "of peak", "memory"];
    let header = [&[what, "time", "threads"][..], &COLUMNS, &rates].concat();
    let mut table = Table::new(&header);
    for one in measured {
        let Case { batch, time, threads, .. } = one.case;
        let dash = || "-".to_owned();
        let mut cells = vec![format!("batch {batch}")];
        cells.push(time.map_or_else(dash, |time| time.to_string()));
        cells.push(threads.to_string());
        cells.extend(one.latencies.columns());
        cells.push(units::rate(one.sequences_per_second()));
        cells.push(one.steps_per_second().map_or_else(dash, units::rate));
        cells.push(one.share(peaks).map_or_else(dash, units::share));
        cells.push(one.memory.map_or_else(dash, |bytes| units::bytes(bytes as f64)));
        table.row(cells);
    }
    table.text()
}
