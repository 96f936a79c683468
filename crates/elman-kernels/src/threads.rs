//! How many threads the kernels may use.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Zero: not set yet.
static NUM_THREADS: AtomicUsize = AtomicUsize::new(0);

/// How many threads one call of a kernel may use. Unless set: the environment variable
/// `ELMAN_NUM_THREADS`, else the processors available to this process (affinity and cgroup limits
/// are respected).
pub fn num_threads() -> usize {
    match NUM_THREADS.load(Ordering::Relaxed) {
        0 => {
            let n = default_threads();
            // A concurrent `set_num_threads` wins.
            match NUM_THREADS.compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => n,
                Err(set) => set,
            }
        }
        n => n,
    }
}

/// Sets how many threads one call of a kernel may use; 0 means 1. Results do not depend on it.
pub fn set_num_threads(n: usize) {
    NUM_THREADS.store(n.max(1), Ordering::Relaxed);
}

fn default_threads() -> usize {
    let set = std::env::var("ELMAN_NUM_THREADS").ok().and_then(|text| text.trim().parse().ok());
    match set {
        Some(n) if n > 0 => n,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    }
}
