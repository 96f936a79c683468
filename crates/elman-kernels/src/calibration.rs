//! What this machine does at best: the ceilings to hold the kernels against.
//!
//! Each figure is the best of many short blocks: what else the machine does only slows blocks down,
//! so the best of them is what the hardware can do. All run on the instruction set of
//! [`active_isa`], with the threads that the kernels use.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::buffer::Buffer;
use crate::pool::{Shared, Team, team_at_any_cost};
use crate::simd::{Simd, Task, dispatch};
use crate::{Float, active_isa};

/// A figure, and how many threads it is of: fewer than asked for if the system has no more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// What was measured, in the unit that the function names.
    pub value: f64,
    /// The threads that took part.
    pub threads: usize,
}

/// Multiplications and additions a second, both counted, of fused multiply-adds on numbers in
/// registers, over all threads together; where there is no such instruction, of the two that stand
/// for it. No kernel is faster.
///
/// ```
/// use std::time::Duration;
/// let rate = elman_kernels::calibration::multiply_add_rate(1, Duration::from_millis(5));
/// assert!(rate.value > 0.0);
/// ```
pub fn multiply_add_rate(threads: usize, time: Duration) -> Measured {
    const ROUNDS: usize = 1 << 17;
    let operations = Mutex::new(0);
    let block = best_block(threads, time, &|_, _| {
        let done = dispatch(active_isa(), Chains { rounds: ROUNDS });
        black_box(done.lane);
        *operations.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = done.operations;
    });
    let operations = operations.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Measured { value: (operations * block.threads) as f64 / block.value, threads: block.threads }
}

/// Bytes a second that are read, vector by vector, and added up, over all threads together; each
/// goes over `bytes` of its own again and again. As many as a cache holds give that cache's rate,
/// many more than all caches hold give the memory's.
///
/// ```
/// use std::time::Duration;
/// let rate = elman_kernels::calibration::read_rate(16 << 10, 1, Duration::from_millis(5));
/// assert!(rate.value > 0.0);
/// ```
pub fn read_rate(bytes: usize, threads: usize, time: Duration) -> Measured {
    /// A block reads at least so much, which takes longer by far than to look at the clock.
    const BLOCK: usize = 16 << 20;
    let len = (bytes / size_of::<Float>()).div_ceil(Sum::STEP).max(1) * Sum::STEP;
    let passes = (BLOCK / (len * size_of::<Float>())).max(1);
    let mut buffers: Vec<Buffer> = (0..threads.max(1)).map(|_| ones(len)).collect();
    let pointers: Vec<_> = buffers.iter_mut().map(|buffer| Shared(buffer.pointer())).collect();
    let block = best_block(threads, time, &|thread, _| {
        for _ in 0..passes {
            let numbers = black_box(pointers[thread].0.cast_const());
            black_box(dispatch(active_isa(), Sum { numbers, len }));
        }
    });
    let bytes = block.threads * passes * len * size_of::<Float>();
    Measured { value: bytes as f64 / block.value, threads: block.threads }
}

/// Seconds that it takes all threads to wait for each other once, as they do at every step of a
/// layer that is split over its units. Nothing for one thread alone.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(elman_kernels::calibration::barrier_cost(1, Duration::from_millis(5)).value, 0.0);
/// ```
pub fn barrier_cost(threads: usize, time: Duration) -> Measured {
    const WAITS: usize = 1000;
    if threads <= 1 {
        return Measured { value: 0.0, threads: 1 };
    }
    let wait = |thread, team: &Team| (0..WAITS).for_each(|_| team.wait(thread));
    match best_block(threads, time, &wait) {
        alone @ Measured { threads: 1, .. } => Measured { value: 0.0, ..alone },
        block => Measured { value: block.value / WAITS as f64, ..block },
    }
}

/// The seconds of the fastest block: all threads together start `work`, and all have finished it.
/// It gets the number of its thread, and the team of them all.
fn best_block(threads: usize, time: Duration, work: &(dyn Fn(usize, &Team) + Sync)) -> Measured {
    let team = team_at_any_cost(threads);
    let stop = AtomicBool::new(false);
    let best = Mutex::new(f64::INFINITY);
    let begun = Instant::now();
    team.run(|thread| {
        loop {
            team.wait(thread);
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let start = Instant::now();
            work(thread, &team);
            team.wait(thread);
            if thread == 0 {
                let seconds = start.elapsed().as_secs_f64();
                let mut best = best.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *best = best.min(seconds);
                // The others see it behind the next barrier.
                stop.store(begun.elapsed() >= time, Ordering::Relaxed);
            }
        }
    });
    let best = best.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Measured { value: best, threads: team.size() }
}

/// Ones, written: pages that were never written may all be the same one.
fn ones(len: usize) -> Buffer {
    let mut buffer = Buffer::uninit(len);
    for i in 0..len {
        // SAFETY: the buffer has room for `len` numbers.
        unsafe { buffer.pointer().add(i).write(1.0) };
    }
    buffer
}

