//! What machine this is: as much of it as the system tells.

use std::fs;
use std::path::Path;

use elman::calibration::active_isa;
use serde_json::{Value, json};

use super::units;

/// A cache of the first processor that holds data.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// `L1d`, `L2`, `L3`.
    pub name: String,
    pub bytes: usize,
    /// How many processors share it.
    pub shared_by: usize,
}

/// The machine that this process runs on.
pub struct Machine {
    pub cpu: String,
    /// Processors that this process may use.
    pub threads: usize,
    /// From the smallest; none where the system doesn't say.
    pub caches: Vec<Cache>,
}

impl Machine {
    /// This machine.
    pub fn here() -> Machine {
        let folder = Path::new("/sys/devices/system/cpu/cpu0/cache");
        let mut caches: Vec<Cache> =
            (0..8).filter_map(|index| cache(&folder.join(format!("index{index}")))).collect();
        caches.sort_by_key(|cache| cache.bytes);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Machine { cpu: cpu(), threads, caches }
    }

    /// In one line.
    pub fn line(&self) -> String {
        let caches =
            self.caches.iter().map(|c| format!("{} {}", c.name, units::bytes(c.bytes as f64)));
        let processors = crate::values::count(self.threads, "processor");
        let parts = [self.cpu.clone(), processors, format!("{:?}", active_isa())];
        parts.into_iter().chain(caches).collect::<Vec<_>>().join(", ")
    }

    /// For a file of results.
    pub fn json(&self) -> Value {
        let cache = |c: &Cache| json!({"name": c.name, "bytes": c.bytes, "shared_by": c.shared_by});
        json!({
            "cpu": self.cpu,
            "processors": self.threads,
            "instruction_set": format!("{:?}", active_isa()),
            "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            "caches": self.caches.iter().map(cache).collect::<Vec<_>>(),
            "elman": elman::VERSION,
        })
    }
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    match name {
        Some(name) => name.trim().to_owned(),
        None => format!("{} processor", std::env::consts::ARCH),
    }
}

fn cache(folder: &Path) -> Option<Cache> {
    let read = |name: &str| Some(fs::read_to_string(folder.join(name)).ok()?.trim().to_owned());
    let level = read("level")?;
    let name = match read("type")?.as_str() {
        "Data" => format!("L{level}d"),
        "Unified" => format!("L{level}"),
        _ => return None,
    };
    let shared_by = processors(&read("shared_cpu_list").unwrap_or_default());
    Some(Cache { name, bytes: size(&read("size")?)?, shared_by })
}

/// `32K`, `8M` in bytes.
fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

/// How many processors a list such as `0-3,8` names; 1 at least.
fn processors(list: &str) -> usize {
    let count = |range: &str| -> Option<usize> {
        match range.split_once('-') {
            None => range.trim().parse::<usize>().ok().map(|_| 1),
            Some((first, last)) => {
                let (first, last): (usize, usize) =
                    (first.trim().parse().ok()?, last.trim().parse().ok()?);
                Some(last.checked_sub(first)? + 1)
            }
        }
    };
    list.split(',').filter_map(count).sum::<usize>().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lists_of_the_system_are_read() {
        assert_eq!(size("32K"), Some(32 << 10));
        assert_eq!(size("8M"), Some(8 << 20));
        assert_eq!(size("512"), Some(512));
        assert_eq!([size("K"), size("3 potatoes"), size("")], [None; 3]);
        let lists = ["0", "0-3", "0-3,8", "0,2-3", "", "x", "5-2"];
        assert_eq!(lists.map(processors), [1, 4, 5, 3, 1, 1, 1]);
    }

    #[test]
    fn a_cache_is_read_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        for (name, text) in [("level", "1\n"), ("type", "Data\n"), ("size", "48K\n")] {
            write(name, text);
        }
        let expected = Cache { name: "L1d".into(), bytes: 48 << 10, shared_by: 1 };
        assert_eq!(cache(folder.path()), Some(expected));
        write("type", "Instruction\n");
        assert_eq!(cache(folder.path()), None);
        assert_eq!(cache(Path::new("/nowhere")), None);
    }

    #[test]
    fn this_machine_has_a_name_and_processors() {
        let machine = Machine::here();
        assert!(!machine.cpu.is_empty() && machine.threads >= 1);
        assert!(machine.line().contains(&machine.cpu));
    }
}
