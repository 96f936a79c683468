//! How much memory a call takes, measured in a process of its own: in this one, the memory of
//! earlier calls is kept and used again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::ValueEnum;

use super::cases::Case;
use crate::failure::Result;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Call {
    Predict,
    Train,
}

/// The most memory that a call takes beside what the process held before it, in bytes; none where
/// the system doesn't tell.
pub fn of_call(work: impl FnOnce() -> Result<()>) -> Result<Option<u64>> {
    // Linux: forget the highest point so far.
    let forgotten = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = field("VmRSS:");
    work()?;
    let peak = field("VmHWM:");
    Ok(forgotten
        .then_some(())
        .and(peak)
        .zip(before)
        .map(|(peak, before)| peak.saturating_sub(before)))
}

fn field(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(1024 * line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?)
}

/// Asks a process of its own, which does what `elman bench --memory-of` does.
pub fn in_a_process(model: &Path, call: Call, case: Case, compiles: bool) -> Option<u64> {
    let call = call.to_possible_value()?;
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.arg("bench").arg(model).args(["--quiet", "--memory-of", call.get_name()]);
    let numbers = [("--batch", case.batch), ("--time", case.open), ("--threads", case.threads)];
    for (option, number) in numbers {
        command.args([option, &number.to_string()]);
    }
    if compiles {
        command.arg("--train");
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_that_is_written_is_seen() {
        const SIZE: usize = 64 << 20;
        let bytes = of_call(|| {
            std::hint::black_box(vec![1u8; SIZE]);
            Ok(())
        });
        // Other tests of this process take memory, too.
        let bytes = bytes.unwrap().expect("Linux tells");
        assert!(bytes as usize > SIZE / 2, "{bytes}");
    }
}