/// Chains of multiply-adds that don't depend on each other: as many as hide the latency of the
/// instruction on any machine, and few enough to stay in sixteen registers.
struct Chains {
    rounds: usize,
}

/// What [`Chains`] did.
struct Done {
    operations: usize,
    /// What every lane holds: [`Chains::STEP`] for each round.
    lane: Float,
}

impl Chains {
    const COUNT: usize = 12;
    /// What a round adds. Its multiples are exact for more rounds than there are, and never so small
    /// that the processor slows down.
    const STEP: Float = 1.0 / 1024.0;
}

impl Task for Chains {
    type Output = Done;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Done {
        // Added to, as in the kernels: AArch64 has no instruction that keeps what it adds.
        let (step, one) = (simd.splat(black_box(Chains::STEP)), simd.splat(black_box(1.0)));
        let mut chains = [simd.splat(0.0); Chains::COUNT];
        for _ in 0..self.rounds {
            for chain in &mut chains {
                *chain = simd.fma(step, one, *chain);
            }
        }
        let [first, rest @ ..] = chains;
        let largest = rest.into_iter().fold(first, |a, b| simd.max(a, b));
        let mut lanes = [0.0; crate::simd::MAX_LANES];
        // SAFETY: `lanes` holds `MAX_LANES >= LANES` numbers.
        unsafe { simd.store(lanes.as_mut_ptr(), largest) };
        let lane = lanes[..S::LANES].iter().fold(0.0, |a: Float, b| a.max(*b));
        Done { operations: 2 * self.rounds * Chains::COUNT * S::LANES, lane }
    }
}

/// The sum of numbers, in as many chains as hide the latency of an addition.
struct Sum {
    /// Valid for reading `len` numbers.
    numbers: *const Float,
    /// A multiple of [`Sum::STEP`].
    len: usize,
}

impl Sum {
    const CHAINS: usize = 8;
    const STEP: usize = Sum::CHAINS * crate::simd::MAX_LANES;
}

impl Task for Sum {
    type Output = Float;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Float {
        let mut chains = [simd.splat(0.0); Sum::CHAINS];
        let mut at = 0;
        while at < self.len {
            for i in 0..Sum::CHAINS {
                // SAFETY: `len` is a multiple of what a round reads, and `numbers` valid for it.
                let numbers = unsafe { simd.load(self.numbers.add(at + i * S::LANES)) };
                chains[i] = simd.add(chains[i], numbers);
            }
            at += Sum::CHAINS * S::LANES;
        }
        let [first, rest @ ..] = chains;
        let sum = rest.into_iter().fold(first, |a, b| simd.add(a, b));
        let mut lanes = [0.0; crate::simd::MAX_LANES];
        // SAFETY: `lanes` holds `MAX_LANES >= LANES` numbers.
        unsafe { simd.store(lanes.as_mut_ptr(), sum) };
        lanes[..S::LANES].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Isa;

    const SHORT: Duration = Duration::from_millis(1);

    #[test]
    fn chains_do_all_their_operations() {
        for isa in Isa::available().into_iter().chain([Isa::Emulated]) {
            for rounds in [1, 2, 3, 60] {
                let done = dispatch(isa, Chains { rounds });
                let per_lane = done.operations / (2 * rounds * Chains::COUNT);
                assert!([4, 8, 16].contains(&per_lane), "{isa:?}: {per_lane} lanes");
                // A round that is left out shows.
                let expected = rounds as Float * Chains::STEP;
                assert_eq!(done.lane, expected, "{isa:?}, {rounds} rounds");
            }
        }
    }

    #[test]
    fn sums_read_every_number() {
        for isa in Isa::available().into_iter().chain([Isa::Emulated]) {
            for steps in [1, 2, 5] {
                let len = steps * Sum::STEP;
                let mut numbers = ones(len);
                assert_eq!(dispatch(isa, Sum { numbers: numbers.as_pointer(), len }), len as Float);
                for place in [0, len / 2 + 1, len - 1] {
                    // SAFETY: within the buffer.
                    unsafe { numbers.pointer().add(place).write(3.0) };
                }
                let expected = (len + 6) as Float;
                assert_eq!(dispatch(isa, Sum { numbers: numbers.as_pointer(), len }), expected);
            }
        }
    }

    #[test]
    fn every_figure_is_one_of_so_many_threads() {
        for threads in [0, 1, 2, 3] {
            let figures = [
                multiply_add_rate(threads, SHORT),
                read_rate(0, threads, SHORT),
                read_rate(100_000, threads, SHORT),
            ];
            for figure in figures {
                assert!(figure.value.is_finite() && figure.value > 0.0, "{figure:?}");
                assert!((1..=threads.max(1)).contains(&figure.threads), "{figure:?}");
            }
            let barrier = barrier_cost(threads, SHORT);
            assert_eq!(barrier.value > 0.0, barrier.threads > 1, "{barrier:?}");
        }
    }
}
