//! Truncated and checkpointed backpropagation through time against plain.

use elman::cells::{GruCell, LstmCell, SimpleRnnCell, StackedRnnCells};
use elman::layers::{ConvLstm1d, MinGru, Recurrent};
use elman::prelude::*;
use elman::{Context, Mask};

use crate::support::{Built, Report, noise};

const TIME: usize = 11;
const CHECKPOINTED: [Bptt; 4] = [
    Bptt { truncate: None, checkpoints: Checkpoints::SquareRoot },
    Bptt { truncate: None, checkpoints: Checkpoints::Every(1) },
    Bptt { truncate: None, checkpoints: Checkpoints::Every(5) },
    // Segments for a truncation that cuts nothing.
    Bptt { truncate: Some(TIME), checkpoints: Checkpoints::Every(3) },
];

struct Results {
    outputs: Vec<Tensor>,
    inputs: Vec<Option<Tensor>>,
    weights: Vec<f32>,
}

fn run(built: &Built, inputs: &[Tensor], upstream: &[Option<Tensor>], bptt: Bptt) -> Results {
    // Training, for its dropout.
    let mut cx = Context::training(&built.parameters, 3, 1).with_bptt(bptt);
    let outputs = built.layer.forward(inputs, &mut cx).unwrap();
    let inputs = built.layer.backward(upstream, &mut cx).unwrap();
    Results { outputs, inputs, weights: cx.into_gradients() }
}

fn holes() -> Mask {
    // Padded right, padded left, with a hole longer than a segment, full, without any step.
    let is_used = |row: usize, t: usize| match row {
        0 => t < 4,
        1 => t > 7,
        2 => t < 2 || t == 9,
        3 => true,
        _ => false,
    };
    let data = (0..5).flat_map(|row| (0..TIME).map(move |t| is_used(row, t))).collect();
    Mask::new([5, TIME], data).unwrap()
}

type Make = fn() -> Box<dyn Recurrent>;

fn layers() -> Vec<(&'static str, &'static [usize], Make)> {
    vec![
        ("SimpleRNN", &[3], || Box::new(SimpleRnn::new(4).dropout(0.3))),
        ("LSTM", &[3], || Box::new(Lstm::new(4).dropout(0.2).recurrent_dropout(0.3))),
        ("GRU", &[3], || Box::new(Gru::new(4).recurrent_dropout(0.3))),
        ("GRU before", &[3], || Box::new(Gru::new(4).reset_after(false))),
        ("steps", &[3], || Box::new(Gru::new(4).activation(Activation::Softmax))),
        ("stack", &[3], || {
            let cells = StackedRnnCells::new([LstmCell::new(4), LstmCell::new(2)]);
            Box::new(Rnn::over(cells.push(GruCell::new(3)).push(SimpleRnnCell::new(5))))
        }),
        ("MinGRU", &[3], || Box::new(MinGru::new(4))),
        ("ConvLSTM1D", &[6, 2], || Box::new(ConvLstm1d::new(3, 2))),
    ]
}

/// The same outputs bit by bit, and the same gradients but for the order of additions: with every
/// option, masks with holes, initial states, and dropout.
#[test]
fn checkpoints_change_no_gradient() {
    let mut report = Report::default();
    let mut compared = 0;
    for (name, step, make) in layers() {
        for bits in 0..32 {
            let flag = |i: usize| bits & (1 << i) != 0;
            let mut options = make().options();
            options.return_sequences = flag(0);
            options.go_backwards = flag(1);
            options.zero_output_for_mask = flag(2);
            options.return_state = true;
            let layer = make().with_options(options);
            let mut x = noise(&[&[5, TIME], step].concat(), "x");
            if flag(3) {
                x = x.with_mask(holes()).unwrap();
            }
            let mut inputs = vec![x];
            let shapes: Vec<elman::Shape> = inputs.iter().map(|x| x.shape().into()).collect();
            let outputs = layer.output_shapes(&shapes).unwrap();
            if flag(4) {
                for (i, state) in outputs[1..].iter().enumerate() {
                    let shape: Vec<usize> = state.dims().iter().map(|d| d.unwrap()).collect();
                    inputs.push(noise(&shape, &format!("state {i}")));
                }
            }
            let built = Built::new(layer, &inputs).unwrap();
            let upstream: Vec<Option<Tensor>> = built
                .forward(&inputs)
                .unwrap()
                .into_iter()
                .enumerate()
                .map(|(i, y)| Some(noise(y.shape(), &format!("upstream {i}"))))
                .collect();
            let plain = run(&built, &inputs, &upstream, Bptt::default());
            for bptt in CHECKPOINTED {
                let name = format!("{name}, options {bits}, {bptt:?}");
                let other = run(&built, &inputs, &upstream, bptt);
                assert_eq!(plain.outputs, other.outputs, "{name}");
                assert_eq!(plain.inputs.len(), other.inputs.len(), "{name}");
                for (a, b) in plain.inputs.iter().zip(&other.inputs) {
                    report.close(&name, b.as_ref().unwrap(), a.as_ref().unwrap(), 1e-5);
                    compared += 1;
                }
                let weights =
                    |values: &[f32]| Tensor::new([values.len()], values.to_vec()).unwrap();
                report.close(&name, &weights(&other.weights), &weights(&plain.weights), 2e-5);
                compared += 1;
            }
        }
    }
    report.finish(compared);
}

