//! Recurrent layers as ONNX's recurrent operators.

use elman_files::onnx::Attribute;

use super::masks::Compacted;
use super::{Edge, Exporter, activation};
use crate::activations::Activation;
use crate::cells::CellWeights;
use crate::layers::Recurrent;
use crate::{Result, Shape};

/// What a cell is run over, in an ONNX graph.
#[derive(Clone, Debug)]
pub struct EdgeSequence {
    /// The name of the inputs, `(batch, time, …)`.
    pub x: String,
    /// The shape of a step's input, without the batch.
    pub step_shape: Vec<usize>,
    /// The names of the first states, each `(batch, …)`; none for zeros.
    pub initial_states: Vec<String>,
    /// Whether to start at the last step. Outputs stand in the order of processing.
    pub go_backwards: bool,
    /// Whether the outputs of all steps are wanted.
    pub return_sequences: bool,
    /// The name of the mask, `(batch, time)` of bool.
    pub mask: Option<String>,
    /// Whether the output of a step that doesn't count is zero; else it repeats the one before.
    pub zero_output_for_mask: bool,
}

/// The names of what a cell gives for a sequence, in an ONNX graph.
#[derive(Clone, Debug)]
pub struct EdgeOutputs {
    /// All outputs, or the last.
    pub output: String,
    /// The last states.
    pub states: Vec<String>,
}

/// A cell as one of ONNX's recurrent operators, with weights in ONNX's order.
#[derive(Clone, Debug)]
pub struct CellOperator {
    /// `RNN`, `LSTM` or `GRU`.
    pub op: &'static str,
    /// The units.
    pub units: usize,
    /// `(gates * units, features)`.
    pub w: Vec<f32>,
    /// `(gates * units, units)`.
    pub r: Vec<f32>,
    /// The biases of the input and of the state side by side, `(2 * gates * units)`; empty for none.
    pub b: Vec<f32>,
    /// The activations, in the operator's order.
    pub activations: Vec<Activation>,
    /// A GRU's `linear_before_reset`.
    pub linear_before_reset: bool,
}

impl CellOperator {
    /// An operator over the weights of one of Keras's cells, with its gates in that order.
    pub(crate) fn of(
        op: &'static str,
        weights: &CellWeights,
        units: usize,
        order: &[usize],
        activations: Vec<Activation>,
        exporter: &Exporter,
    ) -> CellOperator {
        let columns = order.len() * units;
        let mut bias = exporter.values(weights.bias);
        let mut of_state = bias.split_off(bias.len().min(columns));
        if of_state.is_empty() {
            of_state = vec![0.0; bias.len()];
        }
        CellOperator {
            op,
            units,
            w: transposed(&exporter.values(weights.kernel), units, order),
            r: transposed(&exporter.values(weights.recurrent_kernel), units, order),
            b: [reordered(&bias, units, order), reordered(&of_state, units, order)].concat(),
            activations,
            linear_before_reset: false,
        }
    }

    /// Whether the operator has all activations.
    pub(super) fn is_possible(&self) -> bool {
        self.activations.iter().all(|a| activation::of_operator(*a).is_some())
    }

    /// Whether both can be the two directions of one operator.
    pub(crate) fn goes_with(&self, other: &CellOperator) -> bool {
        self.op == other.op
            && self.units == other.units
            && self.w.len() == other.w.len()
            && self.linear_before_reset == other.linear_before_reset
    }

    fn gates(&self) -> usize {
        match self.op {
            "LSTM" => 4,
            "GRU" => 3,
            _ => 1,
        }
    }
}

