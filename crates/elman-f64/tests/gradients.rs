//! The gradients of every layer, in double precision, against central differences.

use elman_f64::cells::{Cell, GruCell, LstmCell, SimpleRnnCell, StackedRnnCells};
use elman_f64::layers::{Layer, LayerOptions};
use elman_f64::parameters::Builder;
use elman_f64::prelude::*;
use elman_f64::random::Stream;
use elman_f64::regularizers::OrthogonalMode;
use elman_f64::{Context, Parameters};

/// A central difference of step 1e-5 is off by about its square and by rounding over the step.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-7;

fn noise(shape: &[usize], purpose: &str) -> Tensor {
    let mut stream = Stream::new(3, purpose);
    Tensor::new(shape, (0..shape.iter().product()).map(|_| stream.normal()).collect()).unwrap()
}

/// Checks all gradients of `layer` for these inputs; integers have none.
fn check(name: &str, layer: Box<dyn Layer>, inputs: &[Tensor], differentiable: bool) {
    check_in(|parameters| Context::differentiable(parameters), name, layer, inputs, differentiable);
}

/// [`check`] in training, with the random numbers of one step.
fn check_training(name: &str, layer: Box<dyn Layer>, inputs: &[Tensor]) {
    check_in(|parameters| Context::training(parameters, 1, 2), name, layer, inputs, true);
}

fn check_in(
    context: fn(&Parameters) -> Context,
    name: &str,
    mut layer: Box<dyn Layer>,
    inputs: &[Tensor],
    differentiable: bool,
) {
    let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
    let mut parameters = Parameters::default();
    layer.output_shapes(&shapes).unwrap();
    layer.build(&shapes, &mut Builder::new(&mut parameters, "l", "l", 0, true, 1)).unwrap();
    // Biases start at zero, where a wrong sign would not show.
    let mut stream = Stream::new(4, name);
    parameters.values_mut().iter_mut().for_each(|w| *w += 0.3 * stream.normal());

    // The outputs, and the penalties on them and on the weights.
    let run = |parameters: &Parameters, inputs: &[Tensor]| {
        let mut cx = context(parameters).with_losses();
        let outputs = layer.call(inputs, &mut cx).unwrap();
        (outputs, cx.losses() + parameters.penalty().unwrap())
    };
    let upstream: Vec<Tensor> = run(&parameters, inputs)
        .0
        .iter()
        .enumerate()
        .map(|(i, y)| noise(y.shape(), &format!("upstream {i}")))
        .collect();
    let loss = |parameters: &Parameters, inputs: &[Tensor]| -> f64 {
        let (outputs, penalties) = run(parameters, inputs);
        let dot = |(y, u): (&Tensor, &Tensor)| {
            y.data().iter().zip(u.data()).map(|(y, u)| y * u).sum::<f64>()
        };
        outputs.iter().zip(&upstream).map(dot).sum::<f64>() + penalties
    };

    let mut cx = context(&parameters).with_losses();
    layer.call(inputs, &mut cx).unwrap();
    let given: Vec<_> = upstream.iter().cloned().map(Some).collect();
    let of_inputs = layer.call_backward(&given, &mut cx).unwrap();
    let mut of_weights = cx.into_gradients();
    parameters.add_penalty_gradients(&mut of_weights).unwrap();

    let compare = |what: String, got: f64, plus: f64, minus: f64| {
        let expected = (plus - minus) / (2.0 * STEP);
        let error = (got - expected).abs() / expected.abs().max(1.0);
        assert!(error < TOLERANCE, "{name}, {what}: {got}, differences give {expected}");
    };
    // What is recorded rather than learnt has no gradient.
    let learnt = parameters.entries().iter().filter(|entry| entry.trainable);
    for i in learnt.flat_map(|entry| entry.range.clone()) {
        let got = of_weights[i];
        let at = |delta: f64| {
            let mut moved = parameters.clone();
            moved.values_mut()[i] += delta;
            loss(&moved, inputs)
        };
        compare(format!("weight value {i}"), got, at(STEP), at(-STEP));
    }
    for (n, input) in inputs.iter().enumerate().filter(|_| differentiable) {
        let gradient = of_inputs[n].as_ref().expect("a gradient of every input");
        for i in 0..input.len() {
            let at = |delta: f64| {
                let mut moved = inputs.to_vec();
                moved[n].data_mut()[i] += delta;
                loss(&parameters, &moved)
            };
            compare(format!("input {n}, value {i}"), gradient.data()[i], at(STEP), at(-STEP));
        }
    }
}

fn sequence() -> Tensor {
    noise(&[2, 4, 3], "x")
}

