//! Equal to the last bit: for any number of threads, any batch, step by step, across instruction
//! sets, with and without padding.

use super::support::{Case, Everything, Random, Upstream, cells, narrow};
use crate::Activation::{Sigmoid, Tanh};
use crate::recurrent::{Outputs, Sequence, forward};
use crate::{Float, Isa, active_isa, num_threads, set_num_threads, simd};
use std::ops::Range;
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

/// Runs something with each of some numbers of threads, while no other test changes it.
pub(super) fn with_each_number_of_threads(numbers: &[usize], run: impl Fn()) {
    let _one = THREADS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    numbers.iter().for_each(|&n| with_threads(n, &run));
}

#[test]
fn threads_do_not_change_results() {
    let _one = THREADS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    for cell in cells(Tanh, Sigmoid) {
        // Large enough for several threads: split over the batch, and over the units.
        for size in [[32, 30, 40, 100], [1, 40, 60, 250], [3, 20, 20, 260]] {
            let gates = cell.gates();
            for case in [
                Case::new(cell, size, 1),
                Case::new(cell, size, 1).with_mask(2).with_dropout([1, gates], 3),
                Case::new(cell, size, 1).with_dropout([gates, gates], 4),
            ] {
                let one = with_threads(1, || case.run(active_isa()));
                for n in [2, 7] {
                    let many = with_threads(n, || case.run(active_isa()));
                    assert!(one == many, "{cell:?} {size:?}: {n} threads differ from one");
                }
            }
        }
    }
}

#[test]
fn a_tape_serves_any_number_of_threads() {
    let _one = THREADS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = num_threads();
    for cell in cells(Tanh, Sigmoid) {
        for size in [[32, 40, 24, 70], [64, 9, 40, 100]] {
            let gates = cell.gates();
            for case in
                [Case::new(cell, size, 1), Case::new(cell, size, 1).with_dropout([gates, gates], 4)]
            {
                let one = with_threads(1, || case.run(active_isa()));
                for [forward, backward] in [[1, 2], [2, 1], [2, 3], [4, 2], [2, 4], [4, 3]] {
                    set_num_threads(forward);
                    let found = case.run_and(active_isa(), || set_num_threads(backward));
                    assert!(one == found, "{cell:?} {size:?}: {forward} threads, then {backward}");
                }
            }
        }
    }
    set_num_threads(before);
}

fn outputs(case: &Case, isa: Isa) -> (Vec<Float>, Vec<Float>) {
    let Everything { sequence, last, .. } = case.run(isa);
    (sequence, last)
}

/// Rows of an array of `(masks, batch, width)`.
fn rows_of(values: &[f64], [masks, batch, width]: [usize; 3], rows: &Range<usize>) -> Vec<f64> {
    let mask = |mask: usize| &values[mask * batch * width..][rows.start * width..rows.end * width];
    (0..masks).flat_map(|i| mask(i).to_vec()).collect()
}

#[test]
fn the_batch_does_not_change_rows() {
    const SIZE: [usize; 4] = [13, 6, 5, 37];
    for cell in cells(Tanh, Sigmoid) {
        let gates = cell.gates();
        for masks in [[0, 0], [1, gates], [gates, gates]] {
            let [batch, time, features, units] = SIZE;
            let case = Case::new(cell, SIZE, 2).with_initial_states(3).with_dropout(masks, 4);
            let (all, _) = outputs(&case, active_isa());
            for rows in [0..1, 12..13, 3..5, 4..12] {
                let mut part = Case::new(cell, [rows.len(), time, features, units], 2);
                part.x = rows_of(&case.x, [1, batch, time * features], &rows);
                let state = |state: &Vec<f64>| rows_of(state, [1, batch, units], &rows);
                part.initial = case.initial.iter().map(state).collect();
                let factors = |factors: &Option<Vec<f64>>, masks: usize, width: usize| {
                    factors.as_deref().map(|m| rows_of(m, [masks, batch, width], &rows))
                };
                part.input_dropout = factors(&case.input_dropout, masks[0], features);
                part.recurrent_dropout = factors(&case.recurrent_dropout, masks[1], units);
                let (some, _) = outputs(&part, active_isa());
                let row = time * units;
                let expected = &all[rows.start * row..rows.end * row];
                assert!(some == expected, "{cell:?} {masks:?}: rows {rows:?}");
            }
        }
    }
}

