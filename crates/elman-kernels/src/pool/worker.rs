//! One thread that works for teams.
//!
//! Caller and worker tell each other by a number each, the job it is about: what one writes the
//! other reads, together with all that belongs to it, as one cache line.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How long a worker looks for new work before it sleeps: longer than training is busy with other
/// things between one call of the kernels and the next, and about as long as it takes to be woken
/// where processors are virtual.
const PATIENCE: Duration = Duration::from_micros(200);
/// How often it looks from one look at the clock to the next.
const LOOKS: u32 = 1 << 6;

type Run<'a> = &'a (dyn Fn(usize) + Sync + 'a);

/// What the caller writes.
#[repr(align(128))]
struct Order {
    /// The number of the job; counts from 1.
    number: AtomicUsize,
    /// Written before the number, and read after it.
    run: Cell<Option<Run<'static>>>,
}

/// What the worker writes.
#[repr(align(128))]
struct Answer {
    /// The job that is done.
    number: AtomicUsize,
    panicked: AtomicBool,
    /// Whether it has to be woken.
    asleep: AtomicBool,
}

struct Desk {
    order: Order,
    answer: Answer,
}

// SAFETY: `run` is written by the caller while no job is under way, and read by the worker after
// the number that was written after it.
unsafe impl Sync for Desk {}

pub(super) struct Worker {
    desk: Arc<Desk>,
    thread: Thread,
}

impl Worker {
    /// Starts the thread of part `part` of teams.
    pub(super) fn hire(part: usize) -> std::io::Result<Worker> {
        let desk = Arc::new(Desk {
            order: Order { number: AtomicUsize::new(0), run: Cell::new(None) },
            answer: Answer {
                number: AtomicUsize::new(0),
                panicked: AtomicBool::new(false),
                asleep: AtomicBool::new(false),
            },
        });
        let mine = Arc::clone(&desk);
        let name = format!("elman-{part}");
        let handle = std::thread::Builder::new().name(name).spawn(move || mine.work(part))?;
        Ok(Worker { desk, thread: handle.thread().clone() })
    }

    /// Gives the worker a job.
    ///
    /// # Safety
    /// The job before is done; `run` lives until this one is.
    pub(super) unsafe fn begin(&self, run: Run<'_>) {
        let Desk { order, answer } = &*self.desk;
        // SAFETY: the worker uses it until the job is done, and the caller promises as much.
        order.run.set(Some(unsafe { std::mem::transmute::<Run<'_>, Run<'static>>(run) }));
        let number = order.number.load(Ordering::Relaxed).wrapping_add(1);
        // Either this sees that the worker sleeps, or the worker sees the number before it does.
        order.number.store(number, Ordering::SeqCst);
        if answer.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
    }

    pub(super) fn is_done(&self) -> bool {
        let Desk { order, answer } = &*self.desk;
        answer.number.load(Ordering::Acquire) == order.number.load(Ordering::Relaxed)
    }

    /// Whether the job that is done panicked.
    pub(super) fn panicked(&self) -> bool {
        self.desk.answer.panicked.load(Ordering::Relaxed)
    }
}

impl Desk {
    fn work(&self, part: usize) {
        let mut done = 0;
        loop {
            done = self.wait_for_another(done);
            let result = catch_unwind(AssertUnwindSafe(|| {
                if let Some(run) = self.order.run.get() {
                    run(part);
                }
            }));
            self.answer.panicked.store(result.is_err(), Ordering::Relaxed);
            self.answer.number.store(done, Ordering::Release);
        }
    }

    /// The number of the job after `done`.
    fn wait_for_another(&self, done: usize) -> usize {
        let (mut looks, start) = (0, Instant::now());
        loop {
            let number = self.order.number.load(Ordering::Acquire);
            if number != done {
                return number;
            }
            looks += 1;
            if looks % LOOKS != 0 || start.elapsed() < PATIENCE {
                std::hint::spin_loop();
                continue;
            }
            self.answer.asleep.store(true, Ordering::SeqCst);
            if self.order.number.load(Ordering::SeqCst) == done {
                // Returns at once if the job came in between: `unpark` leaves a token.
                std::thread::park();
            }
            self.answer.asleep.store(false, Ordering::Relaxed);
        }
    }
}
