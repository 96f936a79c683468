//! The worker threads, and what they wait for each other with.
//!
//! A kernel asks for a [`team`], learns how many threads it got, and runs one closure on each. The
//! workers live on between calls: they look out for work for some microseconds and then sleep. One
//! call at a time has the workers; others meanwhile get a team of one, so nothing ever waits for
//! threads, and since results do not depend on the number of threads, nobody can tell.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::thread::Thread;

/// How often a worker looks for new work before it sleeps: some 20 us.
const LOOKS: usize = 1 << 10;
/// How often a thread looks for another to arrive before it offers the processor to others.
const SPINS: usize = 1 << 12;

/// One region: the closure, and how many workers have yet to finish it.
struct Job<'a> {
    run: &'a (dyn Fn(usize) + Sync),
    remaining: AtomicUsize,
    panicked: AtomicBool,
}

struct Worker {
    /// The job to do next, or null.
    job: Arc<AtomicPtr<Job<'static>>>,
    thread: Thread,
}

static WORKERS: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// Threads held for one call.
pub(crate) struct Team {
    workers: Option<MutexGuard<'static, Vec<Worker>>>,
    size: usize,
}

/// A team of at most `wanted` threads, the caller included.
pub(crate) fn team(wanted: usize) -> Team {
    if wanted <= 1 {
        return Team { workers: None, size: 1 };
    }
    let mut workers = match WORKERS.try_lock() {
        Ok(workers) => workers,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return Team { workers: None, size: 1 },
    };
    while workers.len() + 1 < wanted {
        match hire(workers.len() + 1) {
            Ok(worker) => workers.push(worker),
            // The system has no thread left: then with those there are.
            Err(_) => break,
        }
    }
    let size = wanted.min(workers.len() + 1);
    Team { workers: Some(workers), size }
}

impl Team {
    /// How many threads will run.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Runs `run(0)` here and `run(1)`, ... `run(size - 1)` on the workers, all at the same time,
    /// and returns when all are done. A panic in any of them is passed on.
    pub(crate) fn run(&self, run: impl Fn(usize) + Sync) {
        let Some(workers) = self.workers.as_deref().filter(|_| self.size > 1) else {
            return run(0);
        };
        let job = Job {
            run: &run,
            remaining: AtomicUsize::new(self.size - 1),
            panicked: AtomicBool::new(false),
        };
        let pointer = (&raw const job).cast_mut().cast::<Job<'static>>();
        for worker in &workers[..self.size - 1] {
            worker.job.store(pointer, Ordering::Release);
            worker.thread.unpark();
        }
        let result = catch_unwind(AssertUnwindSafe(|| run(0)));
        // The job must outlive the workers' use of it: wait, even after a panic.
        wait_until(|| job.remaining.load(Ordering::Acquire) == 0);
        match result {
            Err(panic) => resume_unwind(panic),
            Ok(()) => assert!(!job.panicked.load(Ordering::Relaxed), "a worker thread panicked"),
        }
    }
}

fn hire(index: usize) -> std::io::Result<Worker> {
    let job = Arc::new(AtomicPtr::new(std::ptr::null_mut()));
    let mine = Arc::clone(&job);
    let work_forever = move || {
        loop {
            let next = wait_for_job(&mine);
            // SAFETY: `Team::run` keeps the job alive until `remaining` is zero, and this thread
            // does not touch it after it has counted itself down.
            let job = unsafe { &*next };
            if catch_unwind(AssertUnwindSafe(|| (job.run)(index))).is_err() {
                job.panicked.store(true, Ordering::Relaxed);
            }
            job.remaining.fetch_sub(1, Ordering::Release);
        }
    };
    let handle = std::thread::Builder::new().name(format!("elman-{index}")).spawn(work_forever)?;
    Ok(Worker { job, thread: handle.thread().clone() })
}

fn wait_for_job(slot: &AtomicPtr<Job<'static>>) -> *mut Job<'static> {
    let mut looks = 0;
    loop {
        // Nobody else takes from this slot, and nothing is put in before this job is done.
        let job = slot.load(Ordering::Acquire);
        if !job.is_null() {
            slot.store(std::ptr::null_mut(), Ordering::Relaxed);
            return job;
        }
        looks += 1;
        if looks < LOOKS {
            std::hint::spin_loop();
        } else {
            // Returns at once if the job came in between: `unpark` leaves a token.
            std::thread::park();
        }
    }
}

fn wait_until(done: impl Fn() -> bool) {
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

/// Lets the threads of a team wait for each other, many times.
pub(crate) struct Barrier {
    size: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
}

impl Barrier {
    pub(crate) fn new(size: usize) -> Barrier {
        Barrier { size, arrived: AtomicUsize::new(0), generation: AtomicUsize::new(0) }
    }

    /// Returns when all have called it; what they wrote before is then visible to all.
    #[inline(always)]
    pub(crate) fn wait(&self) {
        if self.size == 1 {
            return;
        }
        let generation = self.generation.load(Ordering::Relaxed);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.size {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation.wrapping_add(1), Ordering::Release);
        } else {
            wait_until(|| self.generation.load(Ordering::Acquire) != generation);
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

/// Part `part` of `0..n` cut into `parts` nearly equal runs.
pub(crate) fn share(n: usize, parts: usize, part: usize) -> std::ops::Range<usize> {
    n * part / parts..n * (part + 1) / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_run_every_part_and_barriers_hold() {
        for wanted in [1, 2, 3, 7] {
            for _ in 0..20 {
                let team = team(wanted);
                let (barrier, counter) = (Barrier::new(team.size()), AtomicUsize::new(0));
                team.run(|_| {
                    for round in 1..=10 {
                        counter.fetch_add(1, Ordering::Relaxed);
                        barrier.wait();
                        assert_eq!(counter.load(Ordering::Relaxed), round * team.size());
                        barrier.wait();
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
