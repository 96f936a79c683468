//! Layers run as a caller runs them, and by the plain loops.

use super::{Case, Random, narrow};
use crate::recurrent::{
    Gradients, OutputGradients, Outputs, Sequence, backward, forward, forward_saving, reference,
};
use crate::{Float, Isa};

/// Everything a layer returns, and every gradient of the loss that weighs its outputs with the
/// numbers of [`Upstream`].
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

/// The gradients of what a layer returns; what is absent is zero.
pub struct Upstream {
    pub sequence: Option<Vec<f64>>,
    pub last: Option<Vec<f64>>,
    pub states: Vec<Vec<f64>>,
}

impl Upstream {
    /// Random ones, of everything.
    fn of(case: &Case) -> Upstream {
        let mut random = Random(99);
        let n = case.batch * case.units;
        Upstream {
            sequence: Some(random.numbers(n * case.time, 1.0)),
            last: Some(random.numbers(n, 1.0)),
            states: (0..case.cell.states()).map(|_| random.numbers(n, 1.0)).collect(),
        }
    }
}

impl Case {
    /// Runs the public functions on an instruction set.
    pub fn run(&self, isa: Isa) -> Everything {
        self.run_given(isa, &Upstream::of(self))
    }

    /// The same, with something done before backward.
    pub fn run_and(&self, isa: Isa, before_backward: impl FnOnce()) -> Everything {
        self.run_given_and(isa, &Upstream::of(self), before_backward)
    }

    /// The same, for given gradients.
    pub fn run_given(&self, isa: Isa, upstream: &Upstream) -> Everything {
        self.run_given_and(isa, upstream, || {})
    }

    fn run_given_and(
        &self,
        isa: Isa,
        upstream: &Upstream,
        before_backward: impl FnOnce(),
    ) -> Everything {
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
        let states: Vec<Vec<Float>> = upstream.states.iter().map(|s| narrow(s)).collect();
        let states: Vec<Option<&[Float]>> = states.iter().map(|s| Some(s.as_slice())).collect();
        let [sequence, last] =
            [&upstream.sequence, &upstream.last].map(|d| d.as_deref().map(narrow));
        let upstream = OutputGradients {
            sequence: sequence.as_deref(),
            last_output: last.as_deref(),
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
        before_backward();
        backward(&packed, &input, tape.unwrap(), &upstream, gradients);
        out
    }

    /// The same of the plain loops, in f64.
    pub fn oracle(&self) -> Vec<(&'static str, Vec<f64>)> {
        let initial: Vec<&[f64]> = self.initial.iter().map(Vec::as_slice).collect();
        let problem = self.problem(&initial);
        let trace = reference::forward(&problem);
        let upstream = Upstream::of(self);
        let states: Vec<_> = upstream.states.iter().map(|s| Some(s.as_slice())).collect();
        let up = reference::Upstream {
            sequence: upstream.sequence.as_deref(),
            last_output: upstream.last.as_deref(),
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
