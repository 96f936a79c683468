//! The sizes that follow from cell, units and instruction set.

use super::super::Cell;
use crate::tile::{Columns, Product};
use crate::{Float, Isa};
use std::ops::Range;

/// A vector of a row: which of Keras's gates it holds, and how many units its first lane is past
/// the first of the block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub gate: usize,
    pub unit: usize,
}

/// The slots of the GRU's candidate alone.
pub(super) const CANDIDATE: [Slot; 1] = [Slot { gate: 2, unit: 0 }];

/// See the module's documentation.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub isa: Isa,
    pub cell: Cell,
    pub lanes: usize,
    pub units: usize,
    /// Units of a block.
    pub block: usize,
    pub blocks: usize,
    /// Numbers in a row of `z`.
    pub row: usize,
    /// The vectors that the projection of the input fills, from the start of a row.
    pub input: Vec<Slot>,
    /// The vectors that the recurrent product adds to (SimpleRNN, LSTM, GRU with `reset_after`),
    /// or the first of its two products.
    pub recurrent: Vec<Slot>,
    /// Where they start in a row.
    pub recurrent_at: usize,
    /// The vectors of a panel of the transposed recurrent kernel.
    pub transposed: usize,
    /// From one row of a state buffer to the next.
    pub stride: usize,
}

/// The widest panel, of 1 to 4 vectors, that wastes least on `vectors` vectors.
pub(super) fn panel(vectors: usize) -> usize {
    (1..=4).rev().min_by_key(|&v| vectors.div_ceil(v) * v).unwrap_or(4)
}

fn lanes(isa: Isa) -> usize {
    match isa {
        Isa::Avx512 => 16,
        Isa::Avx2 | Isa::Neon => 8,
        #[cfg(test)]
        Isa::Emulated => 16,
        _ => 4,
    }
}

impl Layout {
    pub(super) fn new(cell: Cell, units: usize, isa: Isa) -> Layout {
        // Few units fill half a vector: take vectors of half the length.
        let isa = if isa == Isa::Avx512 && units <= 8 { Isa::Avx2 } else { isa };
        let lanes = lanes(isa);
        let vectors = units.div_ceil(lanes);
        let transposed = panel(vectors);
        let gates = |gates: &[usize]| gates.iter().map(|&gate| Slot { gate, unit: 0 }).collect();
        let (block, row, input, recurrent, recurrent_at): (_, _, Vec<Slot>, Vec<Slot>, _) =
            match cell {
                Cell::SimpleRnn { .. } => {
                    let v = transposed;
                    let slots: Vec<_> = (0..v).map(|i| Slot { gate: 0, unit: i * lanes }).collect();
                    (v * lanes, v, slots.clone(), slots, 0)
                }
                Cell::Lstm { .. } => (lanes, 4, gates(&[0, 1, 2, 3]), gates(&[0, 1, 2, 3]), 0),
                Cell::Gru { reset_after: true, .. } => {
                    (lanes, 4, gates(&[2, 0, 1]), gates(&[0, 1, 2]), lanes)
                }
                Cell::Gru { .. } => (lanes, 4, gates(&[2, 0, 1]), gates(&[0, 1]), lanes),
            };
        // Rows a multiple of 1 KiB apart would share few sets of the first-level cache.
        let padded = transposed * lanes * vectors.div_ceil(transposed);
        let stride = if padded.is_multiple_of(256) { padded + 16 } else { padded };
        let blocks = units.div_ceil(block);
        let row = row * lanes;
        Layout {
            isa,
            cell,
            lanes,
            units,
            block,
            blocks,
            row,
            input,
            recurrent,
            recurrent_at,
            transposed,
            stride,
        }
    }

    /// Where the units of some blocks lie in a state, with the lanes beyond the last unit.
    pub(super) fn columns(&self, blocks: &Range<usize>) -> Range<usize> {
        let end = if blocks.end == self.blocks { self.stride } else { blocks.end * self.block };
        blocks.start * self.block..end
    }

    /// The unit of a lane, if there is one.
    pub(super) fn unit(&self, block: usize, slot: Slot, lane: usize) -> Option<usize> {
        let unit = block * self.block + slot.unit + lane;
        (unit < self.units).then_some(unit)
    }

    /// Where the vectors of a block lie in a row of Keras's kernels.
    pub(super) fn keras_columns(&self, block: usize, slots: &[Slot]) -> Columns {
        let mut columns = Columns { offset: [0; 4], lanes: [0; 4], full: true };
        for (v, slot) in slots.iter().enumerate() {
            let first = block * self.block + slot.unit;
            columns.lanes[v] = self.units.saturating_sub(first).min(self.lanes);
            columns.offset[v] = slot.gate * self.units + first.min(self.units);
            columns.full &= columns.lanes[v] == self.lanes;
        }
        columns
    }

    /// Panels of the transposed recurrent kernel.
    pub(super) fn transposed_panels(&self) -> usize {
        self.units.div_ceil(self.transposed * self.lanes)
    }

    /// Where lane `lane` of vector `v` (of `vectors`) of a block stands in the depth of a product
    /// with gate gradients: gate by gate and in each by unit, so that the order of the sums does
    /// not depend on the number of lanes.
    pub(super) fn depth_of(&self, vectors: usize, block: usize, v: usize, lane: usize) -> usize {
        match self.cell {
            Cell::SimpleRnn { .. } => (block * vectors + v) * self.lanes + lane,
            _ => (v * self.blocks + block) * self.lanes + lane,
        }
    }

    /// The depth of such a product, over a panel `b` with rows of `b_step`; from one
    /// block of `z` to the next are `next` numbers.
    pub(super) fn over_gates(
        &self,
        vectors: usize,
        next: usize,
        b: *const Float,
        b_step: usize,
    ) -> Product {
        let one_group = matches!(self.cell, Cell::SimpleRnn { .. });
        let (groups, length) = if one_group { (1, vectors) } else { (vectors, 1) };
        Product {
            groups,
            group_stride: self.lanes,
            segments: self.blocks,
            segment_len: length * self.lanes,
            segment_stride: next,
            ..Product::plain(0, b, b_step, Columns::packed(self.lanes))
        }
    }

    /// Whether the recurrent product has a bias of its own, that of `g'`.
    pub(super) fn has_inner_bias(&self) -> bool {
        matches!(self.cell, Cell::Gru { reset_after: true, .. })
    }

    /// Whether the recurrent product comes in two parts, with the reset gate in between.
    pub(super) fn resets_before(&self) -> bool {
        matches!(self.cell, Cell::Gru { reset_after: false, .. })
    }
}