#[test]
fn factors_of_one_change_no_output() {
    for cell in cells(Tanh, Sigmoid) {
        for (batch, masks) in [(1, 1), (5, 1), (1, cell.gates()), (5, cell.gates())] {
            let mut case = Case::new(cell, [batch, 7, 5, 37], 2).with_mask(3);
            let (without, _) = outputs(&case, active_isa());
            case.input_dropout = Some(vec![1.0; masks * batch * 5]);
            case.recurrent_dropout = Some(vec![1.0; masks * batch * 37]);
            let (with, _) = outputs(&case, active_isa());
            assert!(with == without, "{cell:?}: {masks} masks of ones, batch {batch}");
        }
    }
}

#[test]
fn steps_equal_the_sequence() {
    for cell in cells(Tanh, Sigmoid) {
        let gates = cell.gates();
        for (batch, masks) in [(1, [0, 0]), (3, [0, 0]), (1, [1, gates]), (3, [gates, gates])] {
            let case = Case::new(cell, [batch, 9, 4, 21], 4).with_dropout(masks, 5);
            let dropout = [&case.input_dropout, &case.recurrent_dropout];
            let dropout = dropout.map(|factors| factors.as_deref().map(narrow));
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
                    input_dropout: dropout[0].as_deref(),
                    recurrent_dropout: dropout[1].as_deref(),
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
    let mut fused: Vec<Isa> =
        simd::available().into_iter().filter(|&isa| isa != Isa::Portable).collect();
    // Sixteen lanes, also where there is no AVX-512.
    fused.push(Isa::Emulated);
    for pair in fused.windows(2) {
        for cell in cells(Tanh, Sigmoid) {
            for size in [[3, 5, 7, 40], [1, 4, 3, 9], [10, 30, 19, 33], [2, 3, 40, 70]] {
                let gates = cell.gates();
                for case in [
                    Case::new(cell, size, 5),
                    Case::new(cell, size, 5).with_mask(6).with_dropout([1, gates], 7),
                    Case::new(cell, size, 5).with_dropout([gates, gates], 8),
                ] {
                    let (a, b) = (case.run(pair[0]), case.run(pair[1]));
                    assert!(a == b, "{cell:?} {size:?}: {pair:?} differ");
                }
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

#[test]
fn gradients_of_a_padded_row_equal_those_of_the_shorter_row() {
    const FULL: [usize; 4] = [1, 300, 3, 19];
    const LENGTH: usize = 280;
    for cell in cells(Tanh, Sigmoid) {
        let mut short = Case::new(cell, [1, LENGTH, 3, 19], 7);
        let mut padded = Case::new(cell, FULL, 7);
        padded.mask = Some((0..FULL[1]).map(|t| t < LENGTH).collect());
        padded.x[..short.x.len()].copy_from_slice(&short.x);
        padded.x[short.x.len()..].fill(f64::NAN);
        for case in [&mut short, &mut padded] {
            // Weights of the sequence: those of the padding have no steps to act on.
            case.zero_output_for_mask = true;
        }
        let gradients = Random(8).numbers(FULL[1] * 19, 1.0);
        let upstream = |steps: usize| Upstream {
            sequence: Some(gradients[..steps * 19].to_vec()),
            last: None,
            states: vec![gradients[..19].to_vec()],
        };
        let a = short.run_given(active_isa(), &upstream(LENGTH));
        let b = padded.run_given(active_isa(), &upstream(FULL[1]));
        assert!(a.kernel == b.kernel && a.recurrent_kernel == b.recurrent_kernel, "{cell:?}");
        assert!(a.bias == b.bias && a.initial == b.initial, "{cell:?}");
        assert!(a.x == b.x[..a.x.len()], "{cell:?}");
        assert!(b.x[a.x.len()..].iter().all(|&d| d == 0.0), "{cell:?}");
    }
}
