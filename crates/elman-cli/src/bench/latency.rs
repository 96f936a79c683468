//! How long calls take.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::Result;

/// Calls before the clock counts: caches, threads and buffers are then as in use.
const WARM_UP: usize = 3;
/// At least so many calls are timed, however long they take.
const FEWEST: usize = 5;
/// No more are kept.
const MOST: usize = 1_000_000;

/// The seconds of many calls of the same.
pub struct Latencies {
    /// From the shortest to the longest.
    sorted: Vec<f64>,
}

impl Latencies {
    /// Times `call` again and again for so long.
    pub fn measure(time: Duration, mut call: impl FnMut() -> Result<()>) -> Result<Latencies> {
        let begun = Instant::now();
        for _ in 0..WARM_UP {
            call()?;
            if begun.elapsed() > time {
                break;
            }
        }
        let (begun, mut seconds) = (Instant::now(), Vec::new());
        while seconds.len() < FEWEST || (begun.elapsed() < time && seconds.len() < MOST) {
            let start = Instant::now();
            call()?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok(Latencies::of(seconds))
    }

    fn of(mut seconds: Vec<f64>) -> Latencies {
        seconds.sort_by(f64::total_cmp);
        Latencies { sorted: seconds }
    }

    /// How many calls were timed.
    pub fn calls(&self) -> usize {
        self.sorted.len()
    }

    /// What so many of a hundred calls don't exceed.
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.calls() as f64).ceil() as usize;
        self.sorted.get(rank.clamp(1, self.calls().max(1)) - 1).copied().unwrap_or_default()
    }

    /// What half of the calls don't exceed.
    pub fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// The longest call.
    pub fn max(&self) -> f64 {
        self.percentile(100.0)
    }

    /// The seconds of all calls together over their number.
    pub fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.calls().max(1) as f64
    }

    /// The columns of a table: median, 90 and 99 of a hundred, the longest.
    pub fn columns(&self) -> [String; 4] {
        let columns = [self.median(), self.percentile(90.0), self.percentile(99.0), self.max()];
        columns.map(super::units::duration)
    }

    /// The same in JSON, in seconds.
    pub fn json(&self) -> Value {
        json!({
            "calls": self.calls(),
            "mean": self.mean(),
            "p50": self.median(),
            "p90": self.percentile(90.0),
            "p99": self.percentile(99.0),
            "max": self.max(),
        })
    }
}

/// The seconds of a call on average over so long, where a look at the clock takes as long as a call.
pub fn mean(time: Duration, mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    /// Calls between two looks.
    const BLOCK: usize = 64;
    let (begun, mut calls) = (Instant::now(), 0);
    loop {
        for _ in 0..BLOCK {
            call()?;
        }
        calls += BLOCK;
        let passed = begun.elapsed();
        if passed >= time {
            return Ok(passed.as_secs_f64() / calls as f64);
        }
    }
}

/// The headers of [`Latencies::columns`].
pub const COLUMNS: [&str; 4] = ["p50", "p90", "p99", "max"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_calls_that_were_made() {
        let latencies = Latencies::of((1..=200).rev().map(f64::from).collect());
        assert_eq!(latencies.median(), 100.0);
        assert_eq!(latencies.percentile(90.0), 180.0);
        assert_eq!(latencies.percentile(99.0), 198.0);
        assert_eq!(latencies.max(), 200.0);
        assert_eq!(latencies.mean(), 100.5);
        let one = Latencies::of(vec![3.0]);
        assert_eq!([one.percentile(0.0), one.median(), one.max()], [3.0; 3]);
    }

    #[test]
    fn calls_are_counted_and_errors_passed_on() {
        let mut calls = 0;
        let count = || {
            calls += 1;
            Ok(())
        };
        let latencies = Latencies::measure(Duration::ZERO, count).unwrap();
        assert_eq!(latencies.calls(), FEWEST);
        assert!(calls > FEWEST, "without a warm-up");
        let fails = || Err(crate::failure::Failure::Failed("as intended".into()));
        assert!(Latencies::measure(Duration::ZERO, fails).is_err());
    }
}
