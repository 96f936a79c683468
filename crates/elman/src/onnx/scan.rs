//! Cells that ONNX has no operator for, as loops over steps.

use elman_files::onnx::{Attribute, Dim, ElementKind, Value};

use super::exporter::value;
use super::{EdgeOutputs, EdgeSequence, Exporter};
use crate::cells::Cell;
use crate::{Result, Shape};

/// Adds a `Scan` over the steps of a sequence.
pub(super) fn run<C: Cell + ?Sized>(
    cell: &C,
    sequence: &EdgeSequence,
    exporter: &mut Exporter,
) -> Result<EdgeOutputs> {
    let e = exporter;
    let with_batch = |shape: &[usize]| Shape::from(shape).with_batch(None);
    let output_shape = cell.output_shape(&sequence.step_shape)?;
    let state_shapes = cell.state_shapes(&sequence.step_shape)?;
    let mut initial = sequence.initial_states.clone();
    if initial.is_empty() {
        initial = state_shapes.iter().map(|s| e.zeros_like_batch(&sequence.x, s)).collect();
    }
    // The output of the last step that counted goes along as one more state.
    initial.push(e.zeros_like_batch(&sequence.x, &output_shape));

    let mut inputs: Vec<Value> = Vec::new();
    for (i, shape) in state_shapes.iter().chain([&output_shape]).enumerate() {
        inputs.push(value(&e.fresh(&format!("state_{i}")), &with_batch(shape), ""));
    }
    inputs.push(value(&e.fresh("step"), &with_batch(&sequence.step_shape), ""));
    if sequence.mask.is_some() {
        let shape = Some(vec![Dim::Named("batch".into())]);
        inputs.push(Value { name: e.fresh("counts"), kind: ElementKind::Bool, shape });
    }
    let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    let states = state_shapes.len();
    let body = e.subgraph(inputs, |e| {
        let (before, held, x) = (&names[..states], &names[states], &names[states + 1]);
        let (mut y, mut after) = cell.onnx_step(x, before, e)?;
        let mut held_after = y.clone();
        if let Some(mask) = names.get(states + 2) {
            let over = |ndim: usize, e: &mut Exporter| {
                e.unsqueeze(mask, &(1..=ndim as i64).collect::<Vec<_>>())
            };
            for ((after, before), shape) in after.iter_mut().zip(before).zip(&state_shapes) {
                let counts = over(shape.len(), e);
                *after = e.choose(&counts, after, before);
            }
            let counts = over(output_shape.len(), e);
            held_after = e.choose(&counts, &y, held);
            y = match sequence.zero_output_for_mask {
                true => {
                    let none = e.number(0.0);
                    e.choose(&counts, &y, &none)
                }
                false => held_after.clone(),
            };
        }
        // Each output is a value of its own, as a graph must have it.
        let mut outputs = Vec::new();
        let all = after.iter().zip(&state_shapes).chain([(&held_after, &output_shape)]);
        let all = all.chain(sequence.return_sequences.then_some((&y, &output_shape)));
        for (name, shape) in all {
            let own = e.unary("Identity", name);
            outputs.push(value(&own, &with_batch(shape), ""));
        }
        Ok(outputs)
    })?;
    let mut inputs: Vec<&str> = initial.iter().map(String::as_str).collect();
    inputs.push(&sequence.x);
    inputs.extend(sequence.mask.as_deref());
    let scanned = 1 + usize::from(sequence.mask.is_some());
    let direction = i64::from(sequence.go_backwards);
    let attributes = [
        ("body", Attribute::Graph(body)),
        ("num_scan_inputs", Attribute::Int(scanned as i64)),
        ("scan_input_axes", Attribute::Ints(vec![1; scanned])),
        ("scan_input_directions", Attribute::Ints(vec![direction; scanned])),
    ];
    let mut attributes = attributes.to_vec();
    let mut wanted = vec![true; states + 1];
    if sequence.return_sequences {
        attributes.push(("scan_output_axes", Attribute::Ints(vec![1])));
        wanted.push(true);
    }
    let mut outputs = e.nodes("Scan", &inputs, &attributes, &wanted);
    let output = match sequence.return_sequences {
        true => outputs.remove(states + 1),
        false => last_output(&outputs[states], &output_shape, sequence, e),
    };
    outputs.truncate(states);
    Ok(EdgeOutputs { output, states: outputs })
}

/// The output of the last step: that of the last one that counts, or zero.
fn last_output(held: &str, shape: &[usize], sequence: &EdgeSequence, e: &mut Exporter) -> String {
    let Some(mask) = sequence.mask.as_ref().filter(|_| sequence.zero_output_for_mask) else {
        return held.to_owned();
    };
    let last = match sequence.go_backwards {
        true => e.slice(mask, 1, 0, 1, 1),
        false => e.slice(mask, 1, -1, i64::MAX, 1),
    };
    let further: Vec<i64> = (2..=shape.len() as i64).collect();
    let last = if further.is_empty() { last } else { e.unsqueeze(&last, &further) };
    let none = e.number(0.0);
    e.choose(&last, held, &none)
}
