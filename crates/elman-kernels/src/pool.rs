//! The worker threads, and what they wait for each other with.
//!
//! A kernel asks for a [`team`], learns how many threads it got, and runs one closure on each. The
//! workers live on between calls: they look out for work for some microseconds and then sleep. One
//! call at a time has the workers; others meanwhile get a team of one, so nothing ever waits for
//! threads. A job for which fewer threads were faster of late gets fewer. Since results do not depend
//! on the number of threads, nobody can tell.

mod barrier;
mod experience;
mod worker;

pub(crate) use experience::{Job, Task};

use crate::Float;
use barrier::Barrier;
use experience::Experience;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};
use worker::Worker;

/// How often a thread looks for another to arrive before it offers the processor to others.
const SPINS: usize = 1 << 12;

/// All workers there are, what a team of them waits with, and what is known of its jobs.
struct Crew {
    workers: Vec<Worker>,
    barrier: Barrier,
    experience: Experience,
}

static CREW: Mutex<Crew> = Mutex::new(Crew {
    workers: Vec::new(),
    barrier: Barrier::new(),
    experience: Experience::new(),
});

/// Threads held for one call.
pub(crate) struct Team {
    crew: Option<MutexGuard<'static, Crew>>,
    size: usize,
    timed: Option<Timed>,
}

/// The call of a job whose time is taken, from when its team is made until it is dropped.
struct Timed {
    job: Job,
    wanted: usize,
    begin: Instant,
    /// Nanoseconds of the caller's part.
    part: AtomicU64,
}

/// A team for a job, of as many threads as were best of late: at most `wanted`, the caller included.
pub(crate) fn team(wanted: usize, job: Job) -> Team {
    let crew = if wanted > 1 { crew() } else { None };
    let Some(mut crew) = crew else { return Team::alone() };
    let threads = crew.experience.threads(wanted, job);
    let begin = Instant::now();
    let mut team = if threads > 1 { Team::of(crew, threads, job.waits) } else { Team::alone() };
    team.timed = Some(Timed { job, wanted, begin, part: AtomicU64::new(0) });
    team
}

/// A team of so many threads, whatever became of others: for measurements.
pub(crate) fn team_at_any_cost(threads: usize) -> Team {
    match crew() {
        Some(crew) if threads > 1 => Team::of(crew, threads, true),
        _ => Team::alone(),
    }
}

/// The crew, unless another call has it.
fn crew() -> Option<MutexGuard<'static, Crew>> {
    match CREW.try_lock() {
        Ok(crew) => Some(crew),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

impl Team {
    fn alone() -> Team {
        Team { crew: None, size: 1, timed: None }
    }

    /// Of so many threads, or of fewer if the system has none left; `waits` if its parts will wait
    /// for each other.
    fn of(mut crew: MutexGuard<'static, Crew>, threads: usize, waits: bool) -> Team {
        while crew.workers.len() + 1 < threads {
            match Worker::hire(crew.workers.len() + 1) {
                Ok(worker) => crew.workers.push(worker),
                Err(_) => break,
            }
        }
        let size = threads.min(crew.workers.len() + 1);
        if waits {
            crew.barrier.begin(size);
        }
        Team { crew: Some(crew), size, timed: None }
    }

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
        // SAFETY: this function returns, or passes a panic on, only when all have finished.
        workers.iter().for_each(|worker| unsafe { worker.begin(&run) });
        let result = catch_unwind(AssertUnwindSafe(|| run(0)));
        if let Some(timed) = &self.timed {
            timed.part.store(timed.begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
        }
        let mut panicked = false;
        for worker in workers {
            wait_until(|| worker.is_done());
            panicked |= worker.panicked();
        }
        match result {
            Err(panic) => resume_unwind(panic),
            Ok(()) => assert!(!panicked, "a worker thread panicked"),
        }
    }

    /// Called by every part of a running team whose job waits: returns when all have called it, and
    /// what they wrote before is then visible to all.
    #[inline(always)]
    pub(crate) fn wait(&self, part: usize) {
        if let Some(crew) = &self.crew {
            crew.barrier.wait(self.size, part);
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        let Some(Timed { job, wanted, begin, part }) = self.timed.take() else { return };
        if std::thread::panicking() {
            return;
        }
        let times = [begin.elapsed(), Duration::from_nanos(part.into_inner())];
        // Who is alone has left the crew to others.
        if let Some(mut crew) = self.crew.take().or_else(crew) {
            crew.experience.learn(wanted, job, self.size, times);
        }
    }
}

/// Returns when `done` says so.
pub(crate) fn wait_until(done: impl Fn() -> bool) {
    let mut spins = 0;
    while !done() {
        spins += 1;
        if spins < SPINS {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
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

    const JOB: Job = Job { task: Task::Stack, weights: 0, work: 1, waits: true };

    #[test]
    fn teams_run_every_part_and_barriers_hold() {
        for wanted in [1, 2, 3, 7] {
            for _ in 0..20 {
                let team = team(wanted, JOB);
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
            let team = team(3, JOB);
            catch_unwind(AssertUnwindSafe(|| {
                team.run(|i| assert!(i != bad.min(team.size() - 1), "as intended"));
            }))
        };
        assert!(fails(0).is_err());
        assert!(fails(2).is_err());
        team(3, JOB).run(|_| {});
    }
}
