//! Bits that must not depend on how the work is cut: batch size, threads, saving or not.

use elman::layers::Layer;
use elman::prelude::*;

use crate::support::{Built, noise};

fn layers() -> Vec<(&'static str, Box<dyn Layer>)> {
    vec![
        ("simple_rnn", Box::new(SimpleRnn::new(33).return_sequences(true))),
        ("lstm", Box::new(Lstm::new(64).return_sequences(true))),
        ("lstm_small", Box::new(Lstm::new(5).return_sequences(true).go_backwards(true))),
        ("gru", Box::new(Gru::new(40).return_sequences(true))),
        ("gru_before", Box::new(Gru::new(17).reset_after(false).return_sequences(true))),
        (
            "softmax",
            Box::new(SimpleRnn::new(7).activation(Activation::Softmax).return_sequences(true)),
        ),
        ("bidirectional", Box::new(Bidirectional::new(Lstm::new(64)))),
        ("dense", Box::new(Dense::new(10).activation(Activation::Softmax))),
    ]
}

/// A batch gives, bit for bit, what its rows give one by one and in any other batch.
#[test]
fn a_batch_is_its_rows() {
    let x = noise(&[300, 8, 9], "x");
    for (name, layer) in layers() {
        let built = Built::new(layer, std::slice::from_ref(&x)).unwrap();
        let whole = built.forward(std::slice::from_ref(&x)).unwrap().remove(0);
        for batch in [1, 2, 3, 7, 32, 100, 256] {
            for start in (0..300).step_by(batch) {
                let end = 300.min(start + batch);
                let part = built.forward(&[x.rows(start, end)]).unwrap().remove(0);
                assert_eq!(part, whole.rows(start, end), "{name}, rows {start}..{end}");
            }
        }
    }
}

/// Outputs, gradients and trained weights are the same bits on one, two and seven threads.
#[test]
fn threads_change_no_bit() {
    let x = noise(&[50, 12, 9], "x");
    let y = noise(&[50, 3], "y");
    let train = |threads: usize| {
        elman::set_num_threads(threads);
        let mut model = Sequential::new().seed(5);
        model.add(Bidirectional::new(Lstm::new(20).dropout(0.1).return_sequences(true))).unwrap();
        let gru = Gru::new(33).dropout(0.1).recurrent_dropout(0.2);
        model.add(gru.return_sequences(true)).unwrap();
        model.add(Dropout::new(0.2)).unwrap();
        model.add(SimpleRnn::new(16)).unwrap().add(Dense::new(3)).unwrap();
        model.compile("adam", "mse", &[]).unwrap();
        let fit = Fit::new().epochs(2).batch_size(16).verbose(Verbose::Silent);
        let history = model.fit(&x, &y, fit).unwrap();
        (history, model.weights(), model.predict(&x).unwrap())
    };
    let before = elman::num_threads();
    let one = train(1);
    for threads in [2, 7] {
        assert!(train(threads) == one, "{threads} threads");
    }
    elman::set_num_threads(before);
}

/// Layers that run at once, a thread each, put out what they do one by one.
#[test]
fn threads_change_no_bit_of_a_stack() {
    let mut model = Sequential::new().seed(5);
    model.add(Lstm::new(64).return_sequences(true).dropout(0.3)).unwrap();
    model.add(Gru::new(48).return_sequences(true)).unwrap();
    model.add(SimpleRnn::new(64).return_sequences(true)).unwrap();
    model.add(Lstm::new(64)).unwrap().add(Dense::new(3)).unwrap();
    let before = elman::num_threads();
    for batch in [1, 3] {
        let x = noise(&[batch, 90, 40], "x");
        let [one, two, four] = [1, 2, 4].map(|threads| {
            elman::set_num_threads(threads);
            model.predict(&x).unwrap()
        });
        assert!(one == two && one == four, "a batch of {batch}");
    }
    elman::set_num_threads(before);
}

/// The same, layer by layer, forward and backward.
#[test]
fn threads_change_no_bit_of_a_layer() {
    let x = noise(&[64, 30, 40], "x");
    for (name, layer) in layers() {
        let built = Built::new(layer, std::slice::from_ref(&x)).unwrap();
        elman::set_num_threads(1);
        let y = built.forward(std::slice::from_ref(&x)).unwrap().remove(0);
        let upstream = [noise(y.shape(), "upstream")];
        let one = built.gradients(std::slice::from_ref(&x), &upstream).unwrap();
        for threads in [2, 3, 7] {
            elman::set_num_threads(threads);
            let (outputs, inputs, weights) =
                built.gradients(std::slice::from_ref(&x), &upstream).unwrap();
            assert!(outputs == one.0, "{name}: outputs on {threads} threads");
            assert!(inputs == one.1, "{name}: input gradients on {threads} threads");
            for (i, (a, b)) in weights.iter().zip(&one.2).enumerate() {
                assert!(a == b, "{name}: gradient of weight {i} on {threads} threads");
            }
        }
        elman::set_num_threads(1);
    }
}
