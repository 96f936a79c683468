//! How many threads a job is best given, by what it took of late.
//!
//! Whether two threads are faster than one depends on what no formula knows: how long processors take
//! to hear of each other, which on a virtual machine changes with where it happens to run, and
//! whether other programs use them. So calls are timed. A job goes on with as many threads as were best,
//! and from time to time makes a few calls with half or twice as many. The more time those lose, the
//! longer until the next ones, up to where trying takes a 256th of the time.

use std::time::Duration;

/// What a call does, as far as it matters to how long it takes.
#[derive(Clone, Copy)]
pub(crate) struct Job {
    pub task: Task,
    /// Those of the layer: layers are told apart by them.
    pub weights: usize,
    /// Multiplications.
    pub work: usize,
    /// Whether its threads wait for each other before all have done their part.
    pub waits: bool,
}

/// What is done, and where.
#[derive(Clone, Copy)]
pub(crate) enum Task {
    Forward,
    ForwardSaving,
    Backward,
    Gradients,
    Step,
    Stack,
}

/// Jobs that are remembered.
const JOBS: usize = 256;
/// How often the number of threads can be halved.
const HALVINGS: usize = 8;
/// A call that says something, whatever came before it: workers are woken, and what they read lies in
/// another processor's cache at first.
const LONG: Duration = Duration::from_millis(1);
/// Of shorter ones, those that say nothing after a change.
const SKIPPED: u32 = 2;
/// And those after them whose times count.
const COUNTED: u32 = 2;
/// Calls before the first trial.
const FIRST: u32 = 32;
/// Time from one trial to the next, or calls if these take longer; twice as long after each that
/// failed, since other programs spoil some.
const BETWEEN: Duration = Duration::from_millis(10);
/// How many times what trials lose is spent before the next one.
const PATIENCE: f32 = 256.0;
/// Lost time, in calls, at which a trial ends early.
const HOPELESS: f32 = 16.0;
/// What another number of threads must take less of to be worth a change.
const MARGIN: f32 = 0.97;
/// How much longer calls take if something has changed.
const WORSE: f32 = 1.25;
/// The share of the last call in what calls are taken to last.
const SHARE: f32 = 0.125;

pub(super) struct Experience {
    jobs: [Known; JOBS],
}

/// What is known of a job. Times are nanoseconds for a multiplication.
#[derive(Clone, Copy)]
struct Known {
    /// Zero: of none.
    key: u64,
    /// How often the number of threads wanted is halved, outside of trials and in one.
    halvings: u8,
    trial: Option<u8>,
    /// Calls of the trial, or until the next one.
    calls: u32,
    /// Calls that are still to say nothing.
    skip: u32,
    /// What a call takes, and what it took when last compared.
    time: f32,
    compared: f32,
    /// What the part of one thread takes, if it waits for no other.
    part: f32,
    /// Of the trial: the sum of what counts, and what it has lost so far.
    sum: f32,
    lost: f32,
    /// Trials since one was worth it.
    failures: u32,
    /// Whether the last trial was of more threads.
    tried_more: bool,
}

/// A call of a job.
struct Call {
    took: Duration,
    /// As in [`Known`].
    time: f32,
    part: f32,
    wanted: usize,
    waits: bool,
}

impl Call {
    /// How many such calls are made before another trial.
    fn between(&self) -> u32 {
        BETWEEN.div_duration_f32(self.took).clamp(1.0, 1e4) as u32
    }
}

impl Known {
    const fn new(key: u64) -> Known {
        Known {
            key,
            halvings: 0,
            trial: None,
            calls: FIRST,
            skip: SKIPPED,
            time: 0.0,
            compared: 0.0,
            part: 0.0,
            sum: 0.0,
            lost: 0.0,
            failures: 0,
            tried_more: false,
        }
    }

    /// After a call of the number of threads in use.
    fn settle(&mut self, call: &Call) {
        if self.skip > 0 {
            self.skip -= 1;
            (self.time, self.compared, self.part) = (call.time, call.time, call.part);
            return;
        }
        self.time += (call.time - self.time) * SHARE;
        self.part += (call.part - self.part) * SHARE;
        self.calls = self.calls.saturating_sub(1);
        if self.calls > 0 && self.time <= self.compared * WORSE {
            return;
        }
        self.compared = self.time;
        self.calls = call.between();
        let fewer = call.wanted >> self.halvings > 1 && usize::from(self.halvings) < HALVINGS;
        // Half of the threads take two parts each: that is known without a trial.
        let fewer = fewer && (call.waits || self.time > 2.0 * self.part);
        let more = self.halvings > 0;
        self.tried_more = more && !(fewer && self.tried_more);
        self.trial = match (fewer, self.tried_more) {
            (_, true) => Some(self.halvings - 1),
            (true, false) => Some(self.halvings + 1),
            (false, false) => None,
        };
        if self.trial.is_some() {
            (self.calls, self.skip, self.sum, self.lost) = (0, SKIPPED, 0.0, 0.0);
        }
    }

