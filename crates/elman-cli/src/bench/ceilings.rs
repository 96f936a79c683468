//! `elman bench --calibrate`: what the machine does at best.

use std::time::Duration;

use elman::calibration::{barrier_cost, multiply_add_rate, read_rate};
use serde_json::{Value, json};

use super::machine::Machine;
use super::table::Table;
use super::units;

/// Bytes to read where nothing says how large the caches are.
const SIZES: [usize; 4] = [16 << 10, 256 << 10, 4 << 20, 256 << 20];
/// The most bytes that are read of the memory.
const MOST: usize = 1 << 30;

/// The figures of one machine.
pub struct Ceilings {
    threads: Vec<usize>,
    /// In operations a second, by number of threads.
    multiply_adds: Vec<f64>,
    reads: Vec<Read>,
    /// In seconds; none for one thread.
    barriers: Vec<Option<f64>>,
}

struct Read {
    name: String,
    /// What all threads together read again and again, by number of threads.
    bytes: Vec<usize>,
    /// In bytes a second, by number of threads.
    rates: Vec<f64>,
}

/// Multiplications and additions a second on so many threads, for the share that a model has.
pub fn multiply_adds(threads: usize, time: Duration) -> f64 {
    multiply_add_rate(threads, time).value
}

impl Ceilings {
    /// Measures each figure for so long, on each of these numbers of threads.
    pub fn measure(machine: &Machine, threads: &[usize], time: Duration) -> Ceilings {
        let read = |(name, bytes_of): (String, BytesOf)| {
            let bytes: Vec<usize> = threads.iter().map(|n| bytes_of(*n)).collect();
            let rate = |(n, bytes): (&usize, &usize)| read_rate(bytes / n, *n, time).value;
            let rates = threads.iter().zip(&bytes).map(rate).collect();
            Read { name, bytes, rates }
        };
        let barrier = |n: &usize| {
            let cost = barrier_cost(*n, time);
            (cost.threads > 1).then_some(cost.value)
        };
        Ceilings {
            threads: threads.to_vec(),
            multiply_adds: threads.iter().map(|n| multiply_adds(*n, time)).collect(),
            reads: places(machine).into_iter().map(read).collect(),
            barriers: threads.iter().map(barrier).collect(),
        }
    }

    /// As a table.
    pub fn text(&self, machine: &Machine) -> String {
        let threads = |n: &usize| if *n == 1 { "1 thread".into() } else { format!("{n} threads") };
        let header: Vec<String> = self.threads.iter().map(threads).collect();
        let header: Vec<&str> = [""].into_iter().chain(header.iter().map(String::as_str)).collect();
        let mut table = Table::new(&header);
        let mut row = |name: String, cells: Vec<String>| table.row([vec![name], cells].concat());
        let flops = self.multiply_adds.iter().map(|rate| format!("{}FLOP/s", units::rate(*rate)));
        row("multiply-adds, f32".into(), flops.collect());
        for read in &self.reads {
            let cell = |(rate, bytes): (&f64, &usize)| {
                format!("{}B/s ({})", units::rate(*rate), units::bytes(*bytes as f64))
            };
            let cells = read.rates.iter().zip(&read.bytes).map(cell).collect();
            row(format!("read, {}", read.name), cells);
        }
        let barrier = |seconds: &Option<f64>| seconds.map_or_else(|| "-".into(), units::duration);
        row("barrier".into(), self.barriers.iter().map(barrier).collect());
        format!("{}\n\n{}", machine.line(), table.text())
    }

    /// As JSON: operations, bytes and seconds, in the order of `threads`.
    pub fn json(&self) -> Value {
        let read = |read: &Read| json!({"of": read.name, "bytes": read.bytes, "bytes_per_second": read.rates});
        json!({
            "threads": self.threads,
            "operations_per_second": self.multiply_adds,
            "reads": self.reads.iter().map(read).collect::<Vec<_>>(),
            "barrier_seconds": self.barriers,
        })
    }
}

/// How many bytes to read on so many threads together.
type BytesOf = Box<dyn Fn(usize) -> usize>;

/// Half of each cache, and much more than the largest.
fn places(machine: &Machine) -> Vec<(String, BytesOf)> {
    if machine.caches.is_empty() {
        let place = |bytes: usize| -> (String, BytesOf) {
            (units::bytes(bytes as f64), Box::new(move |threads| bytes * threads))
        };
        return SIZES.into_iter().map(place).collect();
    }
    let mut places: Vec<(String, BytesOf)> = Vec::new();
    for cache in &machine.caches {
        let (bytes, shared_by) = (cache.bytes / 2, cache.shared_by.max(1));
        // As many caches as the threads fill; a shared one is shared out.
        let of = move |threads: usize| bytes * threads.div_ceil(shared_by);
        places.push((cache.name.clone(), Box::new(of)));
    }
    let largest = machine.caches.iter().map(|cache| cache.bytes).max().unwrap_or_default();
    let memory = (8 * largest).clamp(64 << 20, MOST);
    places.push(("memory".into(), Box::new(move |_| memory)));
    places
}

#[cfg(test)]
mod tests {
    use super::super::machine::Cache;
    use super::*;

    #[test]
    fn caches_are_half_filled_and_the_memory_is_larger() {
        let cache = |name: &str, bytes, shared_by| Cache { name: name.into(), bytes, shared_by };
        let machine = Machine {
            cpu: "test".into(),
            threads: 4,
            caches: vec![cache("L1d", 32 << 10, 1), cache("L3", 16 << 20, 2)],
        };
        let sizes = |threads: usize| {
            places(&machine).iter().map(|(_, bytes)| bytes(threads)).collect::<Vec<_>>()
        };
        assert_eq!(sizes(1), [16 << 10, 8 << 20, 128 << 20]);
        assert_eq!(sizes(4), [64 << 10, 16 << 20, 128 << 20]);
        let unknown = Machine { caches: Vec::new(), ..machine };
        assert_eq!(places(&unknown).len(), SIZES.len());
    }
}
