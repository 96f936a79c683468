//! One step of training: what all optimizers do with gradients before and after their own rule.

use super::clip::clip;
use super::layout::{Place, of_all, trainable_ranges};
use super::optimizer::{Optimizer, Part, Step};
use super::state::OptimizerState;
use super::weight::WeightInfo;
use crate::parameters::Parameters;
use crate::training::check;
use crate::{Float, Result};

impl OptimizerState {
    /// Changes all trainable weights by their gradients, in Keras's order: add up, clip, decay,
    /// update, average. The gradients are used up.
    ///
    /// # Errors
    /// A learning rate that is not finite, from a schedule; nothing has changed then.
    pub(crate) fn step(
        &mut self,
        optimizer: &dyn Optimizer,
        parameters: &mut Parameters,
        gradients: &mut [Float],
    ) -> Result<()> {
        let base = optimizer.base();
        // Schedules count batches, everything else counts updates.
        let learning_rate = base.learning_rate.at(self.iterations);
        let place = format!("optimizer {}, batch {}", optimizer.class_name(), self.iterations);
        check::finite(&place, "learning_rate", learning_rate)?;
        self.build(optimizer, parameters);
        let updates = self.iterations / base.accumulation().unwrap_or(1);
        if self.accumulate(base.accumulation(), parameters, gradients) {
            clip(base, parameters, gradients);
            let learning_rate = learning_rate as Float;
            decay(optimizer, parameters, learning_rate);
            let step = Step { number: updates + 1, learning_rate, scalars: &[] };
            self.update(optimizer, step, parameters, gradients);
        }
        self.average(optimizer, parameters, updates);
        self.iterations += 1;
        Ok(())
    }

    /// Adds gradients up over several batches. Whether the last of them came: then `gradients` are
    /// the mean.
    fn accumulate(
        &mut self,
        steps: Option<u64>,
        parameters: &Parameters,
        gradients: &mut [Float],
    ) -> bool {
        let Some(steps) = steps else { return true };
        let is_last = (self.iterations + 1).is_multiple_of(steps);
        for range in trainable_ranges(parameters) {
            let sums = &mut self.accumulator[range.clone()];
            for (g, sum) in gradients[range].iter_mut().zip(sums) {
                if is_last {
                    *g = (*g + *sum) / steps as Float;
                    *sum = 0.0;
                } else {
                    *sum += *g;
                }
            }
        }
        is_last
    }

    /// The optimizer's own rule, on every trainable weight.
    fn update<'s>(
        &'s mut self,
        optimizer: &dyn Optimizer,
        mut step: Step<'s>,
        parameters: &mut Parameters,
        gradients: &[Float],
    ) {
        optimizer.update_scalars(&step, &mut self.scalars);
        step.scalars = &self.scalars;
        if !optimizer.is_per_weight() {
            let ranges = trainable_ranges(parameters);
            let values = parameters.values_mut();
            for range in ranges {
                let slots = self.slots.iter_mut().map(|slot| &mut slot[range.clone()]).collect();
                let (shape, gradients) = ([range.len()], &gradients[range.clone()]);
                let weights = &mut values[range];
                optimizer.update(&step, Part { weights, gradients, slots, shape: &shape });
            }
            return;
        }
        let places = of_all(optimizer, parameters);
        let weights: Vec<_> = parameters
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.trainable && !entry.range.is_empty())
            .map(|(i, entry)| (i, entry.range.clone(), entry.shape.clone()))
            .collect();
        let values = parameters.values_mut();
        for (i, range, shape) in weights {
            let range_of = |place: &Option<Place>| place.as_ref().map_or(0..0, |p| p.range.clone());
            let slots = self.slots.iter_mut().zip(&places);
            let slots = slots.map(|(slot, places)| &mut slot[range_of(&places[i])]).collect();
            let gradients = &gradients[range.clone()];
            let weights = &mut values[range];
            optimizer.update(&step, Part { weights, gradients, slots, shape: &shape });
        }
    }

    /// Lets the moving averages follow the weights and, now and then, take their place.
    fn average(&mut self, optimizer: &dyn Optimizer, parameters: &mut Parameters, updates: u64) {
        let base = optimizer.base();
        if !base.use_ema {
            return;
        }
        // The first average is the weights themselves.
        let momentum = if updates == 0 { 0.0 } else { base.ema_momentum as Float };
        for range in trainable_ranges(parameters) {
            let weights = &parameters.values()[range.clone()];
            for (average, w) in self.average[range].iter_mut().zip(weights) {
                *average = momentum * *average + (1.0 - momentum) * w;
            }
        }
        // As in Keras, 0 means never.
        let frequency = base.ema_overwrite_frequency.filter(|frequency| *frequency > 0);
        if frequency.is_some_and(|frequency| (updates + 1).is_multiple_of(frequency)) {
            self.overwrite(parameters);
        }
    }

    /// Puts the moving averages in the place of the weights, if there are any.
    pub(super) fn overwrite(&self, parameters: &mut Parameters) {
        if self.average.len() != parameters.values().len() {
            return;
        }
        for range in trainable_ranges(parameters) {
            parameters.values_mut()[range.clone()].copy_from_slice(&self.average[range]);
        }
    }
}

/// `w -= w * weight_decay * learning_rate`, for each weight that decays.
fn decay(optimizer: &dyn Optimizer, parameters: &mut Parameters, learning_rate: Float) {
    let excluded = &optimizer.base().exclude_from_weight_decay;
    let decay_of = |weight: WeightInfo| {
        let decay = optimizer.weight_decay(&weight)?;
        let path = if excluded.is_empty() { String::new() } else { weight.path() };
        (!excluded.iter().any(|word| path.contains(word.as_str()))).then_some(decay as Float)
    };
    let trainable = parameters.entries().iter().filter(|entry| entry.trainable);
    let decaying: Vec<_> = trainable
        .filter_map(|entry| {
            Some((entry.range.clone(), decay_of(WeightInfo::new(parameters, entry))?))
        })
        .collect();
    for (range, decay) in decaying {
        for w in &mut parameters.values_mut()[range] {
            *w -= *w * decay * learning_rate;
        }
    }
}
