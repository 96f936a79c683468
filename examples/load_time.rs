//! How long a model takes to load, and how much memory: `load_time FILE...`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::time::Instant;

/// What the system says about the memory of this program, in MB; nothing where it says nothing.
fn memory(key: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args_os().skip(1) {
        let size = std::fs::metadata(&path)?.len() as f64 / 1e6;
        let before = memory("VmRSS").unwrap_or(f64::NAN);
        let mut times = Vec::new();
        for _ in 0..5 {
            let started = Instant::now();
            let model = elman::load_model(&path)?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            if times.len() == 1 {
                let peak = memory("VmHWM").unwrap_or(f64::NAN) - before;
                println!("{size:.1} MB with {} weights took {peak:.1} MB", model.count_params());
            }
        }
        times.sort_by(f64::total_cmp);
        println!("{:.1} ms at best, {:.1} in the middle", times[0], times[2]);
    }
    Ok(())
}
