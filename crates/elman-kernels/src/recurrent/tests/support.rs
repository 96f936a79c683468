//! Random layers and inputs for the tests.

use crate::recurrent::dropout::Factors;
use crate::recurrent::reference::Problem;
use crate::recurrent::{
    Cell, Gradients, OutputGradients, Outputs, Packed, Sequence, Weights, backward, forward,
    forward_saving, reference,
};
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

/// Every kind of cell with Keras's default activations, and with `other` ones.
pub fn cells(activation: Activation, recurrent_activation: Activation) -> [Cell; 4] {
    [
        Cell::SimpleRnn { activation },
        Cell::Lstm { activation, recurrent_activation },
        Cell::Gru { activation, recurrent_activation, reset_after: true },
        Cell::Gru { activation, recurrent_activation, reset_after: false },
    ]
}

/// Everything a layer returns, and every gradient of the loss that weighs its outputs with the
/// numbers of [`upstream`].
#[derive(Debug, PartialEq)]
pub struct Everything {
    pub sequence: Vec<Float>,
    pub last: Vec<Float>,
    pub states: Vec<Vec<Float>>,
    pub x: Vec<Float>,
    pub initial: Vec<Vec<Float>>,
    pub kernel: Vec<Float>,
    pub recurrent_kernel: Vec<Float>,
    pub bias: Vec<Float>,
}

/// Gradients of sequence, last output and states.
pub fn upstream(case: &Case) -> (Vec<f64>, Vec<f64>, Vec<Vec<f64>>) {
    let mut random = Random(99);
    let n = case.batch * case.units;
    let sequence = random.numbers(n * case.time, 1.0);
    let last = random.numbers(n, 1.0);
    (sequence, last, (0..case.cell.states()).map(|_| random.numbers(n, 1.0)).collect())
}

impl Case {
    pub fn pack(&self, isa: Isa) -> Packed {
        let bias = self.bias.as_deref().map(narrow);
        let weights = Weights {
            kernel: &narrow(&self.kernel),
            recurrent_kernel: &narrow(&self.recurrent_kernel),
            bias: bias.as_deref(),
        };
        Packed::for_isa(self.cell, self.features, self.units, &weights, isa)
    }

    /// Runs the public functions on an instruction set.
    pub fn run(&self, isa: Isa) -> Everything {
        let packed = self.pack(isa);
        let x = narrow(&self.x);
        let initial: Vec<Vec<Float>> = self.initial.iter().map(|s| narrow(s)).collect();
        let initial: Vec<&[Float]> = initial.iter().map(Vec::as_slice).collect();
        let dropout = [&self.input_dropout, &self.recurrent_dropout];
        let dropout = dropout.map(|factors| factors.as_deref().map(narrow));
        let input = Sequence {
            x: &x,
            batch: self.batch,
            time: self.time,
            go_backwards: self.go_backwards,
            initial_states: &initial,
            mask: self.mask.as_deref(),
            zero_output_for_mask: self.zero_output_for_mask,
            input_dropout: dropout[0].as_deref(),
            recurrent_dropout: dropout[1].as_deref(),
        };
        let (n, states) = (self.batch * self.units, self.cell.states());
        // Not zero: everything must be overwritten.
        let mut out = Everything {
            sequence: vec![7.0; n * self.time],
            last: vec![7.0; n],
            states: vec![vec![7.0; n]; states],
            x: vec![7.0; x.len()],
            initial: vec![vec![7.0; n]; states],
            kernel: vec![0.0; self.kernel.len()],
            recurrent_kernel: vec![0.0; self.recurrent_kernel.len()],
            bias: vec![0.0; self.cell.bias_len(self.units)],
        };
        let mut outputs = |f: &mut dyn FnMut(Outputs<'_>)| {
            let mut states: Vec<&mut [Float]> =
                out.states.iter_mut().map(Vec::as_mut_slice).collect();
            f(Outputs {
                sequence: Some(&mut out.sequence),
                last_output: Some(&mut out.last),
                states: &mut states,
            });
            (out.sequence.clone(), out.last.clone(), out.states.clone())
        };
        let inference = outputs(&mut |outputs| forward(&packed, &input, outputs));
        let mut tape = None;
        let saving = outputs(&mut |out| tape = Some(forward_saving(&packed, &input, out)));
        assert!(inference == saving, "{:?}: saving changes the outputs", self.cell);
        let (sequence, last, states) = upstream(self);
        let states: Vec<Vec<Float>> = states.iter().map(|s| narrow(s)).collect();
        let states: Vec<Option<&[Float]>> = states.iter().map(|s| Some(s.as_slice())).collect();
        let upstream = OutputGradients {
            sequence: Some(&narrow(&sequence)),
            last_output: Some(&narrow(&last)),
            states: &states,
        };
        let mut initial: Vec<Option<&mut [Float]>> =
            out.initial.iter_mut().map(|s| Some(s.as_mut_slice())).collect();
        let gradients = Gradients {
            x: Some(&mut out.x),
            initial_states: &mut initial,
            kernel: &mut out.kernel,
            recurrent_kernel: &mut out.recurrent_kernel,
            bias: self.bias.is_some().then_some(&mut out.bias),
        };
        backward(&packed, &input, tape.unwrap(), &upstream, gradients);
        out
    }

