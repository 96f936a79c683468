//! Cells that files don't know: one of the user's own, and stacks step by step.

use elman::cells::{
    AnyCell, Cell, DropoutMasks, GruCell, LstmCell, SimpleRnnCell, StackedRnnCells,
};
use elman::layers::Layer;
use elman::parameters::{Builder, Parameter};
use elman::prelude::*;
use elman::{Context, Result, ops};
use serde_json::{Map, Value};

use crate::support::{Built, Gradients, Report, TOLERANCE, Wrapped, noise};

/// Whole sequences through one cell after the other give what all cells give step by step.
#[test]
fn stacks_equal_their_steps() {
    let stack = || {
        StackedRnnCells::new([LstmCell::new(5), LstmCell::new(4)])
            .push(GruCell::new(3).recurrent_activation(Activation::Softmax))
            .push(StackedRnnCells::new([SimpleRnnCell::new(6), SimpleRnnCell::new(2)]))
    };
    let holes = array![[true, false, true, true, false], [false, false, true, false, true]];
    let mut inputs = vec![noise(&[2, 5, 3], "x")];
    let sizes = stack().state_sizes();
    inputs.extend(sizes.iter().enumerate().map(|(i, n)| noise(&[2, *n], &i.to_string())));
    let mut report = Report::default();
    for bits in 0..16 {
        let flag = |i: usize| bits & (1 << i) != 0;
        let layer = |cell: AnyCell| -> Box<dyn Layer> {
            let rnn = Rnn::over(cell).return_sequences(flag(0)).go_backwards(flag(1));
            Box::new(rnn.zero_output_for_mask(flag(2)).return_state(true))
        };
        inputs[0] = noise(&[2, 5, 3], "x");
        if flag(3) {
            inputs[0] = inputs[0].clone().with_mask(holes.clone()).unwrap();
        }
        let whole = Built::new(layer(stack().into_any()), &inputs).unwrap();
        let steps = Wrapped::stepwise(stack()).into_any();
        let mut stepping = Built::new(layer(steps), &inputs).unwrap();
        stepping.parameters.values_mut().copy_from_slice(whole.parameters.values());
        let upstream: Vec<Tensor> = whole.forward(&inputs).unwrap();
        let (a, b) = (
            whole.gradients(&inputs, &upstream).unwrap(),
            stepping.gradients(&inputs, &upstream).unwrap(),
        );
        let all = |(outputs, inputs, weights): Gradients| {
            outputs.into_iter().chain(inputs.into_iter().flatten()).chain(weights)
        };
        for (i, (a, b)) in all(a).zip(all(b)).enumerate() {
            report.close(&format!("options {bits}, array {i}"), &a, &b, TOLERANCE);
        }
    }
    report.finish(16 * (8 + 8 + 15));
}

/// A cell of the user's: `v' = 0.9 v + x @ kernel`, `e' = e + |v'|²`, output `[v', e']`.
#[derive(Clone)]
struct Pushed {
    units: usize,
    kernel: Parameter,
}

impl Pushed {
    fn new(units: usize) -> Pushed {
        Pushed { units, kernel: Parameter::default() }
    }
}

impl Cell for Pushed {
    fn class_name(&self) -> &'static str {
        "Pushed"
    }

    fn config(&self) -> Map<String, Value> {
        Map::from_iter([("units".to_owned(), self.units.into())])
    }

    fn output_size(&self) -> usize {
        self.units + 1
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units, 1]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        let shape = [features, self.units];
        self.kernel = builder.add("kernel", &shape, &Initializer::glorot_uniform())?;
        Ok(())
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        _: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let push = ops::matmul(x, cx.value(self.kernel), self.units);
        let v = ops::add(&ops::scale(&states[0], 0.9), &push);
        let squares = v.data().chunks(self.units).map(|v| v.iter().map(|v| v * v).sum());
        let e = ops::add(&states[1], &Tensor::new([v.shape()[0], 1], squares.collect())?);
        cx.save((x.clone(), v.clone()));
        Ok((ops::concatenate(&[&v, &e]), vec![v, e]))
    }

    fn step_backward(
        &self,
        dy: &Tensor,
        d_states: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (x, v): (Tensor, Tensor) = cx.restore("Pushed")?;
        let mut dv = ops::add(&ops::columns(dy, 0, self.units), &d_states[0]);
        let de = ops::add(&ops::columns(dy, self.units, 1), &d_states[1]);
        for (i, dv) in dv.data_mut().iter_mut().enumerate() {
            *dv += 2.0 * v.data()[i] * de.data()[i / self.units];
        }
        let [kernel] = cx.gradients([self.kernel]);
        ops::accumulate_outer(&x, &dv, kernel);
        let dx = ops::matmul_transposed(&dv, cx.value(self.kernel), x.width());
        Ok((dx, vec![ops::scale(&dv, 0.9), de]))
    }
}

/// What the user's cell computes, written out for one sequence.
fn pushed_by_hand(kernel: &[f32], steps: &[&[f32]]) -> Vec<Vec<f32>> {
    let (mut v, mut e) = (vec![0.0; 2], 0.0);
    let step = |x: &&[f32]| {
        for (unit, v) in v.iter_mut().enumerate() {
            *v =
                0.9 * *v + x.iter().enumerate().map(|(f, x)| x * kernel[2 * f + unit]).sum::<f32>();
        }
        e += v.iter().map(|v| v * v).sum::<f32>();
        vec![v[0], v[1], e]
    };
    steps.iter().map(step).collect()
}

