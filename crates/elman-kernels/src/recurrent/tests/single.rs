//! Steps of streams, which must be those of a sequence to the last bit.

use super::support::{Case, Random, cells, narrow};
use crate::Activation::{Gelu, Relu, Sigmoid, Softsign, Tanh};
use crate::recurrent::{Cell, Packed, Step, StepRow, step};
use crate::{Float, Isa};

/// Streams whose states lie in `slots`, more than there are sequences.
struct Streams<'a> {
    case: &'a Case,
    packed: Packed,
    slots: Vec<usize>,
    h: Vec<Float>,
    c: Vec<Float>,
    scratch: Vec<Float>,
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
        Streams { case, packed, slots, h, c, scratch }
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
        let (output_of, scratch) = (&mut output, &mut self.scratch);
        step(&self.packed, Step { x: &x, rows: &rows, h, c, output: output_of, scratch });
        for b in (0..batch).filter(|b| !sequences.contains(b)) {
            assert!(output[b * units..][..units].iter().all(|v| *v == 7.0), "row {b}");
        }
        output
    }
}

fn check(cell: Cell, size: [usize; 4], isa: Isa) {
    let case = Case::new(cell, size, 5).with_initial_states(6);
    let [batch, time, _, units] = size;
    let expected = case.run(isa);
    let mut random = Random(7);
    // Any order and gaps; side by side, in some cases.
    let mut slots: Vec<usize> = (0..2 * batch).collect();
    if random.below(2) == 0 {
        (0..2 * batch).for_each(|i| slots.swap(i, random.below(2 * batch)));
    }
    slots.truncate(batch);
    let mut streams = Streams::new(&case, isa, slots);
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
            assert!(found == expected, "{isa:?} {cell:?} {size:?}, sequence {b}, step {t}");
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
                    check(cell, [1, 4, 5, units], isa);
                }
                for batch in [2, 3, 9] {
                    check(cell, [batch, 5, 3, 21], isa);
                }
                check(cell, [1, 3, 70, 40], isa);
            }
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
