//! Clipping of gradients.

use super::base::OptimizerBase;
use super::sums::sum_of_squares;
use crate::Float;
use crate::parameters::Parameters;

/// Clips the gradients of trainable weights in the way that was asked for, if any. As in Keras, a
/// limit of 0 or less is none.
pub(super) fn clip(base: &OptimizerBase, parameters: &Parameters, gradients: &mut [Float]) {
    let trainable = || parameters.entries().iter().filter(|entry| entry.trainable);
    let given = |limit: Option<f64>| limit.filter(|limit| *limit > 0.0).map(|limit| limit as Float);
    if let Some(limit) = given(base.clipnorm) {
        for entry in trainable() {
            let gradient = &mut gradients[entry.range.clone()];
            let norm = sum_of_squares(gradient).sqrt() as Float;
            let divisor = norm.max(limit);
            gradient.iter_mut().for_each(|g| *g = *g * limit / divisor);
        }
    } else if let Some(limit) = given(base.global_clipnorm) {
        let sum: f64 = trainable().map(|e| sum_of_squares(&gradients[e.range.clone()])).sum();
        let norm = sum.sqrt() as Float;
        // As in Keras, a norm that isn't finite makes all gradients NaN.
        let scale = match norm.is_finite() {
            true => limit * (1.0 / norm).min(1.0 / limit),
            false => Float::NAN,
        };
        for entry in trainable() {
            gradients[entry.range.clone()].iter_mut().for_each(|g| *g *= scale);
        }
    } else if let Some(limit) = given(base.clipvalue) {
        for entry in trainable() {
            gradients[entry.range.clone()].iter_mut().for_each(|g| *g = g.clamp(-limit, limit));
        }
    }
}
