//! What holds for every recurrent layer, whatever its options and sizes.

pub mod draw;

use elman::layers::Layer;
use elman::prelude::*;
use elman::{Mask, States};
use serde_json::json;

use crate::support::{Built, noise};
use draw::{Dice, Drawn};

/// Draws layers and checks each; fails with the smallest that doesn't hold.
fn for_all(
    purpose: &str,
    count: usize,
    draw: fn(&mut Dice) -> Drawn,
    check: fn(&Drawn, &mut Dice),
) {
    let mut dice = Dice::new(purpose);
    let mut drawn: Vec<Drawn> = (0..count).map(|_| draw(&mut dice)).collect();
    drawn.sort_by_key(|drawn| drawn.shape().iter().product::<usize>());
    for drawn in &drawn {
        println!("{} on {:?}", drawn.object, drawn.shape());
        check(drawn, &mut dice);
    }
}

fn built(drawn: &Drawn) -> (Built, Tensor) {
    let x = noise(&drawn.shape(), "x");
    let mut built = Built::new(drawn.layer(), std::slice::from_ref(&x)).unwrap();
    // Biases too, and not so large that activations without bounds run away.
    let moved = noise(&[built.parameters.values().len()], "weights");
    let values = built.parameters.values_mut().iter_mut().zip(moved.data());
    values.for_each(|(value, moved)| *value = 0.2 * moved);
    (built, x)
}

/// The steps from `start` to `end` of a sequence `(batch, time, …)`.
fn steps(x: &Tensor, start: usize, end: usize) -> Tensor {
    let (time, step) = (x.shape()[1], x.shape()[2..].iter().product::<usize>());
    let of_row = |row: &[f32]| row[start * step..end * step].to_vec();
    let data = x.data().chunks(time * step).flat_map(of_row).collect();
    Tensor::new([&[x.shape()[0], end - start], &x.shape()[2..]].concat(), data).unwrap()
}

/// A sequence padded at its end, under a mask, is the sequence without the padding: bit for bit in
/// outputs, states and the gradients of inputs; those of weights are summed elsewhere.
#[test]
fn padding_is_as_if_it_were_not_there() {
    for_all("padding", 250, Dice::layer_or_both_directions, |drawn, dice| {
        let (built, x) = built(drawn);
        let lengths: Vec<usize> = (0..drawn.batch).map(|_| 1 + dice.below(drawn.time)).collect();
        let mut padded = x.clone();
        // Padding may be anything, also no number.
        let each = x.len() / drawn.batch;
        for (row, length) in padded.data_mut().chunks_mut(each).zip(&lengths) {
            row[each / drawn.time * length..].fill(f32::NAN);
        }
        let padded = padded.with_mask(Mask::from_lengths(&lengths, drawn.time)).unwrap();
        let outputs = built.call(std::slice::from_ref(&padded), 1).unwrap();
        for (row, length) in lengths.iter().enumerate() {
            let alone = steps(&x.rows(row, row + 1), 0, *length);
            let expected = built.call(std::slice::from_ref(&alone), 1).unwrap();
            for (y, expected) in outputs.iter().zip(&expected) {
                check_padded(drawn, &y.rows(row, row + 1), expected, *length);
            }
            check_gradients(&built, padded.rows(row, row + 1), alone, &expected);
        }
    });
}

/// An output of one padded sequence, and that of the sequence alone.
fn check_padded(drawn: &Drawn, y: &Tensor, alone: &Tensor, length: usize) {
    let zero = drawn.option("zero_output_for_mask");
    if y.ndim() < 2 + drawn.step.len() || !drawn.option("return_sequences") {
        // A last output that is masked is zero, if masked outputs are.
        let ends_masked = length < drawn.time && !drawn.option("go_backwards");
        let is_zeroed = zero && ends_masked && y.data().iter().all(|v| *v == 0.0);
        assert!(is_zeroed || y.data() == alone.data());
        return;
    }
    let backwards = drawn.option("go_backwards");
    let start = if backwards { drawn.time - length } else { 0 };
    assert_eq!(steps(y, start, start + length).data(), alone.data());
    // The steps that don't count hold the last output before them, where there is one.
    let step = alone.len() / length;
    let held = match zero || backwards || drawn.is_bidirectional() {
        true => vec![0.0; step],
        false => alone.data()[alone.len() - step..].to_vec(),
    };
    for t in (0..start).chain(start + length..drawn.time) {
        assert_eq!(steps(y, t, t + 1).data(), held, "step {t}");
    }
}

