//! A training that is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use elman::prelude::*;
use elman::training::callbacks::Moment;
use elman::training::{History, StopReason};

const STEPS: usize = 3;

/// Raises the flag at a certain moment, and counts the batches.
struct Raise {
    flag: Arc<AtomicBool>,
    in_epoch: usize,
    /// In which batch, or else at the epoch's end.
    in_batch: Option<usize>,
    epoch: usize,
    batches: usize,
}

impl Callback for Raise {
    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Model, _: &mut Moment) -> elman::Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        _: &Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        self.batches += 1;
        if self.epoch == self.in_epoch && self.in_batch == Some(batch) {
            self.flag.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        _: &mut Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> elman::Result<()> {
        if epoch == self.in_epoch && self.in_batch.is_none() {
            self.flag.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Trains five epochs at most; gives the history, the batches and the optimizer's steps.
fn train(in_epoch: usize, in_batch: Option<usize>) -> (History, usize, u64) {
    let mut model = Sequential::new().seed(1);
    model.add(Dense::new(1).input_shape([2])).unwrap();
    model.compile("adam", "mse", &[]).unwrap();
    let x = ndarray::Array2::from_shape_fn((4 * STEPS, 2), |(i, j)| (i + j) as f32 / 8.0);
    let y = x.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    let flag = Arc::new(AtomicBool::new(false));
    let mut raise = Raise { flag: Arc::clone(&flag), in_epoch, in_batch, epoch: 0, batches: 0 };
    let fit = Fit::new().batch_size(4).epochs(5).verbose(Verbose::Silent).stop_when(flag);
    let fit = fit.validation_data(&x, &y).callback(&mut raise);
    let history = model.fit(&x, &y, fit).unwrap();
    let steps = model.optimizer_state().unwrap().iterations();
    (history, raise.batches, steps)
}

#[test]
fn it_stops_with_the_batch() {
    let (history, batches, steps) = train(1, Some(0));
    assert_eq!(history.epochs(), [0]);
    assert_eq!((batches, steps), (STEPS + 1, STEPS as u64 + 1));
    assert_eq!(history.stopped(), Some(&StopReason::Interrupted));
}

#[test]
fn it_stops_with_the_evaluation() {
    let (history, batches, steps) = train(1, None);
    assert_eq!(history.epochs(), [0, 1]);
    assert_eq!((batches, steps), (2 * STEPS, 2 * STEPS as u64));
    assert_eq!(history.stopped(), Some(&StopReason::Interrupted));
}

#[test]
fn without_a_flag_it_runs_through() {
    let (history, batches, _) = train(9, None);
    assert_eq!((history.epochs().len(), batches), (5, 5 * STEPS));
    assert_eq!(history.stopped(), None);
}
