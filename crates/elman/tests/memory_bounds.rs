//! Memory that does not grow: predictions with the length of sequences, and a process with the
//! models that it has had. Every byte is counted.
//!
//! A program of its own, since the counting allocator serves all of it, and one test in it: a
//! second one would start, wait and end while bytes are counted, and take some.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use elman::prelude::*;

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(live, Ordering::Relaxed);
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there while it is moved.
        grow(size);
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that `work` holds at a time beside what was there before.
fn peak_of<T>(work: impl FnOnce() -> T) -> usize {
    let before = LIVE.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    std::hint::black_box(work());
    PEAK.load(Ordering::SeqCst) - before
}

const UNITS: usize = 24;
const BATCH: usize = 3;
/// What a vector keeps to grow into, and the like.
const SLACK: usize = 16 << 10;

fn model(layer: impl Into<Box<dyn elman::layers::Layer>>) -> Sequential {
    let mut model = Sequential::new().seed(1);
    model.add(Input::new([None, Some(5)])).unwrap();
    model.add(layer).unwrap();
    model
}

/// What a prediction on sequences of so many steps takes, beside its input.
fn taken(model: &Model, time: usize) -> usize {
    let x = Tensor::zeros([BATCH, time, 5]);
    // Scratch memory is kept from call to call.
    model.predict(&x).unwrap();
    peak_of(|| model.predict(&x).unwrap())
}

/// The lengths that are compared.
const TIMES: [usize; 2] = [1_000, 30_000];

fn layers(sequences: bool) -> Vec<(&'static str, Sequential)> {
    let gru = || Gru::new(UNITS).return_sequences(sequences);
    vec![
        ("SimpleRNN", model(SimpleRnn::new(UNITS).return_sequences(sequences))),
        ("LSTM", model(Lstm::new(UNITS).return_sequences(sequences))),
        ("GRU", model(gru())),
        ("GRU, reset before", model(gru().reset_after(false))),
        ("GRU, backwards", model(gru().go_backwards(true))),
    ]
}

fn a_prediction_takes_no_more_memory_for_a_longer_sequence() {
    for (name, model) in layers(false) {
        // Before: memory that is kept is there, too.
        let before = LIVE.load(Ordering::SeqCst);
        let [short, long] = TIMES.map(|time| taken(&model, time));
        assert!(long <= short + SLACK, "{name}: {short} bytes for {TIMES:?} steps, then {long}");
        let kept = LIVE.load(Ordering::SeqCst).saturating_sub(before);
        assert!(kept < TIMES[1] * BATCH * UNITS, "{name} keeps {kept} bytes");
    }
}

fn outputs_of_all_steps_take_what_they_hold() {
    for (name, model) in layers(true) {
        let beyond = |time: usize| taken(&model, time) - BATCH * time * UNITS * size_of::<f32>();
        let [short, long] = TIMES.map(beyond);
        assert!(long <= short + SLACK, "{name}: {short} bytes for {TIMES:?} steps, then {long}");
    }
}

fn a_stream_takes_no_memory_at_all_for_more_steps() {
    let mut stream = model(Lstm::new(UNITS)).stream().unwrap();
    let took = peak_of(|| {
        for i in 0..10_000 {
            stream.step(&[i as f32 / 1e4; 5]).unwrap();
        }
    });
    assert_eq!(took, 0);
}

/// A hundred models, no two alike, as files.
fn hundred() -> Vec<(Vec<u8>, usize)> {
    let file = |i: usize| {
        let (units, features) = (1 + i % 17, 1 + i / 4 % 5);
        let mut model = Sequential::with_name(&format!("model_{i}")).seed(i as u64);
        model.add(Input::new([None, Some(features)])).unwrap();
        match i % 4 {
            0 => model.add(SimpleRnn::new(units)),
            1 => model.add(Lstm::new(units)),
            2 => model.add(Gru::new(units)),
            _ => model.add(Bidirectional::new(Lstm::new(units))),
        }
        .unwrap();
        model.add(Dense::new(1 + i % 3).name(&format!("head_{i}"))).unwrap();
        model.compile("adam", "mse", &[]).unwrap();
        (model.to_bytes().unwrap(), features)
    };
    (0..100).map(file).collect()
}

fn a_hundred_models_that_came_and_went_leave_nothing() {
    let files = hundred();
    let round = || {
        for (bytes, features) in &files {
            let model = Model::from_bytes(bytes, "memory").unwrap();
            let x = ndarray::Array3::<f32>::ones((2, 7, *features));
            std::hint::black_box(model.predict(&x).unwrap());
            let mut stream = model.stream();
            if let Ok(stream) = &mut stream {
                stream.step(&vec![0.5; *features]).unwrap();
            }
        }
        LIVE.load(Ordering::SeqCst)
    };
    // Threads start and scratch memory grows to what the largest needs.
    round();
    let before = round();
    for _ in 0..3 {
        // Which of the scratch memory is kept for later differs a little.
        let now = round();
        assert!(now <= before + SLACK, "{before} bytes in use, and then {now}");
    }
}

#[test]
fn memory_is_bounded() {
    a_prediction_takes_no_more_memory_for_a_longer_sequence();
    outputs_of_all_steps_take_what_they_hold();
    a_stream_takes_no_memory_at_all_for_more_steps();
    a_hundred_models_that_came_and_went_leave_nothing();
}