#[test]
fn recurrent_layers() {
    let state = |i: usize| noise(&[2, 5], &format!("state {i}"));
    for back in [false, true] {
        for all in [false, true] {
            let with_state = [sequence(), state(0)];
            let with_states = [sequence(), state(0), state(1)];
            macro_rules! configured {
                ($layer:expr) => {
                    Box::new($layer.go_backwards(back).return_sequences(all).return_state(true))
                };
            }
            check("simple_rnn", configured!(SimpleRnn::new(5)), &with_state, true);
            check("lstm", configured!(Lstm::new(5)), &with_states, true);
            check("gru", configured!(Gru::new(5)), &with_state, true);
            check("gru before", configured!(Gru::new(5).reset_after(false)), &with_state, true);
            // Activations that the fused kernels don't know go step by step.
            let softmax = SimpleRnn::new(5).activation(Activation::Softmax);
            check("simple_rnn softmax", configured!(softmax), &with_state, true);
            check(
                "lstm gelu",
                configured!(Lstm::new(5).activation(Activation::Gelu)),
                &with_states,
                true,
            );
            let mish = Gru::new(5).activation(Activation::Mish);
            check("gru mish", configured!(mish.clone()), &with_state, true);
            check("gru before mish", configured!(mish.reset_after(false)), &with_state, true);
        }
    }
}

#[test]
fn dropout() {
    macro_rules! check_rates {
        ($name:literal, $layer:expr) => {
            for (rate, recurrent) in [(0.4, 0.0), (0.0, 0.4), (0.4, 0.4)] {
                let layer =
                    $layer.dropout(rate).recurrent_dropout(recurrent).return_sequences(true);
                check_training($name, Box::new(layer.return_state(true)), &[sequence()]);
            }
        };
    }
    check_rates!("simple_rnn", SimpleRnn::new(5));
    check_rates!("lstm", Lstm::new(5));
    check_rates!("gru", Gru::new(5));
    check_rates!("gru before", Gru::new(5).reset_after(false));
    check_rates!("lstm softmax", Lstm::new(5).recurrent_activation(Activation::Softmax));
    check_training("dropout", Box::new(Dropout::new(0.5)), &[sequence()]);
}

#[test]
fn minimal_layers() {
    let with_state = [sequence(), noise(&[2, 5], "state")];
    for back in [false, true] {
        for all in [false, true] {
            macro_rules! check_both {
                ($name:literal, $layer:expr) => {
                    for positive in [false, true] {
                        let layer = $layer.positive(positive).go_backwards(back);
                        let layer = layer.return_sequences(all).return_state(true);
                        check($name, Box::new(layer), &with_state, true);
                    }
                    check($name, Box::new($layer.use_bias(false)), &[sequence()], true);
                };
            }
            check_both!("min_gru", MinGru::new(5));
            check_both!("min_lstm", MinLstm::new(5));
        }
    }
}

#[test]
fn convolutional_layers() {
    let flat = [noise(&[2, 3, 4, 2], "x"), noise(&[2, 3, 2], "h"), noise(&[2, 3, 2], "c")];
    for all in [false, true] {
        let layer = ConvLstm1d::new(2, 2).return_sequences(all).return_state(true);
        check("conv_lstm1d", Box::new(layer.clone().go_backwards(all)), &flat, true);
        let layer = layer.dropout(0.3).recurrent_dropout(0.3);
        check_training("conv_lstm1d dropout", Box::new(layer), &flat[..1]);
    }
    let image = [noise(&[1, 2, 3, 4, 2], "x")];
    let layer = ConvLstm2d::new(2, [2, 3]).padding(Padding::Same);
    check("conv_lstm2d strides", Box::new(layer.clone().strides([2, 1])), &image, true);
    check("conv_lstm2d dilation", Box::new(layer.dilation_rate([1, 2])), &image, true);
    let volume = [noise(&[1, 2, 2, 3, 2, 1], "x")];
    check("conv_lstm3d", Box::new(ConvLstm3d::new(1, [1, 2, 2])), &volume, true);
}

#[test]
fn stacked_cells() {
    let cells = || {
        StackedRnnCells::new([LstmCell::new(3).into_any(), GruCell::new(2).into_any()])
            .push(SimpleRnnCell::new(4).activation(Activation::Softmax))
    };
    let states = [3, 3, 2, 4].iter().enumerate();
    let states = states.map(|(i, size)| noise(&[2, *size], &format!("state {i}")));
    let inputs: Vec<Tensor> = std::iter::once(sequence()).chain(states).collect();
    for back in [false, true] {
        for all in [false, true] {
            let layer = Rnn::over(cells()).go_backwards(back).return_sequences(all);
            check("rnn", Box::new(layer.clone().return_state(true)), &inputs, true);
            check(
                "bidirectional rnn",
                Box::new(Bidirectional::new(layer.go_backwards(false))),
                &[sequence()],
                true,
            );
        }
    }
}

