//! How much memory backpropagation through time takes, in processes of their own.

use std::process::Command;

use elman::prelude::*;

const CASE: &str = "ELMAN_TEST_MEMORY";
const BATCH: usize = 4;
const UNITS: usize = 64;

/// The most memory that this process has held, in bytes.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    1024.0 * line.trim().trim_end_matches(" kB").parse::<f64>().unwrap()
}

/// Runs in a process of its own: trains on one batch and says how much memory that took.
#[test]
#[ignore = "a part of other tests"]
fn training() {
    let case = std::env::var(CASE).unwrap();
    let (time, kind) = case.split_once(' ').unwrap();
    let mut model = Sequential::new().seed(1);
    model.add(Lstm::new(UNITS).input_shape([None, Some(1)])).unwrap();
    model.add(Dense::new(1)).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    let mut train = |time: usize| {
        let x = Tensor::zeros([BATCH, time, 1]);
        let fit = match kind {
            "plain" => Fit::new(),
            _ => Fit::new().checkpointed_bptt(Checkpoints::SquareRoot),
        };
        model.fit(x, Tensor::zeros([BATCH, 1]), fit.verbose(Verbose::Silent)).unwrap();
    };
    // What any training takes, threads among it, is there before.
    train(2);
    let before = peak();
    train(time.parse().unwrap());
    println!("took {} bytes", peak() - before);
}

/// What a training on sequences of so many steps takes, `plain` or `checkpointed`.
fn taken(time: usize, kind: &str) -> f64 {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["memory::training", "--exact", "--ignored", "--nocapture"])
        .env(CASE, format!("{time} {kind}"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let bytes = text.split("took ").nth(1).and_then(|rest| rest.split(' ').next());
    bytes.unwrap_or_else(|| panic!("{output:?}")).parse().unwrap()
}

#[test]
fn checkpoints_take_about_the_root_of_the_memory() {
    const SHORT: usize = 1000;
    const LONG: usize = 4 * SHORT;
    let plain = taken(LONG, "plain");
    let [short, long] = [SHORT, LONG].map(|time| taken(time, "checkpointed"));
    // What the layers take in and give out grows with the steps, so it is a bit more than twice.
    assert!(long < 3.0 * short, "{short} for {SHORT} steps, {long} for {LONG}");
    assert!(long < plain / 8.0, "{long} instead of {plain}");
}
