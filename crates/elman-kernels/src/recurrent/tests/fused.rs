//! The fast kernels against the plain loops in f64, on every instruction set.

use super::support::{Case, Random, cells};
use crate::Activation::{self, *};
use crate::recurrent::Cell;
use crate::{Isa, simd};

/// Sizes around every boundary: one, a vector and one more or less, several blocks.
const UNITS: [usize; 14] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 65, 130];

fn check_sizes(isa: Isa) {
    let mut random = Random(11);
    for units in UNITS {
        for cell in cells(Tanh, Sigmoid) {
            let size = [1 + random.below(9), 1 + random.below(5), 1 + random.below(20), units];
            Case::new(cell, size, random.next()).check(isa);
            let mut case = Case::new(cell, [1, 3, 2, units], random.next()).with_initial_states(3);
            case.bias = None;
            case.go_backwards = true;
            case.check(isa);
        }
    }
    for cell in cells(Tanh, Sigmoid) {
        // More steps than one portion and one chunk, and empty ones.
        Case::new(cell, [2, 200, 3, 5], 5).check(isa);
        Case::new(cell, [1, 1, 70, 20], 6).check(isa);
        Case::new(cell, [0, 3, 2, 4], 7).check(isa);
        Case::new(cell, [3, 0, 2, 4], 8).with_initial_states(4).check(isa);
        Case::new(cell, [3, 4, 0, 4], 9).check(isa);
    }
}

fn check_activations(isa: Isa) {
    // A state keeps its width, so no cell has an activation that halves it.
    let keeps = |activation: &Activation| activation.output_width(4) == Some(4);
    for activation in Activation::ALL.iter().copied().filter(keeps) {
        for cell in cells(activation, HardSigmoid).into_iter().chain(cells(Tanh, activation)) {
            let mut case = Case::new(cell, [3, 3, 2, 5], 21);
            // Gates without a bound grow from step to step: keep them small.
            case.kernel.iter_mut().for_each(|w| *w *= 0.3);
            case.recurrent_kernel.iter_mut().for_each(|w| *w *= 0.3);
            case.check(isa);
        }
    }
}

fn check_masks(isa: Isa) {
    for (seed, cell) in (0..).zip(cells(Tanh, Sigmoid)) {
        for (go_backwards, zero) in [(false, false), (true, false), (false, true), (true, true)] {
            for size in [[5, 7, 3, 17], [1, 9, 2, 33], [13, 40, 2, 6]] {
                let mut case = Case::new(cell, size, seed).with_mask(seed + 1);
                (case.go_backwards, case.zero_output_for_mask) = (go_backwards, zero);
                case.check(isa);
                case.with_initial_states(seed).check(isa);
            }
        }
    }
}

/// No mask, one for all gates, and one for each.
fn mask_counts(cell: Cell) -> Vec<[usize; 2]> {
    let gates = cell.gates();
    vec![[1, 0], [gates, 0], [0, 1], [0, gates], [1, gates], [gates, 1], [gates, gates]]
}

fn check_dropout(isa: Isa) {
    let mut random = Random(31);
    // The last ones are Softmax: not fused, so that the plain loops compute them.
    for cell in cells(Tanh, Sigmoid).into_iter().chain(cells(Softmax, Sigmoid)) {
        for counts in mask_counts(cell) {
            for units in UNITS.into_iter().filter(|&n| cell.is_fused() || n < 9) {
                let size = [1 + random.below(9), 1 + random.below(5), 1 + random.below(20), units];
                Case::new(cell, size, random.next()).with_dropout(counts, random.next()).check(isa);
            }
            for size in [[5, 7, 3, 17], [1, 9, 2, 33], [13, 40, 2, 6], [1, 4, 70, 130]] {
                let mut case = Case::new(cell, size, random.next())
                    .with_dropout(counts, random.next())
                    .with_mask(random.next())
                    .with_initial_states(random.next());
                case.zero_output_for_mask = random.below(2) == 0;
                case.go_backwards = random.below(2) == 0;
                case.check(isa);
            }
            for size in [[0, 3, 2, 4], [3, 0, 2, 4], [3, 4, 0, 4]] {
                Case::new(cell, size, 9).with_dropout(counts, 10).check(isa);
            }
        }
        // More steps than one portion and one chunk.
        let counts = [cell.gates(), cell.gates()];
        Case::new(cell, [2, 200, 3, 5], 5).with_dropout(counts, 6).check(isa);
    }
}

macro_rules! suite {
    ($($name:ident: $isa:expr;)*) => {$(
        mod $name {
            use super::*;

            fn on(check: fn(Isa)) {
                if $isa == Isa::Emulated || simd::available().contains(&$isa) {
                    check($isa);
                }
            }

            #[test]
            fn sizes() {
                on(check_sizes);
            }

            #[test]
            fn activations() {
                on(check_activations);
            }

            #[test]
            fn masks() {
                on(check_masks);
            }

            #[test]
            fn dropout() {
                on(check_dropout);
            }
        }
    )*};
}

suite! {
    portable: Isa::Portable;
    avx2: Isa::Avx2;
    avx512: Isa::Avx512;
    neon: Isa::Neon;
    emulated: Isa::Emulated;
}
