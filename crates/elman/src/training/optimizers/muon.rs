//! Muon.

use serde::{Deserialize, Deserializer, Serialize};

use super::adam::{check_moments, update_moments};
use super::config::optimizer_boilerplate;
use super::newton_schulz::orthogonalise;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step, WeightInfo};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Error, Float, Result};

/// Steps of momentum whose singular values are made equal (Jordan et al., 2024), for matrices; Adam
/// for all other weights.
///
/// ```text
/// m += g + m * (momentum - 1)        d = m, or g + momentum * m with nesterov
/// x = d / |d|, then ns_steps times: s = x xᵀ;  x = muon_a x + (muon_b s + muon_c s²) x
/// w -= lr * x * sqrt(max(rows, columns)) * rms_rate
/// ```
/// Weights that are not matrices, those whose path contains "embedding" (with `exclude_embeddings`)
/// and those of `exclude_layers` go by [`Adam`](super::Adam) with `lr * adam_lr_ratio`,
/// `adam_beta_1`, `adam_beta_2` and `epsilon`, and decay by `adam_weight_decay`.
///
/// Keras: `keras.optimizers.Muon`, where `exclude_layers` are regular expressions; here they are
/// words. Paths are Keras's without the model's name: `lstm/lstm_cell/kernel`.
///
/// Errors: a beta or momentum outside of 0 to 1, a negative epsilon; a word in `exclude_layers`
/// that is a regular expression.
///
/// ```
/// use elman::training::optimizers::Muon;
/// let muon = Muon { exclude_layers: vec!["dense".into()], ..Muon::new(0.02) };
/// assert_eq!(muon.base.weight_decay, Some(0.004));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Muon {
    /// The arguments that all optimizers have; among them the learning rate (0.001) and
    /// `weight_decay` (0.004).
    #[serde(skip)]
    pub base: OptimizerBase,
    /// Adam's decay of the mean of gradients (0.9).
    pub adam_beta_1: f64,
    /// Adam's decay of the mean of squared gradients (0.999).
    pub adam_beta_2: f64,
    /// Adam's epsilon (1e-7).
    pub epsilon: f64,
    /// Words; weights whose path contains one of them go by Adam.
    #[serde(deserialize_with = "words")]
    pub exclude_layers: Vec<String>,
    /// The first coefficient of the polynomial (3.4445).
    pub muon_a: f64,
    /// The second coefficient (-4.775).
    pub muon_b: f64,
    /// The third coefficient (2.0315).
    pub muon_c: f64,
    /// What Adam's learning rate is multiplied by (1).
    pub adam_lr_ratio: f64,
    /// The share of the last step that is kept (0.95).
    pub momentum: f64,
    /// How often the polynomial is applied (5).
    pub ns_steps: u32,
    /// Nesterov's variant of momentum (true).
    pub nesterov: bool,
    /// Whether embeddings go by Adam (true).
    pub exclude_embeddings: bool,
    /// The weight decay of weights that go by Adam (0.004).
    pub adam_weight_decay: Option<f64>,
    /// The root mean square of a step, before the rate (0.2); `None` leaves the scaling off.
    pub rms_rate: Option<f64>,
}

/// Keras takes null for an empty list.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Default for Muon {
    fn default() -> Self {
        Muon::new(0.001)
    }
}

impl Muon {
    /// Muon with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Muon {
        let base = OptimizerBase { weight_decay: Some(0.004), ..OptimizerBase::new(learning_rate) };
        Muon {
            base,
            adam_beta_1: 0.9,
            adam_beta_2: 0.999,
            epsilon: 1e-7,
            exclude_layers: Vec::new(),
            muon_a: 3.4445,
            muon_b: -4.775,
            muon_c: 2.0315,
            adam_lr_ratio: 1.0,
            momentum: 0.95,
            ns_steps: 5,
            nesterov: true,
            exclude_embeddings: true,
            adam_weight_decay: Some(0.004),
            rms_rate: Some(0.2),
        }
    }

    fn goes_by_adam(&self, weight: &WeightInfo) -> bool {
        if weight.shape().len() != 2 {
            return true;
        }
        let path = weight.path();
        (self.exclude_embeddings && path.to_lowercase().contains("embedding"))
            || self.exclude_layers.iter().any(|word| path.contains(word.as_str()))
    }
}

impl Optimizer for Muon {
    optimizer_boilerplate!("Muon");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("momentum"), Slot::zeros("velocity")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn is_per_weight(&self) -> bool {
        true
    }

    fn slot_shape(&self, slot: usize, weight: &WeightInfo) -> Option<Vec<usize>> {
        // Only Adam has a velocity.
        (slot == 0 || self.goes_by_adam(weight)).then(|| weight.shape().to_vec())
    }

    fn weight_decay(&self, weight: &WeightInfo) -> Option<f64> {
        match self.goes_by_adam(weight) {
            true => self.adam_weight_decay,
            false => self.base.weight_decay,
        }
    }

    fn update(&self, step: &Step, mut part: Part) {
        let [m, v] = part.take_slots();
        if !v.is_empty() {
            let learning_rate = step.learning_rate * self.adam_lr_ratio as Float;
            let step = Step { learning_rate, ..*step };
            let numbers = [self.adam_beta_1, self.adam_beta_2, self.epsilon];
            return update_moments(&step, part.weights, part.gradients, [m, v], numbers);
        }
        let [rows, columns] = *part.shape else { return };
        let (momentum, less) = (self.momentum as Float, (self.momentum - 1.0) as Float);
        for (m, g) in m.iter_mut().zip(part.gradients) {
            *m += g + *m * less;
        }
        let direction = match self.nesterov {
            true => m.iter().zip(part.gradients).map(|(m, g)| g + momentum * m).collect(),
            false => m.to_vec(),
        };
        let coefficients = [self.muon_a, self.muon_b, self.muon_c].map(|v| v as Float);
        let x = orthogonalise(direction, (rows, columns), coefficients, self.ns_steps);
        let root = (rows.max(columns) as Float).sqrt();
        for (w, x) in part.weights.iter_mut().zip(x) {
            let change = step.learning_rate * x;
            *w -= self.rms_rate.map_or(change, |rate| change * root * rate as Float);
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer Muon";
        check_moments(place, self.adam_beta_1, self.adam_beta_2, self.epsilon)?;
        check::fraction(place, "momentum", self.momentum)?;
        for (argument, value) in [
            ("muon_a", self.muon_a),
            ("muon_b", self.muon_b),
            ("muon_c", self.muon_c),
            ("adam_lr_ratio", self.adam_lr_ratio),
            ("adam_weight_decay", self.adam_weight_decay.unwrap_or(0.0)),
            ("rms_rate", self.rms_rate.unwrap_or(0.0)),
        ] {
            check::finite(place, argument, value)?;
        }
        let is_expression = |word: &&String| word.contains(|c| r"\^$.|?*+()[]{}".contains(c));
        match self.exclude_layers.iter().find(is_expression) {
            None => Ok(()),
            Some(word) => Err(Error::Unsupported {
                place: place.into(),
                option: format!("exclude_layers with the regular expression `{word}`"),
                advice: "give the names of the layers, or parts of them".into(),
            }),
        }
    }
}