/// Adds one operator with a direction for each cell; for each, its outputs and states.
///
/// With two, the second reads from the end, and its outputs stand where its inputs did.
pub(crate) fn run(
    cells: &[&CellOperator],
    sequence: &EdgeSequence,
    exporter: &mut Exporter,
) -> Option<Vec<EdgeOutputs>> {
    let first = *cells.first()?;
    if cells.iter().any(|cell| !cell.is_possible() || !first.goes_with(cell)) {
        return None;
    }
    let e = exporter;
    let mut x = sequence.x.clone();
    let mut mask = sequence.mask.clone();
    // With a mask, "from the end" is from the last step that counts.
    let is_turned = sequence.go_backwards && mask.is_some();
    if is_turned {
        x = e.reverse(&x, 1);
        mask = mask.map(|mask| e.reverse(&mask, 1));
    }
    let compacted = mask.map(|mask| Compacted::of(&x, &mask, e));
    let x = compacted.as_ref().map_or(x, |compacted| compacted.x.clone());
    let x = e.transpose(&x, &[1, 0, 2]);
    let is_backwards = sequence.go_backwards && !is_turned;
    let outputs = operator(cells, &x, sequence, is_backwards, compacted.as_ref(), e);
    let states = if first.op == "LSTM" { 2 } else { 1 };
    let mut results = Vec::new();
    for direction in 0..cells.len() {
        let at = direction as i64;
        let mut own = Vec::new();
        for (k, state) in outputs[1..].iter().enumerate() {
            let state = match cells.len() {
                1 => e.squeeze(state, &[0]),
                _ => {
                    let part = e.slice(state, 0, at, at + 1, 1);
                    e.squeeze(&part, &[0])
                }
            };
            let before = sequence.initial_states.get(direction * states + k).map(String::as_str);
            own.push((state, before.map(str::to_owned)));
        }
        let zero_output = sequence.zero_output_for_mask;
        let output = if sequence.return_sequences {
            let y = match cells.len() {
                1 => outputs[0].clone(),
                _ => e.slice(&outputs[0], 1, at, at + 1, 1),
            };
            let y = e.squeeze(&y, &[1]);
            let y = e.transpose(&y, &[1, 0, 2]);
            match &compacted {
                Some(compacted) => compacted.outputs(&y, zero_output, e),
                None if is_backwards => e.reverse(&y, 1),
                None => y,
            }
        } else {
            let last = &own[0].0;
            match &compacted {
                Some(compacted) => compacted.last_output(last, zero_output, e),
                None => last.clone(),
            }
        };
        let state = |(after, before): (String, Option<String>)| match &compacted {
            Some(compacted) => compacted.state(&after, before.as_deref(), e),
            None => after,
        };
        results.push(EdgeOutputs { output, states: own.into_iter().map(state).collect() });
    }
    Some(results)
}

