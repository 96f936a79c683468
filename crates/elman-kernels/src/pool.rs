//! The worker threads, and what they wait for each other with.
//!
//! A kernel asks for a [`team`], learns how many threads it got, and runs one closure on each. The
//! workers live on between calls: they look out for work for some microseconds and then sleep. One
//! call at a time has the workers; others meanwhile get a team of one, so nothing ever waits for
//! threads, and since results do not depend on the number of threads, nobody can tell.

mod barrier;
mod patience;
mod worker;

use crate::Float;
use barrier::Barrier;
use patience::Patience;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Instant;
use worker::Worker;

/// How often a thread looks for another to arrive before it offers the processor to others.
const SPINS: usize = 1 << 12;

/// All workers there are, and what a team of them waits with.
struct Crew {
    workers: Vec<Worker>,
    barrier: Barrier,
    patience: Patience,
}

static CREW: Mutex<Crew> =
    Mutex::new(Crew { workers: Vec::new(), barrier: Barrier::new(), patience: Patience::new() });

/// Threads held for one call.
pub(crate) struct Team {
    crew: Option<MutexGuard<'static, Crew>>,
    size: usize,
    /// Whether its waits say how long others wait.
    learns: bool,
}

/// A team of at most `wanted` threads, the caller included; of one, if threads have waited too long
/// for each other of late.
pub(crate) fn team(wanted: usize) -> Team {
    form(wanted, true)
}

/// The same, however long they have waited, and will: for measurements.
pub(crate) fn team_at_any_cost(wanted: usize) -> Team {
    form(wanted, false)
}

fn form(wanted: usize, learns: bool) -> Team {
    if wanted <= 1 {
        return Team { crew: None, size: 1, learns };
    }
    let mut crew = match CREW.try_lock() {
        Ok(crew) => crew,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return Team { crew: None, size: 1, learns },
    };
    if learns && crew.patience.is_lost() {
        return Team { crew: None, size: 1, learns };
    }
    while crew.workers.len() + 1 < wanted {
        match Worker::hire(crew.workers.len() + 1) {
            Ok(worker) => crew.workers.push(worker),
            // The system has no thread left: then with those there are.
            Err(_) => break,
        }
    }
    let size = wanted.min(crew.workers.len() + 1);
    Team { crew: Some(crew), size, learns }
}

impl Team {
    /// How many threads will run.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Runs `run(0)` here and `run(1)`, ... `run(size - 1)` on the workers, all at the same time,
    /// and returns when all are done. A panic in any of them is passed on.
    pub(crate) fn run(&self, run: impl Fn(usize) + Sync) {
        let Some(crew) = self.crew.as_deref().filter(|_| self.size > 1) else {
            return run(0);
        };
        let workers = &crew.workers[..self.size - 1];
        let begin = Instant::now();
        // SAFETY: this function returns, or passes a panic on, only when all have finished.
        let all_awake =
            workers.iter().fold(true, |all, worker| all & unsafe { worker.begin(&run) });
        let result = catch_unwind(AssertUnwindSafe(|| run(0)));
        let end = Instant::now();
        let mut panicked = false;
        for worker in workers {
            wait_until(|| worker.is_done());
            panicked |= worker.panicked();
        }
        if self.learns {
            crew.patience.learn(all_awake, end - begin, end.elapsed());
        }
        match result {
            Err(panic) => resume_unwind(panic),
            Ok(()) => assert!(!panicked, "a worker thread panicked"),
        }
    }

    /// Lets the parts of this team [`wait`](Team::wait) for each other.
    pub(crate) fn synchronized(mut self) -> Team {
        if let Some(crew) = &mut self.crew {
            crew.barrier.begin(self.size);
        }
        self
    }

    /// Called by every part of a running, synchronized team: returns when all have called it, and what they
    /// wrote before is then visible to all.
    #[inline(always)]
    pub(crate) fn wait(&self, part: usize) {
        if let Some(crew) = &self.crew
            && crew.barrier.wait(self.size, part)
            && self.learns
        {
            crew.patience.barrier_was_late();
        }
    }
}

/// Whether it took long.
pub(crate) fn wait_until(done: impl Fn() -> bool) -> bool {
    let mut spins = 0;
    while !done() {
        spins += 1;
        if spins < SPINS {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
    spins >= SPINS
}

/// A pointer that may go to other threads; who dereferences it answers for the absence of races.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<T>(pub(crate) *mut T);

// SAFETY: a pointer alone does nothing; each dereference is justified where it stands.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

/// Reads a number of every cache line, so that what another thread has written comes all at once,
/// and not line by line as it is needed.
///
/// # Safety
/// `p` is valid for reading `n` numbers.
#[inline(always)]
pub(crate) unsafe fn touch(p: *const Float, n: usize) {
    for i in (0..n).step_by(64 / size_of::<Float>()) {
        // SAFETY: the caller's promise.
        unsafe { std::ptr::read_volatile(p.add(i)) };
    }
}

/// Part `part` of `0..n` cut into `parts` nearly equal runs.
pub(crate) fn share(n: usize, parts: usize, part: usize) -> std::ops::Range<usize> {
    n * part / parts..n * (part + 1) / parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn teams_run_every_part_and_barriers_hold() {
        for wanted in [1, 2, 3, 7] {
            for _ in 0..20 {
                let team = team(wanted).synchronized();
                let counter = AtomicUsize::new(0);
                team.run(|part| {
                    for round in 1..=10 {
                        counter.fetch_add(1, Ordering::Relaxed);
                        team.wait(part);
                        assert_eq!(counter.load(Ordering::Relaxed), round * team.size());
                        team.wait(part);
                    }
                });
                assert_eq!(counter.into_inner(), 10 * team.size());
            }
        }
    }

    #[test]
    fn a_panic_is_passed_on_and_the_team_works_again() {
        let fails = |bad: usize| {
            let team = team(3);
            catch_unwind(AssertUnwindSafe(|| {
                team.run(|i| assert!(i != bad.min(team.size() - 1), "as intended"));
            }))
        };
        assert!(fails(0).is_err());
        assert!(fails(2).is_err());
        team(3).run(|_| {});
    }
}