/// The gradients of the states of a padded sequence, and of the sequence alone.
fn check_gradients(built: &Built, padded: Tensor, alone: Tensor, outputs: &[Tensor]) {
    let length = alone.shape()[1];
    let of_states = |x: Tensor| {
        let shapes = built.call(std::slice::from_ref(&x), 1).unwrap();
        let of = |y: &Tensor| match y.ndim() < x.ndim() {
            true => noise(y.shape(), "upstream"),
            false => Tensor::zeros(y.shape()),
        };
        let upstream: Vec<Tensor> = shapes.iter().map(of).collect();
        let (_, mut of_inputs, of_weights) = built.gradients(&[x], &upstream).unwrap();
        (of_inputs.remove(0).unwrap(), of_weights)
    };
    // Beside sequences there are states alone; beside a last output, which may be zeroed, it too.
    if outputs[0].ndim() < alone.ndim() {
        return;
    }
    let (long, long_weights) = of_states(padded);
    let (short, short_weights) = of_states(alone);
    assert_eq!(steps(&long, 0, length).data(), short.data());
    assert!(steps(&long, length, long.shape()[1]).data().iter().all(|d| *d == 0.0));
    for (a, b) in long_weights.iter().zip(&short_weights) {
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
        assert!(a.data().iter().zip(b.data()).all(close), "the gradient of a weight");
    }
}

/// Steps that a mask leaves out, wherever they are and whatever they hold, are as if they were not
/// there.
#[test]
fn holes_are_as_if_they_were_not_there() {
    for_all("holes", 200, Dice::layer_or_both_directions, |drawn, dice| {
        let (built, x) = built(drawn);
        let time = drawn.time;
        // At least one step counts in each row.
        let mut used: Vec<bool> = (0..drawn.batch * time).map(|_| dice.flip()).collect();
        used.chunks_mut(time).for_each(|row| row[dice.below(time)] = true);
        let mut holed = x.clone();
        let step = x.len() / used.len();
        for (step, _) in holed.data_mut().chunks_mut(step).zip(&used).filter(|(_, used)| !**used) {
            step.fill(f32::NAN);
        }
        let holed = holed.with_mask(Mask::new([drawn.batch, time], used.clone()).unwrap()).unwrap();
        let outputs = built.call(&[holed], 1).unwrap();
        for (row, used) in used.chunks(time).enumerate() {
            let counting = |t: &usize| used[*t];
            let values = |y: &Tensor, at: Vec<usize>| -> Vec<f32> {
                at.iter().flat_map(|t| steps(y, *t, t + 1).data().to_vec()).collect()
            };
            let at: Vec<usize> = (0..time).filter(counting).collect();
            let alone = values(&x.rows(row, row + 1), at.clone());
            let alone = Tensor::new([&[1, at.len()], &drawn.step[..]].concat(), alone).unwrap();
            let expected = built.call(&[alone], 1).unwrap();
            for (y, expected) in outputs.iter().zip(&expected) {
                let y = y.rows(row, row + 1);
                let is_sequence = y.ndim() == x.ndim() && drawn.option("return_sequences");
                let got = match (is_sequence, drawn.option("go_backwards")) {
                    (true, false) => values(&y, at.clone()),
                    (true, true) => values(&y, at.iter().rev().map(|t| time - 1 - t).collect()),
                    (false, _) => y.data().to_vec(),
                };
                let is_zeroed = !is_sequence
                    && drawn.option("zero_output_for_mask")
                    && got.iter().all(|v| *v == 0.0);
                assert!(is_zeroed || got == expected.data(), "row {row}: {got:?}, {expected:?}");
            }
        }
    });
}

