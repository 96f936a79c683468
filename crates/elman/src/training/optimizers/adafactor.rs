//! Adafactor.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::optimizer::power;
use super::sums::{mean, root_mean_square, sum_of_squares_of};
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step, WeightInfo};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Estimates the mean square of each gradient of a matrix from means over its rows and columns
/// (Shazeer and Stern, 2018).
///
/// ```text
/// lr = min(learning_rate, 1 / sqrt(t))     with relative_step, if the rate is a number
/// alpha = max(epsilon_2, rms(w)) * min(lr, 1 / sqrt(t))        b = 1 - t^beta_2_decay
/// s = g² + epsilon_1
/// matrix:  r = b * r + (1 - b) * mean of s over each row
///          c = b * c + (1 - b) * mean of s over each column
///          v = r / mean(r) * c, for each row and column
/// vector:  v = b * v + (1 - b) * s
/// u = g / sqrt(v)        w -= alpha * u / max(1, rms(u) / clip_threshold)
/// ```
/// Of a weight of more than two dimensions, the last two are the matrix, and the others count
/// matrices.
///
/// Keras: `keras.optimizers.Adafactor`, which stores v as well. Errors: an epsilon below 0, a
/// `clip_threshold` of 0 or less.
///
/// ```
/// use elman::training::optimizers::{Adafactor, Optimizer};
/// let adafactor = Adafactor { relative_step: false, ..Adafactor::new(0.05) };
/// assert!(adafactor.is_per_weight());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adafactor {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The power by which the decay of the means grows (-0.8).
    pub beta_2_decay: f64,
    /// Keeps the squared gradients from zero (1e-30).
    pub epsilon_1: f64,
    /// The smallest root mean square of a weight that steps are scaled by (0.001).
    pub epsilon_2: f64,
    /// The largest root mean square of a step, before the rate (1).
    pub clip_threshold: f64,
    /// Whether the rate falls with the root of the number of steps (true).
    pub relative_step: bool,
}

impl Default for Adafactor {
    fn default() -> Self {
        Adafactor {
            base: OptimizerBase::default(),
            beta_2_decay: -0.8,
            epsilon_1: 1e-30,
            epsilon_2: 1e-3,
            clip_threshold: 1.0,
            relative_step: true,
        }
    }
}

impl Adafactor {
    /// Adafactor with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Adafactor {
        Adafactor { base: OptimizerBase::new(learning_rate), ..Adafactor::default() }
    }
}

impl Optimizer for Adafactor {
    optimizer_boilerplate!("Adafactor");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("row"), Slot::zeros("column"), Slot::zeros("velocity")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 3 }
    }

    fn is_per_weight(&self) -> bool {
        true
    }

    fn slot_shape(&self, slot: usize, weight: &WeightInfo) -> Option<Vec<usize>> {
        let shape = weight.shape();
        Some(match (slot, shape) {
            (2, _) => shape.to_vec(),
            (0, [rows @ .., _]) if !rows.is_empty() => rows.to_vec(),
            (_, [outer @ .., _, columns]) => [outer, &[*columns]].concat(),
            // A vector has neither; Keras keeps a number in the place of each.
            _ => Vec::new(),
        })
    }

    fn update(&self, step: &Step, mut part: Part) {
        let t = step.number as Float;
        let mut rate = step.learning_rate;
        if self.relative_step && self.base.learning_rate.constant().is_some() {
            rate = rate.min(1.0 / t.sqrt());
        }
        let rate = rate.min(1.0 / t.sqrt());
        let alpha = (self.epsilon_2 as Float).max(root_mean_square(part.weights)) * rate;
        let old = 1.0 - power(t, self.beta_2_decay as Float);
        let square = |g: Float| g * g + self.epsilon_1 as Float;
        let [rows, columns, velocity] = part.take_slots();
        match *part.shape {
            [.., height, width] => {
                let size = height * width;
                let slots = rows.chunks_exact_mut(height).zip(columns.chunks_exact_mut(width));
                let gradients = part.gradients.chunks_exact(size);
                for ((r, c), (v, g)) in slots.zip(velocity.chunks_exact_mut(size).zip(gradients)) {
                    factor(g, square, old, r, c);
                    let mean = mean(r);
                    for (v, r) in v.chunks_exact_mut(width).zip(r) {
                        v.iter_mut().zip(c.iter()).for_each(|(v, c)| *v = *r / mean * c);
                    }
                }
            }
            _ => {
                for (v, g) in velocity.iter_mut().zip(part.gradients) {
                    *v = old * *v + (1.0 - old) * square(*g);
                }
            }
        }
        // Computed twice, once for its size and once for the step, rather than stored.
        let change = |g: Float, v: Float| g / v.sqrt();
        let squares = sum_of_squares_of(part.gradients, velocity, change);
        let size = (squares / part.gradients.len() as f64).sqrt() as Float;
        let divisor = (size / self.clip_threshold as Float).max(1.0);
        let values = part.weights.iter_mut().zip(part.gradients);
        for ((w, g), v) in values.zip(velocity.iter()) {
            *w -= alpha * (change(*g, *v) / divisor);
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer Adafactor";
        check::finite(place, "beta_2_decay", self.beta_2_decay)?;
        check::not_negative(place, "epsilon_1", self.epsilon_1)?;
        check::not_negative(place, "epsilon_2", self.epsilon_2)?;
        check::positive(place, "clip_threshold", self.clip_threshold)
    }
}

/// Moves the means over rows and columns towards those of a matrix of gradients.
#[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
fn factor(
    gradients: &[Float],
    square: impl Fn(Float) -> Float,
    old: Float,
    rows: &mut [Float],
    columns: &mut [Float],
) {
    let height = rows.len() as f64;
    let (mut squares, mut sums) = (vec![0.0; columns.len()], vec![0.0; columns.len()]);
    for (r, row) in rows.iter_mut().zip(gradients.chunks_exact(columns.len())) {
        for ((squared, sum), g) in squares.iter_mut().zip(&mut sums).zip(row) {
            *squared = square(*g);
            *sum += *squared as f64;
        }
        *r = old * *r + (1.0 - old) * mean(&squares);
    }
    for (c, sum) in columns.iter_mut().zip(sums) {
        *c = old * *c + (1.0 - old) * (sum / height) as Float;
    }
}
