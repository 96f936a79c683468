//! Random layers and inputs for the tests.

use crate::recurrent::Cell;
use crate::recurrent::reference::Problem;
use crate::{Activation, Float};

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
        }
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