/// No gradient of an output but the last, for layers with one output and those with several.
#[test]
fn absent_gradients_stay_absent() {
    for sequences in [false, true] {
        let layer = Lstm::new(4).return_sequences(sequences).return_state(true);
        let inputs =
            [noise(&[2, TIME, 3], "x").with_mask(Mask::from_lengths(&[TIME, 2], TIME)).unwrap()];
        let built = Built::new(Box::new(layer), &inputs).unwrap();
        let upstream = [None, Some(noise(&[2, 4], "h")), None];
        let plain = run(&built, &inputs, &upstream, Bptt::default());
        for bptt in CHECKPOINTED {
            let other = run(&built, &inputs, &upstream, bptt);
            let mut report = Report::default();
            report.close(
                "x",
                other.inputs[0].as_ref().unwrap(),
                plain.inputs[0].as_ref().unwrap(),
                1e-5,
            );
            report.finish(1);
        }
    }
}

/// Cut after `steps`, the gradient of the last output is that of the last steps alone, starting
/// from given states.
#[test]
fn a_truncated_gradient_is_that_of_the_last_steps() {
    const STEPS: usize = 4;
    let x = noise(&[3, TIME, 2], "x");
    let cut = TIME - STEPS;
    let make = || Box::new(Lstm::new(5).return_state(true));
    let whole = Built::new(make(), std::slice::from_ref(&x)).unwrap();
    let upstream =
        [Some(noise(&[3, 5], "y")), Some(noise(&[3, 5], "h")), Some(noise(&[3, 5], "c"))];
    let steps = |from: usize, to: usize| {
        let data =
            x.data().chunks(TIME * 2).flat_map(|row| row[from * 2..to * 2].to_vec()).collect();
        Tensor::new([3, to - from, 2], data).unwrap()
    };
    let first = whole.forward(&[steps(0, cut)]).unwrap();
    let tail = [steps(cut, TIME), first[1].clone(), first[2].clone()];
    let mut last = Built::new(make(), &tail).unwrap();
    last.parameters.values_mut().copy_from_slice(whole.parameters.values());
    let expected = run(&last, &tail, &upstream, Bptt::default());
    for checkpoints in [Checkpoints::Everything, Checkpoints::Every(3), Checkpoints::SquareRoot] {
        let bptt = Bptt { truncate: Some(STEPS), checkpoints };
        let got = run(&whole, std::slice::from_ref(&x), &upstream, bptt);
        let mut report = Report::default();
        let weights = |values: &[f32]| Tensor::new([values.len()], values.to_vec()).unwrap();
        report.close("weights", &weights(&got.weights), &weights(&expected.weights), 1e-5);
        let of_x = got.inputs[0].as_ref().unwrap();
        for (row, expected) in
            expected.inputs[0].as_ref().unwrap().data().chunks(STEPS * 2).enumerate()
        {
            let row = &of_x.data()[row * TIME * 2..(row + 1) * TIME * 2];
            assert!(row[..cut * 2].iter().all(|g| *g == 0.0), "before the cut");
            let (a, b) = (row[cut * 2..].to_vec(), expected.to_vec());
            report.close(
                "x",
                &Tensor::new([a.len()], a).unwrap(),
                &Tensor::new([b.len()], b).unwrap(),
                1e-5,
            );
        }
        report.finish(4);
    }
}