#[test]
fn a_cell_of_ones_own_is_a_layer() {
    let x = noise(&[2, 4, 3], "x");
    let layer = || Rnn::over(Pushed::new(2)).return_sequences(true).return_state(true);
    let built = Built::new(Box::new(layer()), std::slice::from_ref(&x)).unwrap();
    let shapes = built.layer.output_shapes(&[x.shape().into()]).unwrap();
    let shapes: Vec<String> = shapes.iter().map(Shape::to_string).collect();
    assert_eq!(shapes, ["(2, 4, 3)", "(2, 2)", "(2, 1)"]);
    let outputs = built.forward(std::slice::from_ref(&x)).unwrap();
    let mut report = Report::default();
    let kernel = built.parameters.values();
    let rows = |b: usize, from: usize| -> Vec<&[f32]> {
        (from..4).map(|t| &x.data()[(4 * b + t) * 3..][..3]).collect()
    };
    let by_hand: Vec<f32> =
        (0..2).flat_map(|b| pushed_by_hand(kernel, &rows(b, 0)).concat()).collect();
    let by_hand = Tensor::new([2, 4, 3], by_hand).unwrap();
    report.close("outputs", &outputs[0], &by_hand, TOLERANCE);

    // A step that is left out is as if it were not there.
    let late = [[false, true, true, true], [true, true, true, true]];
    let masked = x.clone().with_mask(ndarray::arr2(&late)).unwrap();
    let states = built.forward(&[masked]).unwrap();
    let shorter = pushed_by_hand(kernel, &rows(0, 1)).pop().unwrap();
    report.close(
        "velocity under a mask",
        &states[1].rows(0, 1),
        &Tensor::new([1, 2], shorter[..2].to_vec()).unwrap(),
        TOLERANCE,
    );
    report.close(
        "energy under a mask",
        &states[2].rows(0, 1),
        &Tensor::new([1, 1], shorter[2..].to_vec()).unwrap(),
        TOLERANCE,
    );

    // Both directions: the backward half starts at the end.
    let both = Bidirectional::new(layer());
    let both = Built::new(Box::new(both), std::slice::from_ref(&x)).unwrap();
    let outputs = both.forward(std::slice::from_ref(&x)).unwrap();
    assert_eq!(outputs.iter().map(Tensor::width).collect::<Vec<_>>(), [6, 2, 1, 2, 1]);
    let kernel = &both.parameters.values()[6..];
    let reversed: Vec<&[f32]> = rows(1, 0).into_iter().rev().collect();
    let backward = pushed_by_hand(kernel, &reversed);
    let expected: Vec<f32> = backward.iter().rev().flatten().copied().collect();
    let got = ops::columns(&outputs[0].rows(1, 2), 3, 3);
    report.close("backward", &got, &Tensor::new([1, 4, 3], expected).unwrap(), TOLERANCE);
    report.finish(4);
}

/// States of different sizes are kept from call to call, and a file is refused by the class's name.
#[test]
fn a_cell_of_ones_own_in_a_model() {
    let x = noise(&[2, 4, 3], "x");
    let model = |stateful: bool, time: usize| {
        let mut model = Sequential::new().seed(1);
        let rnn = Rnn::over(Pushed::new(2)).stateful(stateful).name("pushed");
        model.add(rnn.batch_input_shape([2, time, 3])).unwrap();
        model
    };
    let halves = model(true, 2);
    let half = |start: usize| {
        let rows = x.data().chunks(12).flat_map(|b| b[start * 3..][..6].to_vec()).collect();
        halves.predict(Tensor::new([2, 2, 3], rows).unwrap()).unwrap()
    };
    half(0);
    assert_eq!(half(2), model(false, 4).predict(&x).unwrap());

    let error = Model::from_bytes(&halves.to_bytes().unwrap(), "own.keras").err().unwrap();
    assert!(error.to_string().contains("Custom>Pushed"), "{error}");
}

#[test]
fn invalid_cells_are_named() {
    let refused = |cell: AnyCell, words: &[&str]| {
        let mut model = Sequential::new();
        let error = model.add(Rnn::over(cell).name("top").input_shape([4, 3])).err().unwrap();
        let message = error.to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    let none: [LstmCell; 0] = [];
    refused(StackedRnnCells::new(none).into_any(), &["top", "StackedRNNCells", "cells", "one"]);
    let zero = StackedRnnCells::new([GruCell::new(2), GruCell::new(0)]);
    refused(zero.into_any(), &["top", "RNN", "GRUCell", "units", "positive"]);
    let config = serde_json::json!({ "cell": { "class_name": "PeepholeCell", "config": {} } });
    let error = elman::layers::layer_from_config("RNN", config.as_object().unwrap()).err().unwrap();
    assert!(error.to_string().contains("PeepholeCell"), "{error}");
    let config = serde_json::json!({
        "cell": { "class_name": "LSTMCell", "config": { "units": 2, "peephole": true } },
    });
    let error = elman::layers::layer_from_config("RNN", config.as_object().unwrap()).err().unwrap();
    assert!(error.to_string().contains("peephole"), "{error}");
    assert!(elman::layers::layer_from_config("RNN", &Map::new()).is_err());
}
