//! Where the batches of a training or an evaluation come from.

use std::ops::Range;

use super::bptt::Bptt;
use super::callbacks::Setup;
use super::data::Data;
use super::step;
use crate::data::{BatchIterator, Dataset};
use crate::models::Model;
use crate::random::Stream;
use crate::{Error, Result};

/// Arrays that are cut into batches, or a data set that gives them.
pub(super) enum Source<'d> {
    /// Checked before the first step.
    Arrays { data: &'d Data, batch_size: usize, steps: Option<Steps> },
    /// Checked batch by batch.
    Dataset { call: String, dataset: &'d mut dyn Dataset, steps: Option<usize> },
}

/// Epochs of so many batches of arrays, the first of them with that number: each goes on where the one
/// before ended, and one that comes to the end of the arrays ends with them, as in Keras.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    pub per_epoch: usize,
    pub first_epoch: usize,
}

impl Steps {
    /// Which of so many batches an epoch has, and the epoch in which this pass over the arrays began.
    fn of(self, epoch: usize, batches: usize) -> (Range<usize>, usize) {
        let steps = self.per_epoch.clamp(1, batches.max(1));
        let epochs = batches.div_ceil(steps).max(1);
        let done = epoch.saturating_sub(self.first_epoch) % epochs;
        (done * steps..batches.min((done + 1) * steps), epoch - done)
    }
}

/// The batches of an epoch, checked as far as they can be without the model.
pub(super) type Batches<'s> = Box<dyn Iterator<Item = Result<Data>> + 's>;

impl<'d> Source<'d> {
    pub fn arrays(data: &'d Data, batch_size: usize) -> Source<'d> {
        Source::Arrays { data, batch_size, steps: None }
    }

    /// The number of batches in an epoch, as far as it is known.
    pub fn steps(&self) -> Option<usize> {
        match self {
            Source::Arrays { data, batch_size, steps } => {
                let all = data.samples().div_ceil(*batch_size);
                Some(steps.map_or(all, |steps| all.min(steps.per_epoch)))
            }
            Source::Dataset { dataset, steps, .. } => steps.or_else(|| dataset.num_batches()),
        }
    }

    /// What must be equal for a training to go on.
    pub fn setup(&self, shuffle: bool, bptt: Bptt) -> Setup {
        match self {
            Source::Arrays { data, batch_size, steps } => {
                let (samples, batch_size) = (data.samples(), *batch_size);
                let order = if shuffle { "shuffled" } else { "in order" };
                let dataset = steps.map(|steps| {
                    let steps = steps.per_epoch;
                    format!("{samples} samples, {order}, {steps} steps an epoch of {batch_size}")
                });
                Setup { samples, batch_size, shuffle, dataset, bptt }
            }
            Source::Dataset { dataset, steps, .. } => {
                let words = dataset.identity().unwrap_or_default();
                let steps = steps.map(|steps| format!(", {steps} steps an epoch"));
                let dataset = Some(words + &steps.unwrap_or_default());
                Setup { samples: 0, batch_size: 0, shuffle: false, dataset, bptt }
            }
        }
    }

    /// The batches of an epoch from `first` on; arrays in an order that follows from the seed and
    /// the epoch, if a seed is given, so that an interrupted epoch goes on with it.
    pub fn batches(
        &mut self,
        epoch: usize,
        seed: Option<u64>,
        first: usize,
    ) -> Result<Batches<'_>> {
        match self {
            Source::Arrays { data, batch_size, steps } => {
                let (samples, size) = (data.samples(), *batch_size);
                let all = samples.div_ceil(size);
                let (own, pass) = steps.map_or((0..all, epoch), |steps| steps.of(epoch, all));
                let order = seed
                    .map(|seed| Stream::new(seed, &format!("shuffle@{pass}")).permutation(samples));
                Ok(Box::new(own.skip(first).map(move |number| {
                    let start = number * size;
                    let end = samples.min(start + size);
                    Ok(match &order {
                        Some(order) => data.select(&order[start..end]),
                        None => data.rows(start, end),
                    })
                })))
            }
            Source::Dataset { call, dataset, steps } => {
                let (call, steps) = (call.clone(), *steps);
                let mut batches =
                    Numbered { call, epoch, steps, number: 0, batches: dataset.batches(epoch)? };
                for _ in 0..first {
                    batches.next().transpose()?;
                }
                Ok(Box::new(batches))
            }
        }
    }

    /// Checks a batch against the model, if that wasn't done before.
    pub fn checks(&self) -> fn(&Model, &Data) -> Result<()> {
        match self {
            Source::Arrays { .. } => |_, _| Ok(()),
            Source::Dataset { .. } => step::check,
        }
    }
}

/// The batches of a data set, so many at most.
struct Numbered<'d> {
    call: String,
    epoch: usize,
    steps: Option<usize>,
    number: usize,
    batches: BatchIterator<'d>,
}

impl Iterator for Numbered<'_> {
    type Item = Result<Data>;

    fn next(&mut self) -> Option<Result<Data>> {
        if self.steps == Some(self.number) {
            return None;
        }
        let Some(batch) = self.batches.next() else {
            let given = self.number;
            let (argument, expected, got) = match self.steps {
                _ if given == 0 => {
                    ("dataset", "one that gives a batch or more".into(), "none".into())
                }
                Some(steps) => {
                    ("steps", format!("{given}, as many batches as there are"), steps.to_string())
                }
                None => return None,
            };
            // After an error, nothing follows.
            self.steps = Some(given);
            let place = self.call.clone();
            return Some(Err(Error::InvalidArgument { place, argument, expected, got }));
        };
        self.number += 1;
        let call = format!("{}, epoch {}, batch {}", self.call, self.epoch + 1, self.number);
        Some(batch.and_then(|batch| Data::new(&call, batch.x, batch.y, batch.sample_weight)))
    }
}