/// Every output of a sequence sends its gradient back to the last cut before it, and no further.
#[test]
fn gradients_of_all_outputs_stop_at_cuts() {
    const STEPS: usize = 4;
    let layer = SimpleRnn::new(3).return_sequences(true);
    let inputs = [noise(&[1, TIME, 2], "x")];
    let built = Built::new(Box::new(layer), &inputs).unwrap();
    let bptt = Bptt { truncate: Some(STEPS), ..Bptt::default() };
    for t in 0..TIME {
        let mut upstream = Tensor::zeros([1, TIME, 3]);
        upstream.data_mut()[t * 3..(t + 1) * 3].fill(1.0);
        let got = run(&built, &inputs, &[Some(upstream)], bptt);
        let of_x = got.inputs[0].as_ref().unwrap();
        let reached: Vec<usize> = (0..TIME)
            .filter(|t| of_x.data()[t * 2..(t + 1) * 2].iter().any(|g| *g != 0.0))
            .collect();
        // 11 steps, counted from the end: 0 to 2, 3 to 6, 7 to 10.
        let from = [0, 3, 7].into_iter().rfind(|start| *start <= t).unwrap();
        assert_eq!(reached, (from..=t).collect::<Vec<_>>(), "output {t}");
    }
}

/// The last steps of a padded row are further back than a truncation reaches; it learns all the
/// same.
#[test]
fn padded_rows_keep_their_gradients() {
    let lengths = [3, 1, TIME, 7];
    let x = noise(&[4, TIME, 2], "x").with_mask(Mask::from_lengths(&lengths, TIME)).unwrap();
    let built = Built::new(Box::new(Gru::new(3)), std::slice::from_ref(&x)).unwrap();
    let bptt = Bptt { truncate: Some(4), ..Bptt::default() };
    let got = run(&built, std::slice::from_ref(&x), &[Some(noise(&[4, 3], "y"))], bptt);
    let of_x = got.inputs[0].as_ref().unwrap();
    // Cuts stand before steps 3 and 7.
    for (row, (length, from)) in lengths.into_iter().zip([0, 0, 7, 3]).enumerate() {
        for t in 0..TIME {
            let at = (row * TIME + t) * 2;
            let reached = of_x.data()[at..at + 2].iter().any(|g| *g != 0.0);
            assert_eq!(reached, (from..length).contains(&t), "row {row}, step {t}");
        }
    }
}

fn trained(fit: Fit) -> Vec<f32> {
    let mut model = Sequential::new().seed(5);
    model
        .add(
            Bidirectional::new(Lstm::new(4).dropout(0.2).return_sequences(true))
                .input_shape([TIME, 2]),
        )
        .unwrap();
    model.add(Gru::new(3)).unwrap().add(Dense::new(1)).unwrap();
    model.compile(Adam::new(0.01), "mse", &[]).unwrap();
    let fit = fit.epochs(3).batch_size(8).verbose(Verbose::Silent);
    model.fit(noise(&[20, TIME, 2], "x"), noise(&[20, 1], "y"), fit).unwrap();
    model.weights().iter().flat_map(|w| w.data().to_vec()).collect()
}

#[test]
fn trainings_end_with_the_same_weights() {
    let plain = trained(Fit::new());
    assert_eq!(plain, trained(Fit::new().truncated_bptt(TIME)));
    assert_eq!(plain, trained(Fit::new().truncated_bptt(10 * TIME)));
    let checkpointed = trained(Fit::new().checkpointed_bptt(Checkpoints::SquareRoot));
    let furthest = plain.iter().zip(&checkpointed).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(furthest < 1e-4, "{furthest}");
    let truncated = trained(Fit::new().truncated_bptt(2));
    assert!(plain.iter().zip(&truncated).any(|(a, b)| (a - b).abs() > 1e-3));
}

#[test]
fn no_steps_are_refused() {
    let mut model = Sequential::new();
    model.add(SimpleRnn::new(1).input_shape([2, 1])).unwrap();
    model.compile(Sgd::new(0.1), "mse", &[]).unwrap();
    for (fit, argument) in [
        (Fit::new().truncated_bptt(0), "truncated_bptt"),
        (Fit::new().checkpointed_bptt(Checkpoints::Every(0)), "checkpointed_bptt"),
    ] {
        let error = model.fit(noise(&[1, 2, 1], "x"), noise(&[1, 1], "y"), fit).unwrap_err();
        assert!(error.to_string().contains(argument), "{error}");
    }
}
