//! The minimal cells, whose gates see the input alone, so that all steps are one product.

mod kind;
mod scan;
mod stream;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use kind::{MinGruKind, MinLstmKind, MinimalKind};
use kind::{positive, positive_slope, sigmoid};

use super::{
    Cell, CellStream, DropoutMasks, InputGradients, Sequence, SequenceGradients, SequenceOutput,
};
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::to_config;
use crate::onnx::Exporter;
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Float, Result, Tensor, defaults, ops};

/// The cell of [`MinGru`](crate::layers::MinGru): a GRU whose gate and candidate don't see the
/// state.
///
/// ```text
/// z = σ(x @ Kz + bz)      n = g(x @ Kn + bn)      h' = (1 - z) * h + z * n
/// ```
/// with `g(v) = v + 0.5` from 0 on and `σ(v)` below, or `g(v) = v` without `positive`.
///
/// - State: `h (batch, units)`, which is the output too.
/// - Weights: `kernel (features, 2 units)`, columns z, n; `bias (2 units,)`.
/// - Paper: Feng et al., *Were RNNs All We Needed?*, 2024 (arXiv 2410.01201). Not in Keras.
///
/// All steps of a sequence are one product, and what is left is a scan, number by number. The paper
/// scans in parallel, in logarithms, because products of many `1 - z` vanish in floats; g keeps the
/// states positive for that. Here the scan goes step by step, where h is a mean of what was there
/// and what comes and needs no logarithms; it gives the numbers that the paper's scan gives for an
/// initial state of h (the paper takes `g(h)`).
pub type MinGruCell = MinimalCell<MinGruKind>;

/// The cell of [`MinLstm`](crate::layers::MinLstm): an LSTM whose gates and candidate don't see the
/// state, and whose gates add up to 1.
///
/// ```text
/// f, i = σ(x @ Kf + bf), σ(x @ Ki + bi)   n = g(x @ Kn + bn)   h' = f / (f + i) * h + i / (f + i) * n
/// ```
/// with g as in [`MinGruCell`]. The quotients are computed from logarithms, as
/// `f / (f + i) = σ(log f - log i)`: they hold where f and i are both 0 in floats.
///
/// - State: `h (batch, units)`, which is the output too.
/// - Weights: `kernel (features, 3 units)`, columns f, i, n; `bias (3 units,)`.
/// - Paper: Feng et al., *Were RNNs All We Needed?*, 2024 (arXiv 2410.01201). Not in Keras.
pub type MinLstmCell = MinimalCell<MinLstmKind>;

/// [`MinGruCell`] or [`MinLstmCell`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MinimalCell<K> {
    pub(crate) units: usize,
    #[serde(default = "defaults::yes")]
    pub(crate) positive: bool,
    #[serde(default = "defaults::yes")]
    pub(crate) use_bias: bool,
    #[serde(default = "Initializer::glorot_uniform")]
    pub(crate) kernel_initializer: Initializer,
    #[serde(default = "defaults::zeros")]
    pub(crate) bias_initializer: Initializer,
    #[serde(default)]
    pub(crate) kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub(crate) bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub(crate) kernel_constraint: Option<Constraint>,
    #[serde(default)]
    pub(crate) bias_constraint: Option<Constraint>,
    #[serde(skip)]
    kernel: Parameter,
    #[serde(skip)]
    bias: Parameter,
    #[serde(skip)]
    kind: PhantomData<K>,
}

/// What is computed from the inputs of some steps, one row for each.
struct Gates {
    x: Tensor,
    /// Gates and candidate before their activations.
    z: Tensor,
    /// The fraction of the state that is kept.
    kept: Tensor,
    /// The candidate's part in the new state.
    written: Tensor,
}

/// What the gradients of a sequence need of it.
struct Saved {
    sequence: Sequence,
    gates: Gates,
    before: Tensor,
}

