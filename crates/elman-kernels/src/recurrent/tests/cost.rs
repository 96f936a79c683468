//! What masked steps cost: next to nothing.

use super::support::{Case, Random, narrow};
use crate::recurrent::{
    Cell, Gradients, OutputGradients, Outputs, Sequence, backward, forward, forward_saving,
};
use crate::{Activation, Float, active_isa, set_num_threads};
use std::time::Instant;

/// Batch, time, features, units.
const SIZE: [usize; 4] = [32, 200, 64, 128];
/// Pairs of measurements, of which the median counts: other programs disturb single ones.
const PAIRS: usize = 41;
/// Of the time without a mask, where half of the steps are masked. A tenth is for what does not
/// shrink with them: panels are read for few rows as for many, and states and outputs of masked
/// steps are still written.
const MOST: f64 = 0.6;

fn seconds(case: &Case, training: bool) -> f64 {
    let packed = case.pack(active_isa());
    let x = narrow(&case.x);
    let input = Sequence {
        x: &x,
        batch: case.batch,
        time: case.time,
        go_backwards: false,
        initial_states: &[],
        mask: case.mask.as_deref(),
        zero_output_for_mask: false,
        input_dropout: None,
        recurrent_dropout: None,
    };
    let mut output = vec![0.0; case.batch * case.time * case.units];
    let upstream: Vec<Float> = vec![0.01; output.len()];
    let mut gradients =
        [&case.x, &case.kernel, &case.recurrent_kernel, case.bias.as_ref().unwrap()]
            .map(|like| vec![0.0; like.len()]);
    let start = Instant::now();
    let outputs = Outputs { sequence: Some(&mut output), last_output: None, states: &mut [] };
    if training {
        let tape = forward_saving(&packed, &input, outputs);
        let upstream =
            OutputGradients { sequence: Some(&upstream), last_output: None, states: &[] };
        let [x, kernel, recurrent_kernel, bias] = &mut gradients;
        let (x, bias) = (Some(x.as_mut_slice()), Some(bias.as_mut_slice()));
        let gradients = Gradients { x, initial_states: &mut [], kernel, recurrent_kernel, bias };
        backward(&packed, &input, tape, &upstream, gradients);
    } else {
        forward(&packed, &input, outputs);
    }
    start.elapsed().as_secs_f64()
}

#[test]
#[ignore = "measures time: alone, and in a release build"]
fn padded_batches_cost_their_steps() {
    set_num_threads(1);
    let [batch, time, ..] = SIZE;
    let activations = (Activation::Tanh, Activation::Sigmoid);
    let cell = Cell::Lstm { activation: activations.0, recurrent_activation: activations.1 };
    let full = Case::new(cell, SIZE, 1);
    let mut padded = Case::new(cell, SIZE, 1);
    // Lengths spread evenly over 1 to `time`, in any order.
    let mut lengths: Vec<usize> = (0..batch).map(|b| 1 + b * (time - 1) / (batch - 1)).collect();
    let mut random = Random(2);
    for b in (1..batch).rev() {
        lengths.swap(b, random.below(b + 1));
    }
    padded.mask = Some((0..batch * time).map(|i| i % time < lengths[i / time]).collect());
    let mean = lengths.iter().sum::<usize>() as f64 / (batch * time) as f64;
    for training in [false, true] {
        let mut ratios: Vec<f64> =
            (0..PAIRS).map(|_| seconds(&padded, training) / seconds(&full, training)).collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios[PAIRS / 2];
        println!("training {training}: {mean:.3} of the steps, {ratio:.3} of the time");
        assert!(ratio <= MOST, "training {training}: {ratio} of the time for {mean} of the steps");
    }
}
