//! Equal to the last bit: for any number of threads, any batch, step by step, across instruction
//! sets, with and without padding.

use super::support::{Case, Everything, cells, narrow};
use crate::Activation::{Sigmoid, Tanh};
use crate::recurrent::{Outputs, Sequence, forward};
use crate::{Float, Isa, active_isa, num_threads, set_num_threads, simd};
use std::sync::Mutex;

/// The number of threads is global: one test at a time changes it.
static THREADS: Mutex<()> = Mutex::new(());

fn with_threads<R>(n: usize, f: impl FnOnce() -> R) -> R {
    let before = num_threads();
    set_num_threads(n);
    let result = f();
    set_num_threads(before);
    result
}

#[test]
fn threads_do_not_change_results() {
    let _one = THREADS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for cell in cells(Tanh, Sigmoid) {
        // Large enough for several threads: split over the batch, and over the units.
        for size in [[32, 30, 40, 100], [1, 40, 60, 250], [3, 20, 20, 260]] {
            let case = Case::new(cell, size, 1);
            let one = with_threads(1, || case.run(active_isa()));
            for n in [2, 7] {
                let many = with_threads(n, || case.run(active_isa()));
                assert!(one == many, "{cell:?} {size:?}: {n} threads differ from one");
            }
        }
    }
}

fn outputs(case: &Case, isa: Isa) -> (Vec<Float>, Vec<Float>) {
    let Everything { sequence, last, .. } = case.run(isa);
    (sequence, last)
}

#[test]
fn the_batch_does_not_change_rows() {
    for cell in cells(Tanh, Sigmoid) {
        let case = Case::new(cell, [13, 6, 5, 37], 2).with_initial_states(3);
        let (all, _) = outputs(&case, active_isa());
        let (steps, units) = (case.time * case.features, case.units);
        for (from, n) in [(0, 1), (12, 1), (3, 2), (4, 8)] {
            let mut part = Case::new(cell, [n, 6, 5, 37], 2);
            part.x = case.x[from * steps..(from + n) * steps].to_vec();
            part.initial = case
                .initial
                .iter()
                .map(|state| state[from * units..(from + n) * units].to_vec())
                .collect();
            let (some, _) = outputs(&part, active_isa());
            let row = case.time * units;
            assert!(some == all[from * row..(from + n) * row], "{cell:?}: rows {from}+{n}");
        }
    }
}

#[test]
fn steps_equal_the_sequence() {
    for cell in cells(Tanh, Sigmoid) {
        for batch in [1, 3] {
            let case = Case::new(cell, [batch, 9, 4, 21], 4);
            let all = case.run(active_isa());
            let packed = case.pack(active_isa());
            let (x, n) = (narrow(&case.x), batch * case.units);
            let mut states = vec![vec![0.0; n]; cell.states()];
            for t in 0..case.time {
                let step: Vec<Float> =
                    (0..batch).flat_map(|b| x[(b * case.time + t) * 4..][..4].to_vec()).collect();
                let before = states.clone();
                let before: Vec<&[Float]> = before.iter().map(Vec::as_slice).collect();
                let input = Sequence {
                    x: &step,
                    batch,
                    time: 1,
                    go_backwards: false,
                    initial_states: &before,
                    mask: None,
                    zero_output_for_mask: false,
                    input_dropout: None,
                    recurrent_dropout: None,
                };
                let mut after: Vec<&mut [Float]> =
                    states.iter_mut().map(Vec::as_mut_slice).collect();
                let mut output = vec![0.0; n];
                forward(
                    &packed,
                    &input,
                    Outputs { sequence: None, last_output: Some(&mut output), states: &mut after },
                );
                for b in 0..batch {
                    let expected = &all.sequence[(b * case.time + t) * case.units..][..case.units];
                    assert!(output[b * case.units..][..case.units] == *expected, "{cell:?} {t}");
                }
            }
            assert_eq!(states, all.states, "{cell:?}");
        }
    }
}

#[test]
fn instruction_sets_agree() {
    let fused: Vec<Isa> =
        simd::available().into_iter().filter(|&isa| isa != Isa::Portable).collect();
    for pair in fused.windows(2) {
        for cell in cells(Tanh, Sigmoid) {
            for size in [[3, 5, 7, 40], [1, 4, 3, 9], [10, 30, 19, 33]] {
                let case = Case::new(cell, size, 5);
                let (a, b) = (case.run(pair[0]), case.run(pair[1]));
                // The gradients' products add up gate by gate within a block of units, so their
                // order, and with it the last bits, follows the width of a block.
                assert!(a.sequence == b.sequence, "{cell:?} {size:?}: outputs of {pair:?} differ");
                assert!(a.states == b.states, "{cell:?} {size:?}: states of {pair:?} differ");
            }
        }
    }
}

#[test]
fn a_right_padded_row_equals_the_shorter_row() {
    for cell in cells(Tanh, Sigmoid) {
        let mut case = Case::new(cell, [4, 8, 3, 19], 6);
        let lengths = [8, 3, 1, 6];
        let mask = (0..4 * 8).map(|i| i % 8 < lengths[i / 8]).collect();
        case.mask = Some(mask);
        // What stands in the padding has no effect on anything, not even as NaN.
        for b in 0..4 {
            case.x[(b * 8 + lengths[b]) * 3..(b + 1) * 8 * 3].fill(f64::NAN);
        }
        let all = case.run(active_isa());
        assert!(all.kernel.iter().chain(&all.x).all(|v| v.is_finite()), "{cell:?}");
        for (b, &length) in lengths.iter().enumerate() {
            let mut row = Case::new(cell, [1, length, 3, 19], 6);
            row.x = case.x[b * 8 * 3..(b * 8 + length) * 3].to_vec();
            let (sequence, last) = outputs(&row, active_isa());
            assert!(all.sequence[b * 8 * 19..][..length * 19] == sequence, "{cell:?} row {b}");
            assert!(all.last[b * 19..(b + 1) * 19] == last, "{cell:?} row {b}");
        }
    }
}