impl<K: MinimalKind> MinimalCell<K> {
    /// A cell of `units` outputs.
    pub fn new(units: usize) -> MinimalCell<K> {
        MinimalCell {
            units,
            positive: true,
            use_bias: true,
            kernel_initializer: Initializer::glorot_uniform(),
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: None,
            bias_regularizer: None,
            kernel_constraint: None,
            bias_constraint: None,
            kernel: Parameter::default(),
            bias: Parameter::default(),
            kind: PhantomData,
        }
    }

    fn columns(&self) -> usize {
        (K::GATES + 1) * self.units
    }

    fn candidate(&self, v: Float) -> Float {
        if self.positive { positive(v) } else { v }
    }

    /// Gates and candidates for the rows of `x (rows, features)`.
    fn gates(&self, x: Tensor, cx: &Context) -> Gates {
        let mut z = ops::matmul(&x, cx.value(self.kernel), self.columns());
        ops::add_bias(&mut z, cx.value(self.bias));
        let units = self.units;
        let mut kept = Tensor::zeros([x.shape()[0], units]);
        let mut written = kept.clone();
        let mut gates = vec![0.0; K::GATES];
        let rows = kept.data_mut().iter_mut().zip(written.data_mut());
        for (at, (kept, written)) in rows.enumerate() {
            let (row, unit) = (&z.data()[at / units * self.columns()..], at % units);
            (*kept, *written) = self.gates_of(row, unit, &mut gates);
        }
        Gates { x, z, kept, written }
    }

    /// The fraction of the state that a unit keeps, and the candidate's part in the new one, from
    /// a row before the activations; `gates` is room for as many.
    fn gates_of(&self, row: &[Float], unit: usize, gates: &mut [Float]) -> (Float, Float) {
        for (k, gate) in gates.iter_mut().enumerate() {
            *gate = row[k * self.units + unit];
        }
        let logit = K::logit(gates);
        let candidate = self.candidate(row[K::GATES * self.units + unit]);
        (sigmoid(logit), sigmoid(-logit) * candidate)
    }

    /// The gradient of `x`, if it is wanted, from those of the states behind the steps; `before`
    /// are the states before them. Adds the gradients of the weights to the context's.
    fn gates_backward(
        &self,
        Gates { x, z, .. }: &Gates,
        before: &Tensor,
        behind: &Tensor,
        cx: &mut Context,
    ) -> Option<Tensor> {
        let units = self.units;
        let mut dz = Tensor::zeros(z.shape());
        let rows = dz.data_mut().chunks_exact_mut(self.columns());
        let (mut gates, mut of_gates) = (vec![0.0; K::GATES], vec![0.0; K::GATES]);
        for (at, dz) in rows.enumerate() {
            let z = &z.data()[at * self.columns()..][..self.columns()];
            for unit in 0..units {
                for (k, gate) in gates.iter_mut().enumerate() {
                    *gate = z[k * units + unit];
                }
                let (kept, written) = (sigmoid(K::logit(&gates)), sigmoid(-K::logit(&gates)));
                let v = z[K::GATES * units + unit];
                let (dh, h) = (behind.data()[at * units + unit], before.data()[at * units + unit]);
                let of_logit = dh * (h - self.candidate(v)) * kept * written;
                K::logit_backward(&gates, of_logit, &mut of_gates);
                for (k, gradient) in of_gates.iter().enumerate() {
                    dz[k * units + unit] = *gradient;
                }
                let slope = if self.positive { positive_slope(v) } else { 1.0 };
                dz[K::GATES * units + unit] = dh * written * slope;
            }
        }
        let [kernel, bias] = cx.gradients([self.kernel, self.bias]);
        ops::accumulate_outer(x, &dz, kernel);
        ops::accumulate_rows(&dz, bias);
        let wanted = cx.wants_input_gradients();
        wanted.then(|| ops::matmul_transposed(&dz, cx.value(self.kernel), x.width()))
    }
}

