//! Whether working together pays at the moment.
//!
//! Where other programs use the processors, a worker may have to wait for its turn, for milliseconds,
//! and all others for it: two threads would then be slower than one. Whoever waited too long works
//! alone for a while, and longer each time that it happens again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// A wait that no work explains: workers hear of a job within a microsecond, and do equal parts.
const LONG: Duration = Duration::from_micros(150);
/// Calls that are made alone the first time.
const CALLS: u32 = 32;
/// How often that doubles.
const DOUBLINGS: u32 = 8;
/// Calls in time that make up for one that was not: some are, whoever else is there, since a worker
/// that has waited for its turn keeps it for a while.
const IN_TIME: u32 = 64;
/// Calls after one that was made alone, or for which a worker was woken, that say nothing: what the
/// workers read and write lies in another processor's cache at first.
const SETTLING: u32 = 8;

pub(super) struct Patience {
    /// Calls that are still to be made alone.
    alone: AtomicU32,
    /// How often waits were too long of late.
    lost: AtomicU32,
    /// Calls in time since then.
    in_time: AtomicU32,
    /// Calls that are still to say nothing.
    settling: AtomicU32,
    /// Whether a barrier of the call at hand was waited for too long.
    late: AtomicBool,
}

impl Patience {
    pub(super) const fn new() -> Patience {
        Patience {
            alone: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            in_time: AtomicU32::new(0),
            settling: AtomicU32::new(SETTLING),
            late: AtomicBool::new(false),
        }
    }

    /// Whether the call that asks is to be made alone.
    pub(super) fn is_lost(&self) -> bool {
        let alone = self.alone.load(Relaxed);
        if alone > 0 {
            self.alone.store(alone - 1, Relaxed);
            self.settling.store(SETTLING, Relaxed);
        }
        alone > 0
    }

    /// A part waited long for the others, within the work.
    #[cold]
    pub(super) fn barrier_was_late(&self) {
        self.late.store(true, Relaxed);
    }

    /// After a call: whether all workers were awake before, how long the caller's own part took, and
    /// how long it waited for the others then.
    pub(super) fn learn(&self, all_awake: bool, own: Duration, waited: Duration) {
        let late = self.late.swap(false, Relaxed);
        if !all_awake {
            // To be woken takes its time, whoever else is there.
            self.settling.store(SETTLING, Relaxed);
            return;
        }
        let settling = self.settling.load(Relaxed);
        if settling > 0 {
            self.settling.store(settling - 1, Relaxed);
            return;
        }
        let lost = self.lost.load(Relaxed);
        if late || (waited > LONG && waited > own / 2) {
            self.alone.store(CALLS << lost.min(DOUBLINGS), Relaxed);
            self.lost.store(lost.saturating_add(1).min(DOUBLINGS), Relaxed);
            self.in_time.store(0, Relaxed);
        } else if lost > 0 {
            let in_time = self.in_time.load(Relaxed) + 1;
            self.in_time.store(in_time % IN_TIME, Relaxed);
            self.lost.store(lost - u32::from(in_time == IN_TIME), Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_made_alone_after_long_waits_and_longer_after_more() {
        let patience = Patience::new();
        let [short, long] = [1, 1000].map(Duration::from_micros);
        let settle = || (0..SETTLING).for_each(|_| patience.learn(true, short, long));
        let alone = || (0..).take_while(|_| patience.is_lost()).count();
        settle();
        patience.learn(true, long, short);
        assert!(!patience.is_lost());
        let mut before = 0;
        for _ in 0..20 {
            patience.learn(true, short, long);
            let calls = alone();
            assert!(calls >= before.max(1) && calls <= 1 << 13, "{before}, then {calls}");
            before = calls;
            settle();
        }
        for _ in 0..IN_TIME * DOUBLINGS {
            patience.learn(true, long, short);
        }
        // A worker that had to be woken says nothing, of this call and of the next ones.
        patience.barrier_was_late();
        patience.learn(false, short, long);
        settle();
        patience.learn(true, long, short);
        assert!(!patience.is_lost());
        patience.barrier_was_late();
        patience.learn(true, long, short);
        assert_eq!(alone(), CALLS as usize);
    }
}
