//! How long one step of a stream takes.
//!
//! `cargo bench -p elman-kernels --bench stream [-- WORD]`. A name such as `lstm/step/1x32x128` says
//! cell and streams × features × units. The throughput is that of reading the weights once, which
//! for a single stream is what there is to do: hold it against what the machine reads from the cache
//! that the weights fit in. Streams keep their states, as in use. `ELMAN_NUM_THREADS=1` measures
//! steps on one thread, 2 those that two threads share where it pays.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use elman_kernels::{
    Activation, Cell, Packed, Step, StepRow, WeightFormat, Weights, num_threads, step,
};

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

const FORMATS: [(&str, WeightFormat); 3] = [
    ("step", WeightFormat::Float32),
    ("step_bfloat16", WeightFormat::Bfloat16),
    ("step_int8", WeightFormat::Int8),
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

fn packed(cell: Cell, features: usize, units: usize, format: WeightFormat) -> Packed {
    let columns = cell.gates() * units;
    // Small enough for no activation to saturate.
    let scale = 1.0 / (units as f32).sqrt();
    let kernel = numbers(1, features * columns, scale);
    let recurrent_kernel = numbers(2, units * columns, scale);
    let bias = numbers(3, cell.bias_len(units), scale);
    let weights =
        Weights { kernel: &kernel, recurrent_kernel: &recurrent_kernel, bias: Some(&bias) };
    Packed::with_format(cell, features, units, &weights, format)
}

fn steps(criterion: &mut Criterion) {
    for (name, cell) in cells() {
        let mut group = criterion.benchmark_group(name);
        let cases = FORMATS.iter().flat_map(|format| SHAPES.map(|shape| (*format, shape)));
        for ((word, format), [streams, features, units]) in cases {
            if format != WeightFormat::Float32 && (streams > 1 || units < 128) {
                continue;
            }
            let packed = packed(cell, features, units, format);
            let x = numbers(4, streams * features, 1.0);
            let rows: Vec<StepRow> = (0..streams).map(|i| StepRow { row: i, stream: i }).collect();
            let mut h = vec![0.0; streams * packed.state_stride()];
            let mut c = h.clone();
            let mut output = vec![0.0; streams * units];
            let mut scratch = vec![0.0; packed.step_scratch(streams)];
            let weights = (features + units) * cell.gates() * units;
            let bits = match format {
                WeightFormat::Int8 => 8,
                WeightFormat::Bfloat16 => 16,
                _ => 32,
            };
            group.throughput(Throughput::Bytes((weights * bits / 8) as u64));
            let label = format!("{streams}x{features}x{units}");
            group.bench_function(BenchmarkId::new(word, label), |bencher| {
                let threads = num_threads();
                let mut reverse = false;
                bencher.iter(|| {
                    let (x, rows) = (black_box(&x[..]), &rows[..]);
                    let (h, c, output) = (&mut h[..], &mut c[..], &mut output[..]);
                    let scratch = &mut scratch[..];
                    reverse = !reverse;
                    step(&packed, Step { x, rows, h, c, output, scratch, reverse, threads });
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
