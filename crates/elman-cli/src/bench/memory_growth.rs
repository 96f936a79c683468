//! How memory grows with time: of predictions, which need not, and of training.

use std::path::Path;

use super::cases::Case;
use super::growth::{Curve, Kind, TIMES};
use super::memory::{Call, in_a_process};
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

const UNITS: usize = 64;

/// A folder that is removed when it goes.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new() -> Result<Scratch> {
        let folder = std::env::temp_dir().join(format!("elman-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file that stays in the system's temporary folder is no reason to fail.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The most that one call takes beside model and input, in bytes.
pub fn curves(
    threads: usize,
    most: usize,
    terminal: &Terminal,
) -> Result<(Vec<Curve>, String, &'static str)> {
    let scratch = Scratch::new()?;
    let all = scratch.0.join("all_outputs.keras");
    let last = scratch.0.join("last_output.keras");
    Kind::Lstm.model(UNITS, 1, true)?.save(&all)?;
    Kind::Lstm.model(UNITS, 1, false)?.save(&last)?;
    let rows: [(&str, &Path, Call); 3] = [
        ("predict, last output", &last, Call::Predict),
        ("predict, all outputs", &all, Call::Predict),
        ("a step of training", &last, Call::Train),
    ];
    let times: Vec<usize> = TIMES.into_iter().filter(|time| *time <= most).collect();
    let mut curves = Vec::new();
    for (name, path, call) in rows {
        terminal.note(format_args!("memory: {name}"));
        let point = |time: &usize| {
            let case = Case { batch: 1, open: *time, time: Some(*time), threads };
            // A kilobyte at least: the system counts in pages.
            let bytes = in_a_process(path, call, case, false)?.max(1024);
            Some((*time as f64, bytes as f64))
        };
        let points: Vec<(f64, f64)> = times.iter().filter_map(point).collect();
        if points.len() < times.len() {
            let text = "the memory of a process is not known on this system";
            return Err(Failure::Failed(text.into()));
        }
        curves.push(Curve { name: name.into(), points });
    }
    let output = |time: &usize| (*time as f64, (time * UNITS * size_of::<f32>()) as f64);
    curves.push(Curve {
        name: "the outputs themselves".into(),
        points: times.iter().map(output).collect(),
    });
    let title = format!("Memory of a call beside model and input: LSTM, {UNITS} units, batch 1");
    Ok((curves, title, "bytes"))
}
