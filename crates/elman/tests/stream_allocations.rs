//! No step of a stream allocates: every allocation of this thread is counted.
//!
//! A program of its own, since the counting allocator serves all of it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use elman::layers::Layer;
use elman::prelude::*;
use elman::random::Stream as Random;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // Not while the thread ends.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and releases of `work`.
fn counted<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = COUNT.get();
    let result = work();
    (COUNT.get() - before, result)
}

fn inputs(size: usize, steps: usize, ids: bool) -> Vec<Vec<f32>> {
    let mut random = Random::new(5, "inputs");
    let mut number = || if ids { (random.uniform() * 4.0).floor() } else { random.normal() };
    (0..steps).map(|_| (0..size).map(|_| number() as f32).collect()).collect()
}

/// Counts over single steps, and over steps of three sequences of which two go on each time.
fn check(name: &str, model: &Model, ids: bool) {
    let mut stream = model.stream().unwrap_or_else(|e| panic!("{name}: {e}"));
    let size = stream.input_sizes()[0];
    let steps = inputs(size, 12, ids);
    // From the very first step on.
    for step in &steps {
        let (allocations, result) = counted(|| stream.step(step).map(<[f32]>::len));
        assert_eq!(allocations, 0, "{name}: a step allocates");
        result.unwrap();
    }
    let (allocations, ()) = counted(|| stream.reset());
    assert_eq!(allocations, 0, "{name}: reset allocates");
    let mut streams = stream.streams(3);
    let slots = [streams.add(), streams.add(), streams.add()];
    for (t, pair) in steps.chunks(2).enumerate() {
        let x = pair.concat();
        let pair = [slots[(t + 1) % 3], slots[t % 3]];
        let (allocations, result) = counted(|| streams.step(&pair, &x).map(<[f32]>::len));
        assert_eq!(allocations, 0, "{name}: a step of several allocates");
        result.unwrap();
    }
}

fn alone(layer: impl Into<Box<dyn Layer>>) -> Model {
    let mut model = Sequential::new().seed(1);
    model.add(Input::new([None, Some(6)])).unwrap();
    model.add(layer).unwrap();
    model.into()
}

#[test]
fn no_step_of_a_layer_allocates() {
    let layers: Vec<(&str, Box<dyn Layer>)> = vec![
        ("SimpleRNN", SimpleRnn::new(9).into()),
        ("LSTM", Lstm::new(70).return_sequences(true).return_state(true).into()),
        ("GRU", Gru::new(20).into()),
        ("GRU, reset before", Gru::new(20).reset_after(false).into()),
        ("LSTM, relu", Lstm::new(5).activation(Activation::Relu).into()),
        ("MinGRU", MinGru::new(7).into()),
        ("MinLSTM", MinLstm::new(7).return_state(true).into()),
        (
            "RNN",
            Rnn::over(elman::cells::StackedRnnCells::new([
                elman::cells::LstmCell::new(4),
                elman::cells::LstmCell::new(5),
            ]))
            .into(),
        ),
        ("Dense", Dense::new(8).activation(Activation::Gelu).into()),
        ("Dense, glu", Dense::new(8).activation(Activation::Glu).into()),
        ("BatchNormalization", BatchNormalization::new().into()),
        ("LayerNormalization", LayerNormalization::new().into()),
        ("RMSNormalization", RmsNormalization::new().into()),
        ("ReLU", Relu::new().into()),
        ("LeakyReLU", LeakyRelu::new().into()),
        ("ELU", Elu::new().into()),
        ("PReLU", Prelu::new().shared_axes([1]).into()),
        ("Softmax", Softmax::new().into()),
        ("Dropout", Dropout::new(0.5).into()),
        ("SpatialDropout1D", SpatialDropout1d::new(0.5).into()),
        ("GaussianNoise", GaussianNoise::new(0.5).into()),
        ("GaussianDropout", GaussianDropout::new(0.5).into()),
        ("Identity", Identity::new().into()),
        ("ActivityRegularization", ActivityRegularization::new(0.1, 0.1).into()),
        ("Conv1D", Conv1d::new(4, 3).padding(Padding::Causal).dilation_rate(2).into()),
        ("Conv1D, groups", Conv1d::new(4, 3).padding(Padding::Causal).groups(2).into()),
        ("TimeDistributed", TimeDistributed::new(Dense::new(3)).into()),
        ("Masking", Masking::new().into()),
        ("Rescaling", Rescaling::new(0.5).into()),
        ("Normalization", Normalization::new().into()),
    ];
    for (name, layer) in layers {
        check(name, &alone(layer), false);
    }
    for activation in Activation::ALL {
        check(activation.name(), &alone(ActivationLayer::new(*activation)), false);
    }
}

#[test]
fn no_step_of_a_model_allocates() -> elman::Result<()> {
    // Words, some of them padding, through everything that a mask meets.
    let ids = Input::new([None]).symbolic();
    let words = Embedding::new(4, 8).mask_zero(true).apply(&ids)?;
    let a = Lstm::new(8).return_sequences(true).apply(&words)?;
    let b = Gru::new(8).return_sequences(true).zero_output_for_mask(true).apply(&words)?;
    let c = MinGru::new(8).return_sequences(true).apply(&words)?;
    let sum = Add::new().apply([&words, &a])?;
    let product = Multiply::new().apply([&sum, &b])?;
    let largest = Maximum::new().apply([&product, &c])?;
    let smallest = Minimum::new().apply([&largest, &a])?;
    let mean = Average::new().apply([&smallest, &b])?;
    let difference = Subtract::new().apply([&mean, &c])?;
    let joined = Concatenate::new().apply([&difference, &a])?;
    let last = SimpleRnn::new(5).apply(&joined)?;
    let flat = Flatten::new().apply(&Reshape::new([5, 1]).apply(&last)?)?;
    let y = Dense::new(2).activation(Activation::Softmax).apply(&flat)?;
    check("graph", &Functional::new(&ids, &y).seed(1).build()?, true);
    Ok(())
}
