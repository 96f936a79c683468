//! The recurrent operators.

use super::arithmetic::floats;
use super::graph::Importer;
use super::node::Reading;
use super::value::{Fill, Size, Stack, Value, View};
use crate::activations::Activation;
use crate::cells::{Cell, PeepholeLstmCell};
use crate::layers::{Bidirectional, Gru, Layer, Lstm, MergeMode, Rnn, SimpleRnn};
use crate::models::Symbolic;
use crate::{Error, Float, Result, Tensor};

/// The weights of one direction, as arrays of Keras's shapes.
struct Direction {
    kernel: Tensor,
    recurrent: Tensor,
    /// One or, of a GRU that resets after its product, two.
    bias: Option<Tensor>,
    /// Of i, o and f.
    peepholes: Option<Vec<Float>>,
    activations: Vec<Activation>,
}

/// What is common to the directions of a node.
struct Form {
    units: usize,
    reset_after: bool,
    return_sequences: bool,
    return_state: bool,
}

/// An activation as recurrent operators name it.
pub(super) fn activation(name: &str, alpha: Option<f32>, beta: Option<f32>) -> Option<Activation> {
    let is = |value: Option<f32>, expected: f32, default: f32| {
        (value.unwrap_or(default) - expected).abs() < 1e-6
    };
    Some(match &*name.to_ascii_lowercase() {
        "tanh" => Activation::Tanh,
        "sigmoid" => Activation::Sigmoid,
        "relu" => Activation::Relu,
        "softsign" => Activation::Softsign,
        "softplus" => Activation::Softplus,
        "affine" if is(alpha, 1.0, 1.0) && is(beta, 0.0, 0.0) => Activation::Linear,
        "leakyrelu" if is(alpha, 0.2, 0.01) => Activation::LeakyRelu,
        "elu" if is(alpha, 1.0, 1.0) => Activation::Elu,
        "hardsigmoid" if is(alpha, 0.2, 0.2) && is(beta, 0.5, 0.5) => Activation::HardSigmoidKeras2,
        "hardsigmoid" if is(alpha, 1.0 / 6.0, 0.2) && is(beta, 0.5, 0.5) => Activation::HardSigmoid,
        _ => return None,
    })
}

/// How many numbers an activation takes: alpha, beta.
fn takes(name: &str) -> (bool, bool) {
    match &*name.to_ascii_lowercase() {
        "affine" | "hardsigmoid" | "scaledtanh" => (true, true),
        "leakyrelu" | "elu" | "thresholdedrelu" => (true, false),
        _ => (false, false),
    }
}

