//! Random layers and inputs for the tests.

mod run;

pub use run::{Everything, Upstream};

use crate::recurrent::dropout::Factors;
use crate::recurrent::reference::Problem;
use crate::recurrent::{Cell, Packed, WeightFormat, Weights};
use crate::{Activation, Float, Isa};

/// A small, plain generator (splitmix64): the tests need spread, not quality.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in -1..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn numbers(&mut self, n: usize, scale: f64) -> Vec<f64> {
        // Through f32, so that both number types see the same values.
        (0..n).map(|_| f64::from((self.unit() * scale) as f32)).collect()
    }
}

pub fn narrow(x: &[f64]) -> Vec<Float> {
    x.iter().map(|&v| v as Float).collect()
}

/// A layer with an input, in f64.
pub struct Case {
    pub cell: Cell,
    pub features: usize,
    pub units: usize,
    pub batch: usize,
    pub time: usize,
    pub go_backwards: bool,
    pub zero_output_for_mask: bool,
    pub kernel: Vec<f64>,
    pub recurrent_kernel: Vec<f64>,
    pub bias: Option<Vec<f64>>,
    pub x: Vec<f64>,
    pub initial: Vec<Vec<f64>>,
    pub mask: Option<Vec<bool>>,
    /// One mask of factors, or one for each gate.
    pub input_dropout: Option<Vec<f64>>,
    pub recurrent_dropout: Option<Vec<f64>>,
    pub format: WeightFormat,
}

impl Case {
    /// Weights scaled so that activations neither vanish nor saturate.
    pub fn new(cell: Cell, [batch, time, features, units]: [usize; 4], seed: u64) -> Case {
        let mut random = Random(seed);
        let columns = cell.gates() * units;
        Case {
            cell,
            features,
            units,
            batch,
            time,
            go_backwards: false,
            zero_output_for_mask: false,
            kernel: random.numbers(features * columns, 1.5 / (features as f64).sqrt()),
            recurrent_kernel: random.numbers(units * columns, 1.5 / (units as f64).sqrt()),
            bias: Some(random.numbers(cell.bias_len(units), 0.5)),
            x: random.numbers(batch * time * features, 1.0),
            initial: Vec::new(),
            mask: None,
            input_dropout: None,
            recurrent_dropout: None,
            format: WeightFormat::Float32,
        }
    }

    pub fn with_initial_states(mut self, seed: u64) -> Case {
        let mut random = Random(seed);
        let n = self.batch * self.units;
        self.initial = (0..self.cell.states()).map(|_| random.numbers(n, 1.0)).collect();
        self
    }

    /// A mask with holes anywhere; the first row is masked whole.
    pub fn with_mask(mut self, seed: u64) -> Case {
        let mut random = Random(seed);
        let time = self.time;
        let mask = (0..self.batch * time).map(|i| i >= time && random.below(3) > 0).collect();
        self.mask = Some(mask);
        self
    }

    /// Factors on input and state: so many masks each (1, or the number of gates; none: 0).
    pub fn with_dropout(mut self, masks: [usize; 2], seed: u64) -> Case {
        let mut random = Random(seed);
        // A different rate for each factor: a swap of masks must show.
        let mut factors = |n: usize| -> Vec<f64> {
            let factor = |random: &mut Random| match random.below(3) {
                0 => 0.0,
                _ => f64::from(1.0 + 0.25 * random.below(8) as f32),
            };
            (0..n).map(|_| factor(&mut random)).collect()
        };
        let (features, units) = (self.batch * self.features, self.batch * self.units);
        self.input_dropout = (masks[0] > 0).then(|| factors(masks[0] * features));
        self.recurrent_dropout = (masks[1] > 0).then(|| factors(masks[1] * units));
        self
    }

    pub fn problem<'a>(&'a self, initial: &'a [&'a [f64]]) -> Problem<'a, f64> {
        Problem {
            cell: self.cell,
            features: self.features,
            units: self.units,
            kernel: &self.kernel,
            recurrent_kernel: &self.recurrent_kernel,
            bias: self.bias.as_deref(),
            x: &self.x,
            batch: self.batch,
            time: self.time,
            go_backwards: self.go_backwards,
            initial_states: initial,
            mask: self.mask.as_deref(),
            zero_output_for_mask: self.zero_output_for_mask,
            input_factors: self
                .input_dropout
                .as_deref()
                .map(|values| Factors::new(values, self.batch, self.features)),
            recurrent_factors: self
                .recurrent_dropout
                .as_deref()
                .map(|values| Factors::new(values, self.batch, self.units)),
        }
    }
}

impl Case {
    pub fn pack(&self, isa: Isa) -> Packed {
        let bias = self.bias.as_deref().map(narrow);
        let weights = Weights {
            kernel: &narrow(&self.kernel),
            recurrent_kernel: &narrow(&self.recurrent_kernel),
            bias: bias.as_deref(),
        };
        Packed::for_isa(self.cell, self.features, self.units, &weights, self.format, isa)
    }
}

/// Every kind of cell with Keras's default activations, and with `other` ones.
pub fn cells(activation: Activation, recurrent_activation: Activation) -> [Cell; 4] {
    [
        Cell::SimpleRnn { activation },
        Cell::Lstm { activation, recurrent_activation },
        Cell::Gru { activation, recurrent_activation, reset_after: true },
        Cell::Gru { activation, recurrent_activation, reset_after: false },
    ]
}
