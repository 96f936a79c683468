//! How long a recurrent layer takes, forward alone and in training.
//!
//! `cargo bench -p elman-kernels [-- WORD]`. A name such as `gru/training/32x100x256` says cell,
//! work, and batch × time steps × units; there are as many features as units, as in a stack of
//! layers. `forward` gives the output of every step; `training` is a forward pass that keeps what
//! its backward pass needs, and that backward pass, to all gradients. The weights are packed before.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use elman_kernels::{
    Activation, Cell, Gradients, OutputGradients, Outputs, Packed, Sequence, Weights, backward,
    forward, forward_saving,
};

/// Batch, time steps, units.
const SHAPES: [[usize; 3]; 3] = [[1, 100, 128], [32, 100, 128], [32, 100, 256]];

/// A layer and its input.
struct Layer {
    packed: Packed,
    bias_len: usize,
    batch: usize,
    time: usize,
    x: Vec<f32>,
    kernel_len: usize,
    mask: Option<Vec<bool>>,
}

impl Layer {
    fn new(cell: Cell, [batch, time, units]: [usize; 3]) -> Layer {
        let kernel_len = units * cell.gates() * units;
        let bias_len = cell.bias_len(units);
        // Small enough for no activation to saturate.
        let scale = 1.0 / (units as f32).sqrt();
        let kernel = numbers(1, kernel_len, scale);
        let recurrent_kernel = numbers(2, kernel_len, scale);
        let bias = numbers(3, bias_len, scale);
        let weights =
            Weights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: Some(&bias) };
        let packed = Packed::new(cell, units, units, &weights);
        Layer {
            packed,
            bias_len,
            batch,
            time,
            x: numbers(4, batch * time * units, 1.0),
            kernel_len,
            mask: None,
        }
    }

    fn input(&self) -> Sequence<'_> {
        Sequence {
            x: &self.x,
            batch: self.batch,
            time: self.time,
            go_backwards: false,
            initial_states: &[],
            mask: self.mask.as_deref(),
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        }
    }
}

/// Numbers between `-scale` and `scale`, the same in every run.
fn numbers(seed: u64, count: usize, scale: f32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        // A linear congruential generator (Knuth's MMIX): spread is all that is needed.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| scale * next()).collect()
}

fn cells() -> [(&'static str, Cell); 4] {
    let (activation, recurrent_activation) = (Activation::Tanh, Activation::Sigmoid);
    let gru = |reset_after| Cell::Gru { activation, recurrent_activation, reset_after };
    [
        ("simple_rnn", Cell::SimpleRnn { activation }),
        ("lstm", Cell::Lstm { activation, recurrent_activation }),
        ("gru", gru(true)),
        ("gru_reset_before", gru(false)),
    ]
}

fn recurrent(criterion: &mut Criterion) {
    for (name, cell) in cells() {
        let mut group = criterion.benchmark_group(name);
        for shape @ [batch, time, units] in SHAPES {
            let label = format!("{batch}x{time}x{units}");
            measure(&mut group, &Layer::new(cell, shape), "", &label);
        }
        group.finish();
    }
}

/// What masked steps cost: a batch of sequences of one length beside one whose lengths spread evenly
/// over 1 to that length, in any order, padded at the right.
fn masked(criterion: &mut Criterion) {
    let [batch, time, units] = [32, 200, 128];
    let [_, (_, lstm), ..] = cells();
    let mut group = criterion.benchmark_group("masked_lstm");
    let mut layer = Layer::new(lstm, [batch, time, units]);
    let label = format!("{batch}x{time}x{units}");
    measure(&mut group, &layer, "", &label);
    // 13 and 32 have no common divisor: every length occurs once.
    let length = |b: usize| 1 + (13 * b % batch) * (time - 1) / (batch - 1);
    layer.mask = Some((0..batch * time).map(|i| i % time < length(i / time)).collect());
    measure(&mut group, &layer, "padded_", &label);
    group.finish();
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, layer: &Layer, prefix: &str, label: &str) {
    let mut sequence = vec![0.0; layer.x.len()];
    group.throughput(Throughput::Elements((layer.batch * layer.time) as u64));
    group.bench_function(BenchmarkId::new(format!("{prefix}forward"), label), |bencher| {
        bencher.iter(|| {
            let outputs =
                Outputs { sequence: Some(&mut sequence), last_output: None, states: &mut [] };
            forward(&layer.packed, black_box(&layer.input()), outputs);
        });
    });

    let upstream = numbers(5, layer.x.len(), 1.0);
    let mut x = vec![0.0; layer.x.len()];
    let mut kernel = vec![0.0; layer.kernel_len];
    let mut recurrent_kernel = vec![0.0; layer.kernel_len];
    let mut bias = vec![0.0; layer.bias_len];
    group.bench_function(BenchmarkId::new(format!("{prefix}training"), label), |bencher| {
        bencher.iter(|| {
            let outputs =
                Outputs { sequence: Some(&mut sequence), last_output: None, states: &mut [] };
            let tape = forward_saving(&layer.packed, black_box(&layer.input()), outputs);
            let upstream =
                OutputGradients { sequence: Some(&upstream), last_output: None, states: &[] };
            // Gradients of weights are added to: without this they would grow and grow.
            for gradient in [&mut kernel, &mut recurrent_kernel, &mut bias] {
                gradient.fill(0.0);
            }
            let gradients = Gradients {
                x: Some(&mut x),
                initial_states: &mut [],
                kernel: &mut kernel,
                recurrent_kernel: &mut recurrent_kernel,
                bias: Some(&mut bias),
            };
            backward(&layer.packed, &layer.input(), tape, &upstream, gradients);
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = recurrent, masked
}
criterion_main!(benches);
