//! Steps of streams, which must be those of a sequence to the last bit.

use super::support::{Case, Random, cells, narrow};
use crate::Activation::{Gelu, Relu, Sigmoid, Softsign, Tanh};
use crate::recurrent::{Cell, Packed, Step, StepRow, WeightFormat, step};
use crate::{Float, Isa};

/// Streams whose states lie in `slots`, more than there are sequences.
struct Streams<'a> {
    case: &'a Case,
    packed: Packed,
    slots: Vec<usize>,
    h: Vec<Float>,
    c: Vec<Float>,
    scratch: Vec<Float>,
    reverse: bool,
    threads: usize,
}

impl Streams<'_> {
    fn new(case: &Case, isa: Isa, slots: Vec<usize>) -> Streams<'_> {
        let packed = case.pack(isa);
        let stride = packed.state_stride();
        // What a stream doesn't use may be anything.
        let state = |i: usize| {
            let mut all = vec![Float::NAN; 2 * case.batch * stride];
            for (b, slot) in slots.iter().enumerate() {
                let state = &case.initial[i][b * case.units..(b + 1) * case.units];
                all[slot * stride..][..case.units].copy_from_slice(&narrow(state));
            }
            all
        };
        let h = state(0);
        let c = if case.cell.states() == 2 { state(1) } else { Vec::new() };
        let scratch = vec![Float::NAN; packed.step_scratch(case.batch)];
        Streams { case, packed, slots, h, c, scratch, reverse: false, threads: 1 }
    }

    /// Step `t` of some sequences, whose inputs stand in their rows of `x`: their outputs.
    fn step(&mut self, t: usize, sequences: &[usize]) -> Vec<Float> {
        let Case { batch, time, features, units, .. } = *self.case;
        let all = narrow(&self.case.x);
        let x: Vec<Float> = (0..batch)
            .flat_map(|b| all[(b * time + t) * features..][..features].to_vec())
            .collect();
        let rows: Vec<StepRow> =
            sequences.iter().map(|b| StepRow { row: *b, stream: self.slots[*b] }).collect();
        let mut output = vec![7.0; batch * units];
        let (h, c) = (&mut self.h, &mut self.c);
        let (rows, scratch) = (&rows[..], &mut self.scratch[..]);
        let Streams { reverse, threads, .. } = *self;
        let step_of = Step { x: &x, rows, h, c, output: &mut output, scratch, reverse, threads };
        step(&self.packed, step_of);
        self.reverse = !reverse;
        for b in (0..batch).filter(|b| !sequences.contains(b)) {
            assert!(output[b * units..][..units].iter().all(|v| *v == 7.0), "row {b}");
        }
        output
    }
}

fn check(cell: Cell, size: [usize; 4], isa: Isa, threads: usize) {
    check_case(&Case::new(cell, size, 5).with_initial_states(6), isa, threads);
}

fn check_case(case: &Case, isa: Isa, threads: usize) {
    let Case { cell, batch, time, features, units, .. } = *case;
    let size = [batch, time, features, units];
    let expected = case.run(isa);
    let mut random = Random(7);
    // Any order and gaps; side by side, in some cases.
    let mut slots: Vec<usize> = (0..2 * batch).collect();
    if random.below(2) == 0 {
        (0..2 * batch).for_each(|i| slots.swap(i, random.below(2 * batch)));
    }
    slots.truncate(batch);
    let mut streams = Streams::new(case, isa, slots);
    streams.threads = threads;
    // Each sequence at a time of its own.
    let mut at = vec![0; batch];
    while at.iter().any(|t| *t < time) {
        let t = *at.iter().filter(|t| **t < time).min().unwrap();
        let ready: Vec<usize> = (0..batch).filter(|b| at[*b] == t && random.below(3) > 0).collect();
        let output = streams.step(t, &ready);
        for b in ready {
            at[b] += 1;
            let expected = &expected.sequence[(b * time + t) * units..][..units];
            let found = &output[b * units..][..units];
            let format = case.format;
            assert!(
                found == expected,
                "{isa:?} {format:?} {cell:?} {size:?}, sequence {b}, step {t}"
            );
        }
    }
    let stride = streams.packed.state_stride();
    for (i, states) in [&streams.h, &streams.c].into_iter().take(cell.states()).enumerate() {
        for (b, slot) in streams.slots.iter().enumerate() {
            let expected = &expected.states[i][b * units..][..units];
            assert!(states[slot * stride..][..units] == *expected, "{cell:?}: state {i}");
        }
    }
}

