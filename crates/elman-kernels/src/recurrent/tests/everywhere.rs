//! The same bits on every machine: what an instruction set with fused multiplications computes is
//! pinned as one number per cell, the same for all of them, whatever machine runs the tests.
//!
//! A change that is meant to change bits renews the numbers: the failing test says the new ones.

use super::support::{Case, Everything, cells};
use crate::Activation::{self, Sigmoid, Tanh};
use crate::recurrent::Cell;
use crate::{Isa, simd};

/// FNV-1a over the bits.
fn digest(everything: &[Everything]) -> u64 {
    let numbers = everything.iter().flat_map(|e| {
        let vectors = [&e.sequence, &e.last, &e.x, &e.kernel, &e.recurrent_kernel, &e.bias];
        vectors.into_iter().chain(&e.states).chain(&e.initial).flatten()
    });
    let bytes = numbers.flat_map(|x| x.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Outputs, states and gradients: of one row and of several, of several blocks, masked, dropped.
fn of_cell(cell: Cell, isa: Isa) -> u64 {
    let gates = cell.gates();
    let cases = [
        Case::new(cell, [1, 9, 5, 3], 1),
        Case::new(cell, [1, 12, 33, 70], 2).with_initial_states(3),
        Case::new(cell, [7, 11, 18, 37], 4).with_mask(5).with_initial_states(6),
        Case::new(cell, [13, 5, 3, 130], 7).with_dropout([1, gates], 8),
        Case::new(cell, [4, 5, 20, 16], 9).with_dropout([gates, gates], 10),
    ];
    digest(&cases.map(|case| case.run(isa)))
}

/// Every activation that a cell may have, in one number.
fn of_activations(isa: Isa) -> u64 {
    let keeps = |activation: &Activation| activation.output_width(4) == Some(4);
    let run = |activation| {
        let mut case = Case::new(Cell::SimpleRnn { activation }, [3, 6, 4, 21], 11);
        case.recurrent_kernel.iter_mut().for_each(|w| *w *= 0.3);
        case.run(isa)
    };
    let all: Vec<_> = Activation::ALL.iter().copied().filter(keeps).map(run).collect();
    digest(&all)
}

#[test]
fn bits_are_those_of_every_machine() {
    let mut isas = simd::available();
    // Where its multiplications are fused it is as good as the others.
    isas.retain(|&isa| isa != Isa::Portable || cfg!(target_arch = "aarch64"));
    isas.push(Isa::Emulated);
    for isa in isas {
        let found = cells(Tanh, Sigmoid).map(|cell| of_cell(cell, isa));
        assert!(found == CELLS, "{isa:?}: cells {found:#018x?}");
        let found = of_activations(isa);
        assert!(found == ACTIVATIONS, "{isa:?}: activations {found:#018x}");
    }
}

/// SimpleRNN, LSTM, GRU with `reset_after` and without.
const CELLS: [u64; 4] =
    [0x60f1_470c_46aa_b4e8, 0xbcc2_15ec_8250_fc36, 0x9271_04ee_7ffb_a07e, 0x69f0_aa58_98e9_640e];
const ACTIVATIONS: u64 = 0x5032_22ae_4d10_3801;