/// The operator itself: its outputs, all steps first.
fn operator(
    cells: &[&CellOperator],
    x: &str,
    sequence: &EdgeSequence,
    is_backwards: bool,
    compacted: Option<&Compacted>,
    e: &mut Exporter,
) -> Vec<String> {
    let (first, directions) = (cells[0], cells.len());
    let (units, rows) = (first.units, first.gates() * first.units);
    let features = first.w.len() / rows.max(1);
    let joined = |part: fn(&CellOperator) -> &Vec<f32>| -> Vec<f32> {
        cells.iter().flat_map(|cell| part(cell).iter().copied()).collect()
    };
    let w = e.floats("W", [directions, rows, features], joined(|cell| &cell.w));
    let r = e.floats("R", [directions, rows, units], joined(|cell| &cell.r));
    let b = match cells.iter().all(|cell| cell.b.is_empty()) {
        true => String::new(),
        false => {
            let zeros = vec![0.0; 2 * rows];
            let of = |cell: &&CellOperator| {
                if cell.b.is_empty() { zeros.clone() } else { cell.b.clone() }
            };
            let b = cells.iter().flat_map(of).collect();
            e.floats("B", [directions, 2 * rows], b)
        }
    };
    let states = if first.op == "LSTM" { 2 } else { 1 };
    let mut initial = vec![String::new(); states];
    if !sequence.initial_states.is_empty() {
        for (k, initial) in initial.iter_mut().enumerate() {
            let own: Vec<String> = (0..directions)
                .filter_map(|d| sequence.initial_states.get(d * states + k).cloned())
                .map(|state| e.unsqueeze(&state, &[0]))
                .collect();
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            *initial = match own[..] {
                [one] => one.to_owned(),
                _ => e.concat(&own, 0),
            };
        }
    }
    let lengths = compacted.map_or("", |compacted| &compacted.lengths);
    let mut inputs = vec![x, &w, &r, &b, lengths];
    inputs.extend(initial.iter().map(String::as_str));
    let mut attributes = vec![
        ("hidden_size", Attribute::Int(units as i64)),
        (
            "direction",
            Attribute::Text(match (directions, is_backwards) {
                (2, _) => "bidirectional".into(),
                (_, true) => "reverse".into(),
                (_, false) => "forward".into(),
            }),
        ),
    ];
    let of_operator = |a: &Activation| activation::of_operator(*a);
    let all: Vec<_> =
        cells.iter().flat_map(|cell| cell.activations.iter().filter_map(of_operator)).collect();
    attributes.push((
        "activations",
        Attribute::Texts(all.iter().map(|(name, ..)| (*name).to_owned()).collect()),
    ));
    let alphas: Vec<f32> = all.iter().filter_map(|(_, alpha, _)| *alpha).collect();
    let betas: Vec<f32> = all.iter().filter_map(|(.., beta)| *beta).collect();
    for (name, values) in [("activation_alpha", alphas), ("activation_beta", betas)] {
        if !values.is_empty() {
            attributes.push((name, Attribute::Floats(values)));
        }
    }
    if first.op == "GRU" {
        let linear = Attribute::Int(i64::from(first.linear_before_reset));
        attributes.push(("linear_before_reset", linear));
    }
    let mut wanted = vec![sequence.return_sequences];
    wanted.extend(vec![true; states]);
    e.nodes(first.op, &inputs, &attributes, &wanted)
}

/// The columns of a kernel `(rows, gates * units)` as rows, with the gates in another order.
fn transposed(kernel: &[f32], units: usize, order: &[usize]) -> Vec<f32> {
    let columns = order.len() * units;
    let rows = kernel.len() / columns.max(1);
    let mut transposed = Vec::with_capacity(kernel.len());
    for gate in order {
        for unit in 0..units {
            transposed.extend((0..rows).map(|row| kernel[row * columns + gate * units + unit]));
        }
    }
    transposed
}

/// The parts of a bias `(gates * units)` with the gates in another order.
fn reordered(bias: &[f32], units: usize, order: &[usize]) -> Vec<f32> {
    let part = |gate: &usize| bias[gate * units..(gate + 1) * units].iter().copied();
    if bias.is_empty() { Vec::new() } else { order.iter().flat_map(part).collect() }
}

/// The names of what a layer starts from: the states that it is given, or inputs of the graph.
pub(crate) fn initial_states(
    layer: &dyn Recurrent,
    inputs: &[Edge],
    exporter: &mut Exporter,
) -> Result<Vec<String>> {
    if inputs.len() > 1 {
        return Ok(inputs[1..].iter().map(|state| state.name.clone()).collect());
    }
    if exporter.with_states() {
        let shapes = layer.state_shapes(&[inputs[0].shape.clone()])?;
        return Ok(exporter.state_inputs(&shapes));
    }
    if layer.options().stateful {
        let reason = "it is stateful, and a graph keeps nothing between calls: export it with \
                      its states as inputs and outputs";
        return Err(crate::Error::Onnx { layer: layer.place(), reason: reason.into() });
    }
    Ok(Vec::new())
}

/// Makes the states that a layer ends with outputs of the graph, if it started from inputs of it.
pub(crate) fn final_states(
    layer: &dyn Recurrent,
    inputs: &[Edge],
    states: &[String],
    exporter: &mut Exporter,
) -> Result<()> {
    if exporter.with_states() && inputs.len() == 1 {
        let shapes: Vec<Shape> = layer.state_shapes(&[inputs[0].shape.clone()])?;
        exporter.state_outputs(&shapes, states);
    }
    Ok(())
}