#[test]
fn steps_of_streams_equal_the_sequence() {
    let mut isas = Isa::available();
    isas.push(Isa::Emulated);
    for isa in isas {
        for (activation, recurrent) in [(Tanh, Sigmoid), (Relu, Softsign), (Gelu, Sigmoid)] {
            for cell in cells(activation, recurrent) {
                // Blocks of every number, in whole and in part; one row and many.
                for units in [1, 3, 8, 17, 24, 37, 64, 100, 130] {
                    check(cell, [1, 4, 5, units], isa, 1);
                }
                for batch in [2, 3, 9] {
                    check(cell, [batch, 5, 3, 21], isa, 1);
                }
                check(cell, [1, 3, 70, 40], isa, 1);
                // Work enough for two threads and more.
                check(cell, [1, 3, 5, 280], isa, 4);
                check(cell, [7, 3, 4, 130], isa, 3);
            }
        }
    }
}

#[test]
fn single_rows_read_of_rounded_weights_what_all_others_do() {
    let mut isas = Isa::available();
    isas.push(Isa::Emulated);
    for isa in isas {
        for format in [WeightFormat::Bfloat16, WeightFormat::Int8] {
            for (activation, recurrent) in [(Tanh, Sigmoid), (Relu, Softsign), (Gelu, Sigmoid)] {
                for cell in cells(activation, recurrent) {
                    for (size, threads) in [
                        ([1, 4, 5, 1], 1),
                        ([1, 4, 1, 8], 1),
                        ([1, 4, 6, 37], 1),
                        ([1, 4, 7, 64], 1),
                        ([1, 3, 3, 130], 2),
                        ([3, 4, 5, 21], 1),
                    ] {
                        let mut case = Case::new(cell, size, 5).with_initial_states(6);
                        case.format = format;
                        check_case(&case, isa, threads);
                    }
                }
            }
        }
    }
}

/// The largest difference of the states over a thousand steps.
#[test]
fn rounded_weights_stay_close() {
    for (format, most) in [(WeightFormat::Bfloat16, 5e-3), (WeightFormat::Int8, 3e-2)] {
        for cell in cells(Tanh, Sigmoid) {
            let mut case = Case::new(cell, [1, 1000, 16, 64], 5);
            // As trained layers, whose weights are mostly about as large as those they start from.
            let as_trained = |weights: &mut Vec<f64>| weights.iter_mut().for_each(|w| *w *= 0.4);
            as_trained(&mut case.kernel);
            as_trained(&mut case.recurrent_kernel);
            let exact = case.run(crate::active_isa()).sequence;
            case.format = format;
            let rounded = case.run(crate::active_isa()).sequence;
            let difference = exact.iter().zip(&rounded).map(|(a, b)| (a - b).abs());
            let difference = difference.fold(0.0, Float::max);
            assert!(difference > 0.0 && difference < most, "{cell:?} {format:?}: {difference}");
        }
    }
}

#[test]
fn a_weight_that_is_no_number_is_not_lost() {
    for format in [WeightFormat::Bfloat16, WeightFormat::Int8] {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut case = Case::new(cells(Tanh, Sigmoid)[0], [1, 1, 2, 3], 5);
            case.kernel[1] = bad;
            case.format = format;
            let states = vec![0.0; 3];
            case.initial = vec![states];
            let mut streams = Streams::new(&case, crate::active_isa(), vec![0]);
            let output = streams.step(0, &[0]);
            assert!(output[1].is_nan() || output[1].abs() >= 1.0, "{format:?} {bad}: {output:?}");
            assert!(output[0].abs() < 1.0 && output[2].abs() < 1.0);
        }
    }
}

#[test]
#[should_panic(expected = "the state has")]
fn a_stream_that_is_not_there_is_refused() {
    let case = Case::new(cells(Tanh, Sigmoid)[2], [1, 1, 2, 3], 1).with_initial_states(2);
    let mut streams = Streams::new(&case, Isa::Portable, vec![0]);
    streams.slots = vec![2];
    streams.step(0, &[0]);
}