impl<K: MinimalKind> Cell for MinimalCell<K> {
    fn class_name(&self) -> &'static str {
        K::CELL
    }

    fn registered_name(&self) -> Option<String> {
        Some(format!("elman>{}", K::CELL))
    }

    fn layer_class_name(&self) -> &'static str {
        K::LAYER
    }

    fn layer_registered_name(&self) -> Option<String> {
        Some(format!("elman>{}", K::LAYER))
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn output_size(&self) -> usize {
        self.units
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        let columns = self.columns();
        let kernel = (&self.kernel_initializer, &self.kernel_regularizer, &self.kernel_constraint);
        self.kernel = builder.add("kernel", &[features, columns], kernel)?;
        if self.use_bias {
            let bias = (&self.bias_initializer, &self.bias_regularizer, &self.bias_constraint);
            self.bias = builder.add("bias", &[columns], bias)?;
        }
        Ok(())
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let (units, e) = (self.units, exporter);
        let kernel = e.weight("kernel", self.kernel);
        let mut z = e.binary("MatMul", x, &kernel);
        if self.use_bias {
            let bias = e.weight("bias", self.bias);
            z = e.binary("Add", &z, &bias);
        }
        let parts = e.split(&z, -1, &vec![units; K::GATES + 1]);
        let logit = K::onnx_logit(&parts[..K::GATES], e);
        let kept = e.unary("Sigmoid", &logit);
        let opposite = e.unary("Neg", &logit);
        let opening = e.unary("Sigmoid", &opposite);
        let mut candidate = parts[K::GATES].clone();
        if self.positive {
            let none = e.number(0.0);
            let is_positive = e.binary("GreaterOrEqual", &candidate, &none);
            let (above, below) = (e.plus(&candidate, 0.5), e.unary("Sigmoid", &candidate));
            candidate = e.choose(&is_positive, &above, &below);
        }
        let written = e.binary("Mul", &opening, &candidate);
        let left = e.binary("Mul", &kept, &states[0]);
        let h = e.binary("Add", &left, &written);
        Ok((h.clone(), vec![h]))
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        _: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let gates = self.gates(x.clone(), cx);
        let h = ops::add(&ops::multiply(&gates.kept, &states[0]), &gates.written);
        cx.save((gates, states[0].clone()));
        Ok((h.clone(), vec![h]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (gates, before): (Gates, Tensor) = cx.restore(self.class_name())?;
        let dh = ops::add(output_gradient, &state_gradients[0]);
        let dx = self.gates_backward(&gates, &before, &dh, cx);
        let dx = dx.unwrap_or_else(|| Tensor::zeros(gates.x.shape()));
        Ok((dx, vec![ops::multiply(&dh, &gates.kept)]))
    }

    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        let x = sequence.used_steps();
        let rows = [sequence.batch() * sequence.time(), x.width()];
        let gates = self.gates(x.reshape(rows)?, cx);
        let scanned = scan::forward(sequence, self.units, &gates.kept, &gates.written);
        cx.save(Saved { sequence: sequence.clone(), gates, before: scanned.before });
        Ok(SequenceOutput { output: scanned.output, states: vec![scanned.state] })
    }

    fn stream(
        &self,
        x: &Flow,
        options: CellStream,
        builder: &mut StreamBuilder,
    ) -> Result<Vec<Flow>> {
        let outputs = options.outputs(x, &[self.units], &[vec![self.units]]);
        let step = stream::MinimalStep::new(self, x, options, builder.parameters());
        builder.push(step, std::slice::from_ref(x), &outputs)
    }

    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        let Saved { sequence, gates, before } = cx.restore(self.class_name())?;
        let (behind, state) = scan::backward(&sequence, self.units, &gates.kept, gradients);
        let dx = self.gates_backward(&gates, &before, &behind, cx);
        let x = dx.map(|dx| dx.reshape(sequence.x.shape())).transpose()?;
        let initial_states = sequence.initial_states.iter().map(|_| state.clone()).collect();
        Ok(InputGradients { x, initial_states })
    }
}
