//! What loading a model takes: hardly more memory than the model has, and nothing that stays.
//!
//! A program of its own, since the allocator that counts serves all of it, and one test in it: a
//! second one would start, wait and end while bytes are counted, and take some.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use elman::prelude::*;

/// Counts the bytes that are in use, and the most that were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn grow(bytes: usize) {
    PEAK.fetch_max(IN_USE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Large blocks grow where they are, or move page by page.
        IN_USE.fetch_sub(layout.size(), Relaxed);
        grow(size);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn model(units: usize, features: usize) -> Model {
    let mut model = Sequential::new().seed(1);
    model.add(Gru::new(units).return_sequences(true).input_shape([None, Some(features)])).unwrap();
    model.add(Lstm::new(units)).unwrap();
    model.add(Dense::new(3)).unwrap();
    model.into()
}

/// Loading takes at most 1.2 times the file, the weights of the model among it; the state of an
/// optimizer, too.
fn a_large_model_takes_its_own_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.keras");
    for is_compiled in [false, true] {
        let mut large = model(if is_compiled { 320 } else { 560 }, 100);
        if is_compiled {
            large.compile("adam", "mse", &[]).unwrap();
            large.train_on_batch(Tensor::zeros([1, 1, 100]), Tensor::zeros([1, 3])).unwrap();
        }
        large.save(&path).unwrap();
        let weights = large.weights();
        drop(large);
        let size = std::fs::metadata(&path).unwrap().len() as usize;
        assert!(size > 12 << 20, "{size}");
        let before = IN_USE.load(Relaxed);
        PEAK.store(before, Relaxed);
        let loaded = load_model(&path).unwrap();
        let taken = PEAK.load(Relaxed) - before;
        println!("{size} bytes of file took {taken}");
        assert!(taken <= size * 12 / 10, "{size} bytes of file took {taken}");
        assert_eq!(loaded.weights(), weights);
    }
}

/// A hundred models, each loaded and used once: nothing of them stays.
fn models_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = |i: usize| folder.path().join(format!("{i}.keras"));
    for i in 0..100 {
        model(1 + i % 7, 1 + i % 5).save(path(i)).unwrap();
    }
    let round = || {
        for i in 0..100 {
            let loaded = load_model(path(i)).unwrap();
            loaded.predict(Tensor::zeros([2, 3, 1 + i % 5])).unwrap();
        }
        elman::clear_session();
        IN_USE.load(Relaxed)
    };
    let first = round();
    let _ = (round(), round());
    let last = round();
    // Which of the kernels' memory is kept for later differs a little.
    assert!(last <= first + (16 << 10), "{first} bytes in use after a round, then {last}");
}

#[test]
fn loading_takes_what_the_model_has() {
    a_large_model_takes_its_own_memory();
    models_leave_nothing_behind();
}
