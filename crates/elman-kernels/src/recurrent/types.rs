//! What the caller hands in and gets back: plain slices with their shapes.

use super::dropout::Factors;
use super::format::{Rounded, WeightFormat};
use super::{Cell, fused, plain};
use crate::{Float, Isa, active_isa};

/// The weights of a layer, as Keras lays them out; `G = cell.gates()`, gates in Keras's order.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// `(features, G units)`, row-major.
    pub kernel: &'a [Float],
    /// `(units, G units)`, row-major.
    pub recurrent_kernel: &'a [Float],
    /// `cell.bias_len(units)` numbers: `(G units)`, and `(2, G units)` for the GRU with
    /// `reset_after`: the bias of the input, then that of the recurrent product.
    pub bias: Option<&'a [Float]>,
}

/// A layer's weights, laid out once in the order in which the kernels read them.
#[derive(Debug)]
pub struct Packed {
    pub(super) cell: Cell,
    pub(super) features: usize,
    pub(super) units: usize,
    pub(super) engine: Engine,
}

/// Which kernels compute a layer.
#[derive(Debug)]
pub(super) enum Engine {
    Fused(Box<fused::Fused>),
    Plain(plain::Copy),
}

impl Packed {
    /// Packs the weights of a layer. Costs about as much as reading them twice.
    pub fn new(cell: Cell, features: usize, units: usize, weights: &Weights<'_>) -> Packed {
        Packed::with_format(cell, features, units, weights, WeightFormat::Float32)
    }

    /// The same with weights that are rounded to a format. Such a layer computes forward alone as
    /// one is used to, only with other weights; what single streams read of them is fewer bits.
    pub fn with_format(
        cell: Cell,
        features: usize,
        units: usize,
        weights: &Weights<'_>,
        format: WeightFormat,
    ) -> Packed {
        Packed::for_isa(cell, features, units, weights, format, active_isa())
    }

    /// The same for a given instruction set, which must be available.
    pub(crate) fn for_isa(
        cell: Cell,
        features: usize,
        units: usize,
        weights: &Weights<'_>,
        format: WeightFormat,
        isa: Isa,
    ) -> Packed {
        let columns = cell.gates() * units;
        let lengths = [
            ("kernel", weights.kernel.len(), features * columns),
            ("recurrent kernel", weights.recurrent_kernel.len(), units * columns),
            (
                "bias",
                weights.bias.map_or(cell.bias_len(units), <[Float]>::len),
                cell.bias_len(units),
            ),
        ];
        for (name, found, expected) in lengths {
            assert_eq!(found, expected, "recurrent: length of the {name}");
        }
        let rounded = Rounded::new(cell, units, weights, format);
        let weights = &rounded.as_ref().map_or(*weights, |rounded| rounded.weights(weights.bias));
        let engine = if cell.is_fused() && units > 0 {
            Engine::Fused(Box::new(fused::Fused::new(
                cell,
                features,
                units,
                weights,
                rounded.as_ref(),
                isa,
            )))
        } else {
            Engine::Plain(plain::Copy::new(weights))
        };
        Packed { cell, features, units, engine }
    }

    /// Whether the fast kernels compute it, with fused multiplications and activations of their own;
    /// else plain loops do.
    pub fn is_fused(&self) -> bool {
        matches!(self.engine, Engine::Fused(_))
    }

    /// The cell the weights are for.
    pub fn cell(&self) -> Cell {
        self.cell
    }

    /// Numbers per time step of the input.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Numbers per time step of the output, and per state.
    pub fn units(&self) -> usize {
        self.units
    }
}

/// The input of a layer.
///
/// Keras's semantics: with `go_backwards` input and mask are read from the last time step to the
/// first. At a masked step the states keep their values and the output repeats the output of the
/// step before (zeros, if there is none yet), or is zero with `zero_output_for_mask`.
///
/// Dropout inside the layer comes as factors, 0 or `1 / (1 - rate)`, that hold for all steps of the
/// call. With factors `m` gate g computes with `x m_g` and `h m_g` in place of x and h, one mask
/// for all gates or one for each, in Keras's order of the gates. They act on the products alone:
/// the GRU still mixes its candidate with h itself, and without `reset_after` its candidate sees
/// `(r h m_g) R_g`.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'a> {
    /// `(batch, time, features)`.
    pub x: &'a [Float],
    /// Sequences.
    pub batch: usize,
    /// Steps of each.
    pub time: usize,
    /// Whether to read the steps from the last to the first.
    pub go_backwards: bool,
    /// `cell.states()` slices of `(batch, units)`: h, and c of the LSTM. None at all: zeros.
    pub initial_states: &'a [&'a [Float]],
    /// `(batch, time)`, true = use the step.
    pub mask: Option<&'a [bool]>,
    /// Whether the output of a masked step is zero.
    pub zero_output_for_mask: bool,
    /// `(1, batch, features)`, or `(G, batch, features)` with `G = cell.gates()`: the factors of x.
    pub input_dropout: Option<&'a [Float]>,
    /// `(1, batch, units)` or `(G, batch, units)`: the factors of h.
    pub recurrent_dropout: Option<&'a [Float]>,
}

impl<'a> Sequence<'a> {
    pub(super) fn input_factors(&self, features: usize) -> Option<Factors<'a, Float>> {
        self.input_dropout.map(|values| Factors::new(values, self.batch, features))
    }

    pub(super) fn recurrent_factors(&self, units: usize) -> Option<Factors<'a, Float>> {
        self.recurrent_dropout.map(|values| Factors::new(values, self.batch, units))
    }
}

/// Where the outputs of a layer go. Everything given is overwritten entirely.
#[derive(Debug)]
pub struct Outputs<'a> {
    /// `(batch, time, units)`: the output of each step, in the order of processing: with
    /// `go_backwards` the first is that of the last time step, as in Keras.
    pub sequence: Option<&'a mut [Float]>,
    /// `(batch, units)`: the output of the step processed last.
    pub last_output: Option<&'a mut [Float]>,
    /// `cell.states()` slices of `(batch, units)` for the final states; or none at all.
    pub states: &'a mut [&'a mut [Float]],
}

/// What [`backward`](super::backward) needs of a forward pass.
#[derive(Debug)]
pub struct Tape(pub(super) Trace);

#[derive(Debug)]
pub(super) enum Trace {
    Fused(Box<fused::Tape>),
    Plain(Box<plain::Trace>),
}

/// The gradients of the loss with respect to the [`Outputs`]; what is absent is zero.
#[derive(Clone, Copy, Debug)]
pub struct OutputGradients<'a> {
    /// `(batch, time, units)`, in the order of processing.
    pub sequence: Option<&'a [Float]>,
    /// `(batch, units)`.
    pub last_output: Option<&'a [Float]>,
    /// Up to `cell.states()` of `(batch, units)`.
    pub states: &'a [Option<&'a [Float]>],
}

/// Where the gradients of the loss go.
#[derive(Debug)]
pub struct Gradients<'a> {
    /// `(batch, time, features)`, overwritten.
    pub x: Option<&'a mut [Float]>,
    /// Up to `cell.states()` of `(batch, units)`, overwritten.
    pub initial_states: &'a mut [Option<&'a mut [Float]>],
    /// As [`Weights::kernel`], added to.
    pub kernel: &'a mut [Float],
    /// As [`Weights::recurrent_kernel`], added to.
    pub recurrent_kernel: &'a mut [Float],
    /// As [`Weights::bias`], added to.
    pub bias: Option<&'a mut [Float]>,
}
