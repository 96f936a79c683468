//! Dropout within recurrent cells.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::parameters::Builder;
use crate::{Context, Float, Tensor};

/// What dropout leaves of the inputs and the states of one call, the same at every step (Gal and
/// Ghahramani, 2016): factors that are 0 or `1 / (1 - rate)`, each array with the batch in front.
///
/// A cell multiplies what it reads by them, either all that it reads by the only mask, or what each
/// gate reads by the mask of the gate.
#[derive(Clone, Debug, Default)]
pub struct DropoutMasks {
    /// Over a step's input: none, one, or one for each gate.
    pub input: Vec<Tensor>,
    /// Over the state h: none, one, or one for each gate.
    pub recurrent: Vec<Tensor>,
    /// The masks of the cells that a cell consists of.
    pub cells: Vec<DropoutMasks>,
}

static NONE: DropoutMasks =
    DropoutMasks { input: Vec::new(), recurrent: Vec::new(), cells: Vec::new() };

impl DropoutMasks {
    /// Whether there is no mask at all.
    pub fn is_empty(&self) -> bool {
        self.input.is_empty()
            && self.recurrent.is_empty()
            && self.cells.iter().all(DropoutMasks::is_empty)
    }

    /// The masks of part `i` of a cell that consists of several.
    pub(super) fn cell(&self, i: usize) -> &DropoutMasks {
        self.cells.get(i).unwrap_or(&NONE)
    }

    /// The masks of those rows of the batch.
    pub(super) fn select(&self, rows: &[usize]) -> DropoutMasks {
        let of_rows = |masks: &[Tensor]| masks.iter().map(|mask| mask.select(rows)).collect();
        DropoutMasks {
            input: of_rows(&self.input),
            recurrent: of_rows(&self.recurrent),
            cells: self.cells.iter().map(|cell| cell.select(rows)).collect(),
        }
    }
}

/// The mask of a gate among those of all gates, or the only one.
pub(super) fn of_gate(masks: &[Tensor], gate: usize) -> Option<&Tensor> {
    masks.get(gate).or(masks.first())
}

/// The arguments of a cell that concern dropout.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CellDropout {
    #[serde(default, deserialize_with = "rate")]
    pub dropout: f64,
    #[serde(default, deserialize_with = "rate")]
    pub recurrent_dropout: f64,
    #[serde(default)]
    pub seed: Option<u64>,
    /// Keras's argument, which files of Keras 2 have; it changes how many masks there are.
    #[serde(default, skip_serializing)]
    implementation: Value,
    /// The cell's place in the model, which keys its random numbers.
    #[serde(skip)]
    place: String,
}

/// How many masks a class of Keras draws, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MaskCount {
    /// One over the input and one over the state, as soon as the rate is above 0.
    One,
    /// One over the input, or one for each gate where the state has dropout too. A rate of 1 drops
    /// nothing.
    PerGateWithRecurrent(usize),
    /// One for each gate. A rate of 1 drops nothing.
    PerGate(usize),
}

/// A rate as Keras takes it: within 0 and 1.
pub(crate) fn clamp(rate: f64) -> f64 {
    // What is no number counts as 0, as in Keras.
    if rate > 0.0 { rate.min(1.0) } else { 0.0 }
}

fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    f64::deserialize(deserializer).map(clamp)
}

impl CellDropout {
    /// Takes note of the cell's place in the model.
    pub fn build(&mut self, builder: &Builder) {
        self.place = builder.path().into();
    }

    /// The masks of a call for rows of those shapes; none outside of training.
    pub fn draw(
        &self,
        count: MaskCount,
        batch: usize,
        (input, state): (&[usize], &[usize]),
        cx: &Context,
    ) -> DropoutMasks {
        let is_recurrent = self.recurrent_dropout != 0.0;
        let (of_input, of_state, at_one) = match count {
            MaskCount::One => (1, 1, true),
            MaskCount::PerGateWithRecurrent(gates) => {
                let each = is_recurrent || self.implementation == 1;
                (if each { gates } else { 1 }, gates, false)
            }
            MaskCount::PerGate(gates) => (gates, gates, false),
        };
        let masks = |rate: f64, count: usize, shape: &[usize], kind: &str| {
            if rate <= 0.0 || rate >= 1.0 && !at_one {
                return Vec::new();
            }
            // As in Keras, a seed means the same masks wherever it is given.
            let purpose = match self.seed {
                Some(_) => kind.to_owned(),
                None => format!("{}/{kind}", self.place),
            };
            let Some(mut stream) = cx.random(self.seed, &purpose) else { return Vec::new() };
            let kept = if rate < 1.0 { (1.0 / (1.0 - rate)) as Float } else { 0.0 };
            let shape = [&[batch], shape].concat();
            let len = shape.iter().product();
            let mut draw = |_| if stream.uniform() < rate { 0.0 } else { kept };
            (0..count)
                .map(|_| Tensor::from_parts(shape.clone(), (0..len).map(&mut draw).collect()))
                .collect()
        };
        DropoutMasks {
            input: masks(self.dropout, of_input, input, "dropout"),
            recurrent: masks(self.recurrent_dropout, of_state, state, "recurrent_dropout"),
            cells: Vec::new(),
        }
    }
}