    /// The same of the plain loops, in f64.
    pub fn oracle(&self) -> Vec<(&'static str, Vec<f64>)> {
        let initial: Vec<&[f64]> = self.initial.iter().map(Vec::as_slice).collect();
        let problem = self.problem(&initial);
        let trace = reference::forward(&problem);
        let (sequence, last, states) = upstream(self);
        let states: Vec<Option<&[f64]>> = states.iter().map(|s| Some(s.as_slice())).collect();
        let up = reference::Upstream {
            sequence: Some(&sequence),
            last_output: Some(&last),
            states: &states,
        };
        let gradients = reference::backward(&problem, &trace, &up);
        let lstm = self.cell.states() == 2;
        let (n, units) = (self.batch, self.units);
        vec![
            ("sequence", trace.sequence.clone()),
            ("last", trace.last_output.clone()),
            ("h", trace.state(0, n, units).to_vec()),
            ("c", if lstm { trace.state(1, n, units).to_vec() } else { Vec::new() }),
            ("dx", gradients.x),
            ("dh", gradients.h),
            ("dc", if lstm { gradients.c } else { Vec::new() }),
            ("dkernel", gradients.kernel),
            ("drecurrent", gradients.recurrent_kernel),
            (
                "dbias",
                if self.bias.is_some() { gradients.bias } else { vec![0.0; gradients.bias.len()] },
            ),
        ]
    }

    /// Compares a run with the oracle.
    pub fn check(&self, isa: Isa) {
        let found = self.run(isa);
        let empty = Vec::new();
        let found = [
            &found.sequence,
            &found.last,
            &found.states[0],
            found.states.get(1).unwrap_or(&empty),
            &found.x,
            &found.initial[0],
            found.initial.get(1).unwrap_or(&empty),
            &found.kernel,
            &found.recurrent_kernel,
            &found.bias,
        ];
        for ((name, expected), found) in self.oracle().iter().zip(found) {
            let size = [self.batch, self.time, self.features, self.units];
            assert_eq!(found.len(), expected.len(), "{isa:?} {:?} {size:?} {name}", self.cell);
            // Relative to the largest: gradients are sums of numbers of that size.
            let scale = expected.iter().fold(1.0, |max: f64, v| max.max(v.abs()));
            for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (f64::from(found) - expected).abs() <= TOLERANCE * scale,
                    "{isa:?} {:?} {size:?} {name}[{i}]: {found}, expected {expected}",
                    self.cell,
                );
            }
        }
    }
}

/// Rounding in f32 over some tens of steps; measured errors stay below a fifth of it.
const TOLERANCE: f64 = if cfg!(feature = "f64") { 1e-12 } else { 2e-5 };