/// A batch is its rows, whatever their masks.
#[test]
fn a_batch_is_its_rows() {
    for_all("rows", 200, Dice::layer_or_both_directions, |drawn, dice| {
        let (built, x) = built(drawn);
        let used = (0..drawn.batch * drawn.time).map(|_| dice.below(3) > 0).collect();
        let mask = Mask::new([drawn.batch, drawn.time], used).unwrap();
        for x in [x.clone(), x.with_mask(mask).unwrap()] {
            let whole = built.call(std::slice::from_ref(&x), 1).unwrap();
            for row in 0..drawn.batch {
                let alone = built.call(&[x.rows(row, row + 1)], 1).unwrap();
                for (whole, alone) in whole.iter().zip(&alone) {
                    assert_eq!(whole.rows(row, row + 1), *alone, "row {row}");
                }
            }
        }
    });
}

/// A stateful layer that is given a sequence in pieces, or step by step, is the layer that is given
/// all of it.
#[test]
fn steps_are_the_sequence() {
    let forwards = |dice: &mut Dice| {
        let mut drawn = dice.layer();
        drawn.object["config"]["go_backwards"] = json!(false);
        drawn.object["config"]["return_sequences"] = json!(true);
        drawn
    };
    for_all("steps", 200, forwards, |drawn, dice| {
        let (built, x) = built(drawn);
        let expected = built.call(std::slice::from_ref(&x), 1).unwrap();
        let mut stateful = drawn.object.clone();
        stateful["config"]["stateful"] = json!(true);
        let mut layer: Box<dyn Layer> = serde_json::from_value(stateful).unwrap();
        let open: Vec<Option<usize>> = [Some(drawn.batch), None]
            .into_iter()
            .chain(drawn.step.iter().map(|n| Some(*n)))
            .collect();
        layer.base_mut().batch_input_shape = Some(open.into());
        let mut model = Sequential::new();
        model.add(layer).unwrap();
        let weights = built.parameters.entries().iter().map(|e| built.parameters.tensor(e));
        model.set_weights(weights.collect::<Vec<_>>()).unwrap();
        let is_by_steps = dice.flip();
        let (mut states, mut start) = (States::default(), 0);
        while start < drawn.time {
            let left = drawn.time - start;
            let end = start + if is_by_steps { 1 } else { 1 + dice.below(left) };
            let outputs = model.predict_with_states([steps(&x, start, end)], &mut states).unwrap();
            let y = Tensor::from(outputs[0].clone());
            assert_eq!(y, steps(&expected[0], start, end), "steps {start}..{end}");
            if end == drawn.time {
                for (state, expected) in outputs[1..].iter().zip(&expected[1..]) {
                    assert_eq!(Tensor::from(state.clone()), *expected, "a state");
                }
            }
            start = end;
        }
    });
}

/// Outputs and gradients are the same bits on one, two and seven threads.
#[test]
fn threads_change_no_bit() {
    let large = |dice: &mut Dice| {
        let mut drawn = dice.layer_or_both_directions();
        // Large enough to be cut, in batch or in time.
        drawn.batch *= dice.pick(&[1, 7]);
        drawn.time *= dice.pick(&[1, 5]);
        drawn
    };
    let before = elman::num_threads();
    for_all("threads", 60, large, |drawn, dice| {
        let (built, x) = built(drawn);
        let lengths: Vec<usize> = (0..drawn.batch).map(|_| dice.below(drawn.time + 1)).collect();
        let x = match dice.flip() {
            true => x.with_mask(Mask::from_lengths(&lengths, drawn.time)).unwrap(),
            false => x,
        };
        let inputs = [x];
        let on = |threads: usize| {
            elman::set_num_threads(threads);
            let outputs = built.call(&inputs, 1).unwrap();
            let upstream: Vec<Tensor> =
                outputs.iter().map(|y| noise(y.shape(), "upstream")).collect();
            built.gradients(&inputs, &upstream).unwrap()
        };
        let one = on(1);
        for threads in [2, 7] {
            let (outputs, of_inputs, of_weights) = on(threads);
            assert!(outputs == one.0, "outputs on {threads} threads");
            assert!(of_inputs == one.1, "gradients of inputs on {threads} threads");
            assert!(of_weights == one.2, "gradients of weights on {threads} threads");
        }
    });
    elman::set_num_threads(before);
}
