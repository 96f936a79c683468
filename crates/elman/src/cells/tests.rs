//! The two ways through a sequence, fused and step by step, give the same.

use super::*;
use crate::activations::Activation;
use crate::parameters::Builder;
use crate::random::Stream;
use crate::{Context, Float, Mask, Parameters, Result, Tensor};

/// The kernels have their own polynomials for exp and tanh and add up in another order; a state
/// carries the difference through the steps, and gradients sum it over all of them. Relative to the
/// largest value of an array, which its other values are differences of.
const TOLERANCE: Float = 1e-5;

const BATCH: usize = 3;
const TIME: usize = 6;
const FEATURES: usize = 4;

fn noise(shape: &[usize], purpose: &str) -> Tensor {
    let mut stream = Stream::new(7, purpose);
    let values = (0..shape.iter().product()).map(|_| stream.normal() as Float).collect();
    Tensor::new(shape, values).unwrap()
}

fn close(what: &str, a: &Tensor, b: &Tensor) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    let scale = b.data().iter().fold(1.0, |scale: Float, b| scale.max(b.abs()));
    for (i, (a, b)) in a.data().iter().zip(b.data()).enumerate() {
        assert!((a - b).abs() <= TOLERANCE * scale, "{what}, {i}: {a} and {b}");
    }
}

/// Everything that a sequence gives, forward and backward.
struct Computed {
    output: SequenceOutput,
    inputs: InputGradients,
    weights: Tensor,
}

fn compute(
    parameters: &Parameters,
    upstream: &SequenceGradients,
    forward: impl Fn(&mut Context) -> Result<SequenceOutput>,
    backward: impl Fn(&SequenceGradients, &mut Context) -> Result<InputGradients>,
) -> Computed {
    let mut cx = Context::differentiable(parameters);
    let output = forward(&mut cx).unwrap();
    let inputs = backward(upstream, &mut cx).unwrap();
    let weights = cx.into_gradients();
    Computed { output, inputs, weights: Tensor::new([weights.len()], weights).unwrap() }
}

fn check<C: Cell>(name: &str, mut cell: C) {
    let mut parameters = Parameters::default();
    cell.build(FEATURES, &mut Builder::new(&mut parameters, "c", "c", 0, true, 1)).unwrap();
    // Biases start at zero, where a wrong one would not show.
    let added = noise(&[parameters.values().len()], name);
    parameters.values_mut().iter_mut().zip(added.data()).for_each(|(w, v)| *w += 0.3 * v);
    let parameters = &parameters;
    let fused = cell.fused().expect("a cell that the kernels know");
    let units = cell.output_size();
    let states: Vec<Tensor> =
        (0..cell.state_sizes().len()).map(|i| noise(&[BATCH, units], &format!("h{i}"))).collect();
    let holes = noise(&[BATCH, TIME], "mask").data().iter().map(|v| *v > -0.5).collect();
    let mask = Mask::new([BATCH, TIME], holes).unwrap();
    for bits in 0..32 {
        let [backwards, all, zero, masked, given] = [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
        let what = format!("{name} of {units} {bits:05b}");
        let sequence = Sequence {
            x: noise(&[BATCH, TIME, FEATURES], "x"),
            initial_states: if given { states.clone() } else { Vec::new() },
            go_backwards: backwards,
            return_sequences: all,
            mask: masked.then(|| mask.clone()),
            zero_output_for_mask: zero,
            dropout: DropoutMasks::default(),
        };
        let shape: &[usize] = if all { &[BATCH, TIME, units] } else { &[BATCH, units] };
        let upstream = SequenceGradients {
            output: Some(noise(shape, "dy")),
            states: states.iter().cloned().map(Some).collect(),
        };
        let fast = compute(
            parameters,
            &upstream,
            |cx| fused.sequence(&sequence, cx),
            |upstream, cx| fused.sequence_backward(upstream, cx),
        );
        let plain = compute(
            parameters,
            &upstream,
            |cx| stepping::sequence_by_steps(&cell, &sequence, cx),
            |upstream, cx| stepping::sequence_by_steps_backward(&cell, upstream, cx),
        );
        close(&format!("{what}: output"), &fast.output.output, &plain.output.output);
        for (a, b) in fast.output.states.iter().zip(&plain.output.states) {
            close(&format!("{what}: state"), a, b);
        }
        let (a, b) = (fast.inputs.x.unwrap(), plain.inputs.x.unwrap());
        close(&format!("{what}: gradient of x"), &a, &b);
        assert_eq!(fast.inputs.initial_states.len(), plain.inputs.initial_states.len(), "{what}");
        for (a, b) in fast.inputs.initial_states.iter().zip(&plain.inputs.initial_states) {
            close(&format!("{what}: gradient of a first state"), a, b);
        }
        close(&format!("{what}: gradients of the weights"), &fast.weights, &plain.weights);
    }
}

/// Sizes around those of vectors, and activations with and without bounds.
#[test]
fn fused_sequences_are_loops_over_steps() {
    for units in [1, 5, 17] {
        let mut simple = SimpleRnnCell::new(units);
        check("simple_rnn", simple.clone());
        simple.activation = Activation::Elu;
        check("simple_rnn elu", simple);
        let mut lstm = LstmCell::new(units);
        check("lstm", lstm.clone());
        lstm.activation = Activation::Softsign;
        lstm.recurrent_activation = Activation::HardSigmoid;
        check("lstm softsign", lstm);
        let mut gru = GruCell::new(units);
        check("gru", gru.clone());
        gru.reset_after = false;
        check("gru reset before", gru.clone());
        gru.weights.use_bias = false;
        check("gru without bias", gru);
    }
}