impl Importer<'_> {
    pub fn recurrent(&mut self, reading: Reading) -> Result<Vec<Value>> {
        let op = &*reading.node.op;
        reading.allow(&[
            "activations",
            "activation_alpha",
            "activation_beta",
            "direction",
            "hidden_size",
            "layout",
            "linear_before_reset",
            "input_forget",
            "output_sequence",
        ])?;
        if reading.int("input_forget", 0)? != 0 {
            return Err(reading.refuse("input_forget = 1 is not read"));
        }
        let batch_first = match reading.int("layout", 0)? {
            0 => false,
            1 => true,
            other => return Err(reading.refuse(format!("there is no layout {other}"))),
        };
        let direction = reading.text("direction", "forward")?;
        let directions = match &*direction {
            "forward" | "reverse" => 1,
            "bidirectional" => 2,
            other => return Err(reading.refuse(format!("there is no direction {other}"))),
        };
        let is_lstm = op == "LSTM";
        let states = if is_lstm { 2 } else { 1 };
        let (weights, units) = self.weights_of(reading, directions)?;
        let form = Form {
            units,
            reset_after: reading.int("linear_before_reset", 0)? != 0,
            return_sequences: reading.wants(0),
            return_state: reading.wants(2)
                || (reading.wants(0)
                    && (reading.wants(1) || self.is_picked(&reading.node.outputs[0])))
                || (directions == 2 && reading.wants(1) && is_lstm),
        };
        let x = self.sequence(reading, batch_first)?;
        self.check_lengths(reading, &x)?;
        let initial = self.initial_states(reading, batch_first, directions, states, units)?;
        let mut inputs = vec![x.x.clone()];
        let is_reverse = direction == "reverse";
        // The states of each direction in turn, as layers take them.
        for d in 0..directions {
            inputs.extend((0..states).filter_map(|k| initial.get(k).map(|all| all[d].clone())));
        }
        let word = op.to_ascii_lowercase();
        let outputs = if directions == 2 {
            self.both(&weights, &form, op, &inputs, reading)?
        } else {
            let (layer, weights) = self.one(&weights[0], &form, op, is_reverse, reading)?;
            self.apply(layer, &word, &inputs, weights)?
        };
        let mut outputs = outputs.into_iter();
        let time = x.sizes[1].clone();
        let sizes = vec![x.sizes[0].clone(), time, Size::known(units)];
        let mut ys: Vec<Symbolic> = outputs.by_ref().take(directions).collect();
        let last: Vec<Symbolic> = outputs.collect();
        // h of each direction, c of each direction; without states, h is the output.
        let mut kept: Vec<Vec<Symbolic>> = (0..states)
            .map(|k| (0..directions).filter_map(|d| last.get(d * states + k).cloned()).collect())
            .collect();
        if kept[0].is_empty() {
            kept[0] = ys.clone();
        }
        let mut results = Vec::new();
        if form.return_sequences {
            if is_reverse {
                ys[0] = self.passed(&ys[0], &sizes[2], true, true)?;
            }
            let part = |(d, y): (usize, &Symbolic)| {
                let axes = if batch_first { [0, 1, 2] } else { [1, 0, 2] };
                let axes = axes.iter().map(|axis| vec![*axis]).collect();
                let h = kept[0].get(d).filter(|_| form.return_state).cloned();
                let from_end = is_reverse || d == 1;
                let ends = if from_end { [h, None] } else { [None, h] };
                View { x: y.clone(), sizes: sizes.clone(), axes, ends }
            };
            let parts = ys.iter().enumerate().map(part).collect();
            results.push(stacked(parts, if batch_first { 2 } else { 1 }));
        } else {
            results.push(Value::Filled(Fill::Number(0.0)));
        }
        for states in kept {
            let sizes = vec![sizes[0].clone(), sizes[2].clone()];
            let parts = states.into_iter().map(|h| View::plain(h, sizes.clone())).collect();
            results.push(stacked(parts, usize::from(batch_first)));
        }
        Ok(results)
    }

    /// The inputs as a sequence with the batch first.
    fn sequence(&mut self, reading: Reading, batch_first: bool) -> Result<View> {
        let view = self.view(reading, 0)?;
        let order = if batch_first { [0, 1, 2] } else { [1, 0, 2] };
        if view.axes.len() != 3 || view.axes[order[0]][..] != [0] {
            return Err(reading.refuse("its input is not a sequence with the batch in its place"));
        }
        let turned = view.with_axes(order.iter().map(|a| view.axes[*a].clone()).collect());
        if turned.axes == [[0], [1], [2]] && turned.sizes.len() == 3 {
            return Ok(turned);
        }
        let plain = self.batch_first(&turned, &reading.node.op)?;
        Ok(plain)
    }

    /// Refuses lengths other than that of the whole sequence.
    fn check_lengths(&self, reading: Reading, x: &View) -> Result<()> {
        let whole = match reading.input(4).map(|_| self.value(reading, 4)).transpose()? {
            None => true,
            Some(Value::Filled(Fill::Size(size))) => size == x.sizes[1],
            Some(Value::Constant(array)) => {
                let time = x.sizes[1].number();
                time.is_some_and(|time| array.to_f64().iter().all(|n| *n == time as f64))
            }
            Some(_) => false,
        };
        match whole {
            true => Ok(()),
            false => Err(reading.refuse(
                "sequence_lens other than the length of the whole input are not read; a model of \
                 elman has a mask for that",
            )),
        }
    }

    /// The first states by state and direction; none for zeros.
    fn initial_states(
        &mut self,
        reading: Reading,
        batch_first: bool,
        directions: usize,
        states: usize,
        units: usize,
    ) -> Result<Vec<Vec<Symbolic>>> {
        let mut all = Vec::new();
        let mut zeros = 0;
        for state in 0..states {
            let index = 5 + state;
            let value = match reading.input(index) {
                None => None,
                Some(_) => Some(self.value(reading, index)?),
            };
            let views: Vec<View> = match value {
                None | Some(Value::Filled(Fill::Number(0.0))) => {
                    zeros += 1;
                    continue;
                }
                Some(Value::Constant(array)) if array.to_f64().iter().all(|v| *v == 0.0) => {
                    zeros += 1;
                    continue;
                }
                Some(Value::Stack(stack))
                    if stack.axis == usize::from(batch_first)
                        && stack.parts.len() == directions =>
                {
                    stack.parts
                }
                Some(Value::View(view)) if directions == 1 && view.axes.len() == 3 => {
                    vec![self.without_axis(&view, usize::from(batch_first), reading)?]
                }
                Some(_) => {
                    return Err(reading.refuse(format!(
                        "its input {index}, first states, is neither zero nor one value for each \
                         direction"
                    )));
                }
            };
            let mut symbols = Vec::new();
            for view in views {
                let plain = self.batch_first(&view, &reading.node.op)?;
                let fits = plain.axes == [[0], [1]] && plain.sizes[1] == Size::known(units);
                if !fits {
                    return Err(reading.refuse(format!("its input {index} is no state")));
                }
                symbols.push(plain.x);
            }
            all.push(symbols);
        }
        match (all.is_empty(), zeros) {
            (false, 1..) => Err(reading.refuse("one of its first states is zero, the other not")),
            _ => Ok(all),
        }
    }

    fn weights_of(&self, reading: Reading, directions: usize) -> Result<(Vec<Direction>, usize)> {
        let op = &*reading.node.op;
        // Where each of Keras's gates is among ONNX's.
        let order: &[usize] = match op {
            "LSTM" => &[0, 2, 3, 1],
            "GRU" => &[0, 1, 2],
            _ => &[0],
        };
        let gates = order.len();
        let given = |index: usize, word: &str| {
            let array = self.constant(reading, index)?;
            array.ok_or_else(|| reading.refuse(format!("it has no {word}")))
        };
        let (w, r) = (given(1, "W")?, given(2, "R")?);
        let units = r.shape.last().copied().unwrap_or_default();
        let rows = gates.checked_mul(units).filter(|rows| rows.checked_mul(2).is_some());
        let rows = rows.ok_or_else(|| reading.refuse("it has too many units"))?;
        let features = w.shape.last().copied().unwrap_or_default();
        let hidden = reading.int("hidden_size", units as i64)?;
        if w.shape != [directions, rows, features]
            || r.shape != [directions, rows, units]
            || units == 0
            || features == 0
            || usize::try_from(hidden) != Ok(units)
        {
            let (w, r) = (&w.shape, &r.shape);
            return Err(reading.refuse(format!("W of shape {w:?} and R of {r:?} don't fit")));
        }
        let sized = |index: usize, word: &str, length: usize| -> Result<Option<Vec<Float>>> {
            let Some(array) = self.constant(reading, index)? else { return Ok(None) };
            if array.shape != [directions, length] {
                let shape = &array.shape;
                return Err(reading.refuse(format!("{word} of shape {shape:?} doesn't fit")));
            }
            Ok(Some(floats(&array)))
        };
        let b = sized(3, "B", 2 * rows)?;
        let p = if op == "LSTM" { sized(7, "P", 3 * units)? } else { None };
        let (w, r) = (floats(&w), floats(&r));
        let activations = self.activations_of(reading, directions)?;
        let mut all = Vec::new();
        for (d, activations) in activations.into_iter().enumerate() {
            let part = |values: &[Float], len: usize| values[d * len..(d + 1) * len].to_vec();
            let matrix = |values: &[Float], width: usize| {
                let values = part(values, rows * width);
                let mut columns = vec![0.0; values.len()];
                for (gate, from) in order.iter().enumerate() {
                    for unit in 0..units {
                        for row in 0..width {
                            columns[row * rows + gate * units + unit] =
                                values[(from * units + unit) * width + row];
                        }
                    }
                }
                Tensor::new([width, rows], columns)
            };
            let bias = b.as_ref().map(|b| self.bias(&part(b, 2 * rows), order, units, reading));
            let peepholes = p.as_ref().map(|p| part(p, 3 * units));
            let peepholes = peepholes.filter(|p| p.iter().any(|v| *v != 0.0));
            all.push(Direction {
                kernel: matrix(&w, features)?,
                recurrent: matrix(&r, units)?,
                bias: bias.transpose()?,
                peepholes,
                activations,
            });
        }
        Ok((all, units))
    }

    /// The biases of input and state: one for both, unless a GRU keeps them apart.
    fn bias(&self, b: &[Float], order: &[usize], units: usize, reading: Reading) -> Result<Tensor> {
        let rows = order.len() * units;
        let (of_input, of_state) = b.split_at(rows);
        let ordered = |values: &[Float]| -> Vec<Float> {
            order
                .iter()
                .flat_map(|gate| values[gate * units..(gate + 1) * units].to_vec())
                .collect()
        };
        let (of_input, of_state) = (ordered(of_input), ordered(of_state));
        if reading.node.op == "GRU" && reading.int("linear_before_reset", 0)? != 0 {
            return Tensor::new([2, rows], [of_input, of_state].concat());
        }
        let sums = of_input.iter().zip(&of_state).map(|(a, b)| a + b).collect();
        Tensor::new([rows], sums)
    }

    /// The activations of each direction.
    fn activations_of(&self, reading: Reading, directions: usize) -> Result<Vec<Vec<Activation>>> {
        let default: &[&str] = match &*reading.node.op {
            "LSTM" => &["Sigmoid", "Tanh", "Tanh"],
            "GRU" => &["Sigmoid", "Tanh"],
            _ => &["Tanh"],
        };
        let names = reading.texts("activations")?.unwrap_or_else(|| {
            (0..directions).flat_map(|_| default.iter().map(|name| (*name).to_owned())).collect()
        });
        if names.len() != default.len() * directions {
            return Err(reading.refuse(format!("{} activations don't fit", names.len())));
        }
        let mut alphas = reading.floats("activation_alpha")?.into_iter();
        let mut betas = reading.floats("activation_beta")?.into_iter();
        let mut all = Vec::new();
        for name in &names {
            let (takes_alpha, takes_beta) = takes(name);
            let alpha = if takes_alpha { alphas.next() } else { None };
            let beta = if takes_beta { betas.next() } else { None };
            let known = activation(name, alpha, beta);
            all.push(known.ok_or_else(|| {
                reading.refuse(format!(
                    "the activation {name} with alpha {alpha:?} and beta {beta:?} is not read"
                ))
            })?);
        }
        Ok(all.chunks(default.len()).map(<[Activation]>::to_vec).collect())
    }

    /// One direction as a layer, with its weights.
    fn one(
        &self,
        direction: &Direction,
        form: &Form,
        op: &str,
        go_backwards: bool,
        reading: Reading,
    ) -> Result<(Box<dyn Layer>, Vec<Tensor>)> {
        let weights = direction.weights();
        let layer: Box<dyn Layer> = match op {
            "LSTM" if direction.peepholes.is_some() => {
                Box::new(form.options(Rnn::over(peephole(direction, form, reading)?), go_backwards))
            }
            "LSTM" => Box::new(form.options(lstm(direction, form, reading)?, go_backwards)),
            "GRU" => Box::new(form.options(gru(direction, form), go_backwards)),
            _ => Box::new(form.options(simple_rnn(direction, form), go_backwards)),
        };
        Ok((layer, weights))
    }

    /// Both directions as one layer.
    fn both(
        &mut self,
        directions: &[Direction],
        form: &Form,
        op: &str,
        inputs: &[Symbolic],
        reading: Reading,
    ) -> Result<Vec<Symbolic>> {
        let [first, second] = directions else { return Err(reading.refuse("two directions")) };
        let layer = match op {
            "LSTM" if first.peepholes.is_some() || second.peepholes.is_some() => {
                let of =
                    |direction| -> Result<_> { Ok(Rnn::over(peephole(direction, form, reading)?)) };
                form.directions(of(first)?, of(second)?)
            }
            "LSTM" => form.directions(lstm(first, form, reading)?, lstm(second, form, reading)?),
            "GRU" => form.directions(gru(first, form), gru(second, form)),
            _ => form.directions(simple_rnn(first, form), simple_rnn(second, form)),
        };
        let weights = directions.iter().flat_map(|direction| direction.weights()).collect();
        self.apply(Box::new(layer.merge_mode(MergeMode::None)), "bidirectional", inputs, weights)
    }
}