#[test]
fn wrappers() {
    for mode in [MergeMode::Concat, MergeMode::Sum, MergeMode::Ave, MergeMode::Mul, MergeMode::None]
    {
        for all in [false, true] {
            let lstm = Lstm::new(2).return_sequences(all).return_state(true);
            let layer = Bidirectional::new(lstm).merge_mode(mode);
            check("bidirectional", Box::new(layer), &[sequence()], true);
        }
    }
    let unequal = Bidirectional::new(Lstm::new(2).return_state(true))
        .backward_layer(Gru::new(3).go_backwards(true).return_state(true));
    let states = [2, 2, 3].iter().enumerate();
    let states = states.map(|(i, size)| noise(&[2, *size], &format!("state {i}")));
    let inputs: Vec<Tensor> = std::iter::once(sequence()).chain(states).collect();
    check("bidirectional of two", Box::new(unequal), &inputs, true);
    let dense = Dense::new(2).activation(Activation::Tanh);
    check("time_distributed", Box::new(TimeDistributed::new(dense)), &[sequence()], true);
}

#[test]
fn penalties() {
    let penalties = [
        Regularizer::l1(0.7),
        Regularizer::l2(0.3),
        Regularizer::l1_l2(0.2, 0.4),
        Regularizer::orthogonal(0.9, OrthogonalMode::Rows),
        Regularizer::orthogonal(0.9, OrthogonalMode::Columns),
    ];
    for (i, penalty) in penalties.into_iter().enumerate() {
        let name = |layer: &str| format!("{layer} with penalty {i}");
        // Of matrices, as the penalties on angles need them.
        let dense = || Dense::new(4).kernel_regularizer(penalty.clone());
        let layer = dense().activity_regularizer(penalty.clone());
        check(&name("dense"), Box::new(layer.clone()), &[noise(&[3, 5], "x")], true);
        check(&name("steps"), Box::new(TimeDistributed::new(layer)), &[sequence()], true);
        let lstm = Lstm::new(3)
            .return_state(true)
            .recurrent_regularizer(penalty.clone())
            .activity_regularizer(penalty.clone());
        let both = Bidirectional::new(lstm.clone()).activity_regularizer(penalty.clone());
        check(&name("lstm"), Box::new(lstm), &[sequence()], true);
        check(&name("bidirectional"), Box::new(both), &[sequence()], true);
        let embedding = Embedding::new(5, 3).embeddings_regularizer(penalty);
        let ids = Tensor::new([2, 3], vec![0., 4., 1., 1., 2., 0.]).unwrap();
        check(&name("embedding"), Box::new(embedding), &[ids], false);
    }
    let all = Gru::new(3)
        .return_sequences(true)
        .bias_regularizer(Regularizer::l2(0.5))
        .activity_regularizer(Regularizer::l1_l2(0.3, 0.2));
    check("gru, all steps", Box::new(all), &[sequence()], true);
    check("penalty alone", Box::new(ActivityRegularization::new(0.1, 0.2)), &[sequence()], true);
}

#[test]
fn other_layers() {
    check(
        "dense",
        Box::new(Dense::new(4).activation(Activation::Softmax)),
        &[noise(&[3, 5], "x")],
        true,
    );
    check("dense on a sequence", Box::new(Dense::new(2).name("d")), &[sequence()], true);
    check("flatten", Box::new(Flatten::new()), &[sequence()], true);
    check("dropout", Box::new(Dropout::new(0.5)), &[sequence()], true);
    let ids = Tensor::new([2, 3], vec![0., 4., 1., 1., 2., 0.]).unwrap();
    check("embedding", Box::new(Embedding::new(5, 3)), &[ids], false);
    // An even number of features, for glu.
    let x = noise(&[2, 4, 6], "x");
    for activation in Activation::ALL {
        let layer = ActivationLayer::new(*activation);
        check(activation.name(), Box::new(layer), std::slice::from_ref(&x), true);
    }
    check("dense glu", Box::new(Dense::new(4).activation(Activation::Glu)), &[x], true);
}