    /// After a call of a trial.
    fn judge(&mut self, halvings: u8, call: &Call) {
        self.lost += call.time - self.time;
        let hopeless = self.lost > HOPELESS * self.time;
        if call.took < LONG && !hopeless {
            if self.skip > 0 {
                self.skip -= 1;
                return;
            }
            self.sum += call.time;
            self.calls += 1;
            if self.calls < COUNTED {
                return;
            }
        }
        let time = if self.calls > 0 { self.sum / self.calls as f32 } else { call.time };
        (self.trial, self.skip) = (None, 0);
        if !hopeless && time < self.time * MARGIN {
            (self.halvings, self.time, self.part) = (halvings, time, time);
            (self.calls, self.failures) = (call.between(), 0);
        } else {
            let lost = (self.lost / self.time).min(4.0 * HOPELESS);
            self.failures = (self.failures + 1).min(10);
            let between = call.between();
            self.calls = ((PATIENCE * lost) as u32).clamp(between, between << self.failures);
        }
        self.compared = self.time;
    }
}

impl Experience {
    pub(super) const fn new() -> Experience {
        Experience { jobs: [Known::new(0); JOBS] }
    }

    /// How many threads the job should have, of those wanted.
    pub(super) fn threads(&mut self, wanted: usize, job: Job) -> usize {
        let known = self.of(wanted, job);
        wanted >> known.trial.unwrap_or(known.halvings)
    }

    /// After a call of so many threads: what it took, and the caller's own part.
    pub(super) fn learn(
        &mut self,
        wanted: usize,
        job: Job,
        threads: usize,
        [all, part]: [Duration; 2],
    ) {
        let per = |time: Duration| time.as_nanos() as f32 / job.work.max(1) as f32;
        let call = Call { took: all, time: per(all), part: per(part), wanted, waits: job.waits };
        let known = self.of(wanted, job);
        match known.trial {
            Some(halvings) if wanted >> halvings == threads => known.judge(halvings, &call),
            None if wanted >> known.halvings == threads => known.settle(&call),
            // There were not as many threads, or another caller's call came between.
            _ => {}
        }
    }

    /// Jobs whose place another one takes begin anew.
    fn of(&mut self, wanted: usize, job: Job) -> &mut Known {
        let Job { task, weights, work, waits } = job;
        let size = [task as u64, weights as u64, u64::from(work.max(1).ilog2()), wanted as u64];
        let mix = |key: u64, value: u64| (key ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = size.into_iter().fold(u64::from(waits), mix) | 1;
        let known = &mut self.jobs[(key >> 32) as usize % JOBS];
        if known.key != key {
            *known = Known::new(key);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: Job = Job { task: Task::Forward, weights: 4096, work: 1_000_000, waits: true };

    /// Makes `n` calls that take what `micros` says for a number of threads; how many calls each
    /// number had.
    fn calls(
        experience: &mut Experience,
        [wanted, n]: [usize; 2],
        job: Job,
        micros: impl Fn(usize) -> u64,
    ) -> Vec<usize> {
        let mut made = vec![0; wanted + 1];
        for _ in 0..n {
            let threads = experience.threads(wanted, job);
            let all = Duration::from_micros(micros(threads));
            experience.learn(wanted, job, threads, [all, all]);
            made[threads] += 1;
        }
        made
    }

    #[test]
    fn a_job_has_the_number_of_threads_that_is_fastest() {
        let mut experience = Experience::new();
        let near = |threads| [0, 100, 60][threads];
        let far = |threads| [0, 100, 130][threads];
        let busy = |threads| [0, 100, 4000][threads];
        assert!(calls(&mut experience, [2, 10_000], JOB, near)[2] > 9_800);
        assert!(calls(&mut experience, [2, 10_000], JOB, far)[1] > 9_800);
        assert!(calls(&mut experience, [2, 10_000], JOB, near)[2] > 9_700);
        let alone = calls(&mut experience, [2, 10_000], JOB, busy);
        assert!(alone[1] > 9_900, "{alone:?}");
        // The last loss was large, so that the next trial is far away, though not for ever.
        assert!(calls(&mut experience, [2, 30_000], JOB, near)[2] > 9_000);
    }

    #[test]
    fn of_many_threads_half_or_a_quarter_may_be_best() {
        for best in [1, 2, 4, 8, 16] {
            let mut experience = Experience::new();
            let times =
                |threads: usize| 100 + 20 * u64::from(threads.ilog2().abs_diff(usize::ilog2(best)));
            let made = calls(&mut experience, [16, 20_000], JOB, times);
            assert!(made[best] > 18_000, "{best}: {made:?}");
        }
    }

    #[test]
    fn where_no_thread_waits_fewer_are_tried_only_if_all_wait_in_the_end() {
        let job = Job { waits: false, ..JOB };
        let mut experience = Experience::new();
        let mut call = |all: u64| {
            let threads = experience.threads(2, job);
            let times = if threads == 2 { [all, 60] } else { [100, 100] };
            experience.learn(2, job, threads, times.map(Duration::from_micros));
            threads
        };
        assert!((0..1000).all(|_| call(62) == 2));
        assert!((0..1000).filter(|_| call(4000) == 1).count() > 950);
    }

    #[test]
    fn jobs_are_told_apart() {
        let mut experience = Experience::new();
        let other = Job { weights: 8192, ..JOB };
        for _ in 0..100 {
            calls(&mut experience, [2, 10], JOB, |threads| [0, 100, 200][threads]);
            calls(&mut experience, [2, 10], other, |threads| [0, 200, 100][threads]);
        }
        assert_eq!(experience.threads(2, JOB), 1);
        assert_eq!(experience.threads(2, other), 2);
    }
}
