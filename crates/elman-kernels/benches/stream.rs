//! How long one step of a stream takes.
//!
//! `cargo bench -p elman-kernels --bench stream [-- WORD]`. A name such as `lstm/step/1x32x128` says
//! cell and streams × features × units. The throughput is that of reading the weights once, which
//! for a single stream is what there is to do: hold it against what the machine reads from the cache
//! that the weights fit in. Streams keep their states, as in use.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use elman_kernels::{Activation, Cell, Packed, Step, StepRow, Weights, step};

/// Streams, features, units.
const SHAPES: [[usize; 3]; 10] = [
    [1, 8, 8],
    [1, 32, 16],
    [1, 32, 32],
    [1, 32, 64],
    [1, 32, 128],
    [1, 32, 256],
    [1, 32, 512],
    [16, 32, 32],
    [16, 32, 128],
    [16, 32, 512],
];

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

fn packed(cell: Cell, features: usize, units: usize) -> Packed {
    let columns = cell.gates() * units;
    // Small enough for no activation to saturate.
    let scale = 1.0 / (units as f32).sqrt();
    let kernel = numbers(1, features * columns, scale);
    let recurrent_kernel = numbers(2, units * columns, scale);
    let bias = numbers(3, cell.bias_len(units), scale);
    let weights =
        Weights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: Some(&bias) };
    Packed::new(cell, features, units, &weights)
}

fn steps(criterion: &mut Criterion) {
    for (name, cell) in cells() {
        let mut group = criterion.benchmark_group(name);
        for [streams, features, units] in SHAPES {
            let packed = packed(cell, features, units);
            let x = numbers(4, streams * features, 1.0);
            let rows: Vec<StepRow> = (0..streams).map(|i| StepRow { row: i, stream: i }).collect();
            let mut h = vec![0.0; streams * packed.state_stride()];
            let mut c = h.clone();
            let mut output = vec![0.0; streams * units];
            let mut scratch = vec![0.0; packed.step_scratch(streams)];
            let weights = (features + units) * cell.gates() * units;
            group.throughput(Throughput::Bytes((weights * size_of::<f32>()) as u64));
            let label = format!("{streams}x{features}x{units}");
            group.bench_function(BenchmarkId::new("step", label), |bencher| {
                bencher.iter(|| {
                    let x = black_box(&x[..]);
                    let (h, c, output) = (&mut h[..], &mut c[..], &mut output[..]);
                    step(&packed, Step { x, rows: &rows, h, c, output, scratch: &mut scratch });
                });
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = steps
}
criterion_main!(benches);
