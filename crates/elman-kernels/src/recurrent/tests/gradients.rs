//! The plain backward pass against central differences, in f64.

use super::support::{Case, Random, cells};
use crate::Activation::*;
use crate::recurrent::reference::{Upstream, backward, forward};

/// The loss: a random weighting of everything a layer returns.
struct Loss {
    sequence: Vec<f64>,
    last: Vec<f64>,
    states: Vec<Vec<f64>>,
}

impl Loss {
    fn new(case: &Case, seed: u64) -> Loss {
        let mut random = Random(seed);
        let n = case.batch * case.units;
        Loss {
            sequence: random.numbers(n * case.time, 1.0),
            last: random.numbers(n, 1.0),
            states: (0..case.cell.states()).map(|_| random.numbers(n, 1.0)).collect(),
        }
    }

    fn of(&self, case: &Case) -> f64 {
        let initial: Vec<&[f64]> = case.initial.iter().map(Vec::as_slice).collect();
        let trace = forward(&case.problem(&initial));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut loss = dot(&self.sequence, &trace.sequence) + dot(&self.last, &trace.last_output);
        for (i, weight) in self.states.iter().enumerate() {
            loss += dot(weight, trace.state(i, case.batch, case.units));
        }
        loss
    }
}

/// Compares a gradient with central differences in each element of one of the case's vectors.
fn compare(
    name: &str,
    case: &mut Case,
    loss: &Loss,
    gradient: &[f64],
    vector: impl Fn(&mut Case) -> &mut Vec<f64>,
) {
    const STEP: f64 = 1e-5;
    for i in 0..gradient.len() {
        let value = vector(case)[i];
        vector(case)[i] = value + STEP;
        let up = loss.of(case);
        vector(case)[i] = value - STEP;
        let down = loss.of(case);
        vector(case)[i] = value;
        let expected = (up - down) / (2.0 * STEP);
        assert!(
            (gradient[i] - expected).abs() < 1e-8 * (1.0 + expected.abs()),
            "{:?} {name}[{i}]: backward {} but differences {expected}",
            case.cell,
            gradient[i],
        );
    }
}

fn check(mut case: Case) {
    let loss = Loss::new(&case, 77);
    let states: Vec<Option<&[f64]>> = loss.states.iter().map(|s| Some(s.as_slice())).collect();
    let up =
        Upstream { sequence: Some(&loss.sequence), last_output: Some(&loss.last), states: &states };
    let initial = case.initial.clone();
    let initial: Vec<&[f64]> = initial.iter().map(Vec::as_slice).collect();
    let problem = case.problem(&initial);
    let result = backward(&problem, &forward(&problem), &up);
    compare("x", &mut case, &loss, &result.x, |case| &mut case.x);
    compare("kernel", &mut case, &loss, &result.kernel, |case| &mut case.kernel);
    let recurrent = &result.recurrent_kernel;
    compare("recurrent", &mut case, &loss, recurrent, |case| &mut case.recurrent_kernel);
    if case.bias.is_some() {
        compare("bias", &mut case, &loss, &result.bias, |case| case.bias.as_mut().unwrap());
    }
    for (i, gradient) in [&result.h, &result.c].into_iter().take(case.initial.len()).enumerate() {
        compare("state", &mut case, &loss, gradient, |case| &mut case.initial[i]);
    }
}

#[test]
fn plain_backward_matches_finite_differences() {
    for (activation, recurrent) in [(Tanh, Sigmoid), (Mish, HardSigmoid), (Softmax, Gelu)] {
        for cell in cells(activation, recurrent) {
            check(Case::new(cell, [2, 4, 3, 2], 1));
            check(Case::new(cell, [2, 3, 2, 3], 2).with_initial_states(3));
            let gates = cell.gates();
            for masks in [[1, 0], [0, gates], [1, gates], [gates, gates], [gates, 1]] {
                check(Case::new(cell, [2, 3, 4, 3], 9).with_dropout(masks, 10));
            }
            let mut case = Case::new(cell, [3, 5, 2, 2], 4).with_initial_states(5).with_mask(6);
            case.go_backwards = true;
            case.bias = None;
            check(case.with_dropout([gates, gates], 11));
            let mut case = Case::new(cell, [3, 4, 2, 2], 7).with_mask(8);
            case.zero_output_for_mask = true;
            check(case);
        }
    }
}
