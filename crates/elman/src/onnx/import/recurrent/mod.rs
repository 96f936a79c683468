//! The recurrent operators.

mod activations;
mod layers;
mod weights;

pub(super) use activations::activation;
use layers::Form;

use super::graph::Importer;
use super::node::Reading;
use super::value::{Fill, Size, Stack, Value, View};
use crate::Result;
use crate::models::Symbolic;

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