impl Direction {
    fn weights(&self) -> Vec<Tensor> {
        let mut weights = vec![self.kernel.clone(), self.recurrent.clone()];
        weights.extend(self.bias.clone());
        if let Some(peepholes) = &self.peepholes {
            let units = peepholes.len() / 3;
            let part = |gate: usize| peepholes[gate * units..(gate + 1) * units].to_vec();
            // In Keras's order: i, f, o.
            weights.extend([0, 2, 1].map(|gate| Tensor::from_parts([units], part(gate))));
        }
        weights
    }
}

impl Form {
    fn options<C: Cell + Clone>(&self, layer: Rnn<C>, go_backwards: bool) -> Rnn<C> {
        layer
            .return_sequences(self.return_sequences)
            .return_state(self.return_state)
            .go_backwards(go_backwards)
    }

    fn directions<C: Cell + Clone>(&self, first: Rnn<C>, second: Rnn<C>) -> Bidirectional {
        let (first, second) = (self.options(first, false), self.options(second, true));
        Bidirectional::new(first).backward_layer(second)
    }
}

fn simple_rnn(direction: &Direction, form: &Form) -> SimpleRnn {
    SimpleRnn::new(form.units)
        .activation(direction.activations[0])
        .use_bias(direction.bias.is_some())
}

fn gru(direction: &Direction, form: &Form) -> Gru {
    Gru::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some())
        .reset_after(form.reset_after)
}

fn lstm(direction: &Direction, form: &Form, reading: Reading) -> Result<Lstm> {
    check_lstm(direction, reading)?;
    Ok(Lstm::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some()))
}

fn peephole(direction: &Direction, form: &Form, reading: Reading) -> Result<PeepholeLstmCell> {
    check_lstm(direction, reading)?;
    Ok(PeepholeLstmCell::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some()))
}

/// Candidate and output have one activation in Keras's LSTM.
fn check_lstm(direction: &Direction, reading: Reading) -> Result<(), Error> {
    match direction.activations[1] == direction.activations[2] {
        true => Ok(()),
        false => Err(reading.refuse("its activations g and h differ")),
    }
}

/// One view, or several side by side, with an axis for the directions.
fn stacked(parts: Vec<View>, axis: usize) -> Value {
    match &parts[..] {
        [one] => {
            let mut axes = one.axes.clone();
            axes.insert(axis.min(axes.len()), Vec::new());
            Value::View(one.with_axes(axes))
        }
        [] => Value::Filled(Fill::Number(0.0)),
        _ => Value::Stack(Stack { parts, axis }),
    }
}