#[test]
fn convolution_and_pooling() {
    let x = noise(&[2, 6, 4], "x");
    let conv = || Conv1d::new(4, 3).activation(Activation::Tanh);
    for padding in [Padding::Valid, Padding::Same, Padding::Causal] {
        for (strides, dilation, groups) in [(1, 1, 1), (2, 1, 2), (1, 2, 4)] {
            let layer = conv().padding(padding).strides(strides).dilation_rate(dilation);
            let layer = layer.groups(groups);
            check("conv1d", Box::new(layer), std::slice::from_ref(&x), true);
        }
    }
    for padding in [Padding::Valid, Padding::Same] {
        for strides in [1, 2, 3] {
            let max = MaxPooling1d::new(2).strides(strides).padding(padding);
            check("max_pooling1d", Box::new(max), std::slice::from_ref(&x), true);
            let average = AveragePooling1d::new(2).strides(strides).padding(padding);
            check("average_pooling1d", Box::new(average), std::slice::from_ref(&x), true);
        }
    }
    for keepdims in [false, true] {
        let max = GlobalMaxPooling1d::new().keepdims(keepdims);
        check("global_max_pooling1d", Box::new(max), std::slice::from_ref(&x), true);
        let average = GlobalAveragePooling1d::new().keepdims(keepdims);
        check("global_average_pooling1d", Box::new(average), &[holes(&x)], true);
    }
}

/// `x` with a mask that leaves out some steps of each sample.
fn holes(x: &Tensor) -> Tensor {
    let [batch, steps] = [x.shape()[0], x.shape()[1]];
    let used = (0..batch * steps).map(|i| i % 3 != 1).collect();
    x.clone().with_mask(Mask::new([batch, steps], used).unwrap()).unwrap()
}

#[test]
fn normalization() {
    for axis in [vec![-1], vec![1], vec![1, 2]] {
        let layer = LayerNormalization::new().axis(axis);
        check("layer_normalization", Box::new(layer), &[sequence()], true);
    }
    for axis in [vec![-1], vec![1, 2]] {
        let layer = RmsNormalization::new().axis(axis);
        check("rms_normalization", Box::new(layer), &[sequence()], true);
    }
    for axis in [-1, 1] {
        let layer = || BatchNormalization::new().axis(axis).epsilon(0.1);
        for x in [sequence(), holes(&sequence())] {
            let x = [x];
            check("batch_normalization", Box::new(layer()), &x, true);
            check_training("batch_normalization in training", Box::new(layer()), &x);
            let bare = layer().center(false).scale(false);
            check_training("batch_normalization without weights", Box::new(bare), &x);
        }
    }
}

#[test]
fn attention() {
    let query = || noise(&[2, 3, 4], "query");
    let (value, key) = (holes(&noise(&[2, 5, 2], "value")), noise(&[2, 5, 4], "key"));
    let three = [query(), value, key.clone()];
    let two = [holes(&query()), holes(&key)];
    for causal in [false, true] {
        for (name, inputs) in [("two", &two[..]), ("three", &three)] {
            for score_mode in [ScoreMode::Dot, ScoreMode::Concat] {
                let layer = Attention::new().use_scale(true).score_mode(score_mode);
                let layer =
                    layer.use_causal_mask(causal).return_attention_scores(true).dropout(0.3);
                check(&format!("attention {name}"), Box::new(layer.clone()), inputs, true);
                check_training(&format!("attention {name}"), Box::new(layer), inputs);
            }
            let layer = AdditiveAttention::new().use_causal_mask(causal).dropout(0.3);
            check(&format!("additive_attention {name}"), Box::new(layer.clone()), inputs, true);
            check_training(&format!("additive_attention {name}"), Box::new(layer), inputs);
            let layer = MultiHeadAttention::new(2, 3).value_dim(2).use_gate(true).dropout(0.3);
            let layer = layer.use_causal_mask(causal);
            check(&format!("multi_head_attention {name}"), Box::new(layer.clone()), inputs, true);
            check_training(
                &format!("multi_head_attention {name}"),
                Box::new(layer.clone()),
                inputs,
            );
            let scores = layer.return_attention_scores(true);
            check_training(
                &format!("multi_head_attention {name}, scores"),
                Box::new(scores),
                inputs,
            );
        }
    }
    let four = [noise(&[2, 3, 2, 3], "query"), noise(&[2, 3, 4, 2], "value")];
    let layer = MultiHeadAttention::new(2, 2).attention_axes([2]).output_shape([2, 2]);
    check("multi_head_attention of four axes", Box::new(layer), &four, true);
    let layer = MultiHeadAttention::new(2, 2).sliding_window(2).dropout(0.2);
    check_training("multi_head_attention in a window", Box::new(layer), &[query(), query()]);
}
