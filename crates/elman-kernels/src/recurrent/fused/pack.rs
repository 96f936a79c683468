//! Weights in the order in which the kernels read them.

use super::super::{Cell, Weights};
use super::layout::{CANDIDATE, Layout, Slot, panel};
use super::reduced::Reduced;
use crate::buffer::Buffer;
use crate::recurrent::format::Rounded;
use crate::{Float, Isa};
use std::sync::OnceLock;

/// The packed weights of a layer. A panel is `(depth, vectors, lanes)`.
#[derive(Debug)]
pub(in super::super) struct Fused {
    pub(super) layout: Layout,
    pub(super) features: usize,
    /// A panel per block of the kernel.
    pub(super) kernel: Buffer,
    /// `(blocks, vectors, lanes)`: the bias, in the columns of `kernel`.
    pub(super) bias: Buffer,
    /// A panel per block of the recurrent kernel (GRU without `reset_after`: of z and r).
    pub(super) recurrent: Buffer,
    /// GRU: the bias of `g'` in vectors, one per block; without `reset_after`: panels of `R_g`.
    pub(super) candidate: Buffer,
    /// The panels of `kernel` and `recurrent` in fewer bits, if those are asked for.
    pub(super) reduced: Option<Reduced>,
    transposed: OnceLock<Transposed>,
}

/// The transposed weights, which backward alone needs.
#[derive(Debug)]
pub(super) struct Transposed {
    /// Panels of features, over the gates that the input has.
    pub kernel: Buffer,
    /// The vectors of such a panel.
    pub kernel_vectors: usize,
    /// Panels of units, over those of the state.
    pub recurrent: Buffer,
    /// GRU without `reset_after`: panels of units of `R_g`, over that gate.
    pub candidate: Buffer,
}

/// Fills a buffer with `count` numbers.
fn fill(count: usize, mut value: impl FnMut(usize) -> Float) -> Buffer {
    let mut buffer = Buffer::zeros(count);
    // SAFETY: the buffer holds `count` numbers, all written.
    let numbers = unsafe { std::slice::from_raw_parts_mut(buffer.pointer(), count) };
    numbers.iter_mut().enumerate().for_each(|(i, number)| *number = value(i));
    buffer
}

/// Panels, one per block: `value(k, gate, unit)` for each row k of `depth` and each lane in use.
pub(super) fn panels(
    layout: &Layout,
    depth: usize,
    slots: &[Slot],
    value: impl Fn(usize, usize, usize) -> Float,
) -> Buffer {
    let width = slots.len() * layout.lanes;
    let mut buffer = Buffer::zeros(layout.blocks * depth * width);
    let numbers = buffer.pointer();
    for block in 0..layout.blocks {
        for (v, &slot) in slots.iter().enumerate() {
            for k in 0..depth {
                for lane in 0..layout.lanes {
                    let Some(unit) = layout.unit(block, slot, lane) else { break };
                    let at = (block * depth + k) * width + v * layout.lanes + lane;
                    // SAFETY: `at` is below the `blocks * depth * width` numbers of the buffer.
                    unsafe { *numbers.add(at) = value(k, slot.gate, unit) };
                }
            }
        }
    }
    buffer
}

/// The transpose of such panels: panels of `vectors` vectors over the `columns` rows that they
/// have, with the depth that [`Layout::depth_of`] says.
fn transpose(
    layout: &Layout,
    packed: &Buffer,
    depth: usize,
    slots: usize,
    vectors: usize,
) -> Buffer {
    let width = vectors * layout.lanes;
    let panel = slots * layout.lanes;
    let new_depth = layout.blocks * panel;
    let mut buffer = Buffer::zeros(depth.div_ceil(width) * new_depth * width);
    let (from, to) = (packed.as_pointer(), buffer.pointer());
    for block in 0..layout.blocks {
        for k in 0..depth {
            for column in 0..panel {
                let source = (block * depth + k) * panel + column;
                let (v, lane) = (column / layout.lanes, column % layout.lanes);
                let row = (k / width) * new_depth + layout.depth_of(slots, block, v, lane);
                let target = row * width + k % width;
                // SAFETY: both within the sizes the buffers were made with.
                unsafe { *to.add(target) = *from.add(source) };
            }
        }
    }
    buffer
}

impl Fused {
    pub(in super::super) fn new(
        cell: Cell,
        features: usize,
        units: usize,
        weights: &Weights<'_>,
        rounded: Option<&Rounded>,
        isa: Isa,
    ) -> Fused {
        let layout = Layout::new(cell, units, isa);
        let columns = cell.gates() * units;
        let (kernel, recurrent) = (weights.kernel, weights.recurrent_kernel);
        let bias = |i: usize| weights.bias.map_or(0.0, |bias| bias[i]);
        let reset_after = matches!(cell, Cell::Gru { reset_after: true, .. });
        let input_bias = |gate: usize, unit: usize| {
            let column = gate * units + unit;
            let second = reset_after && gate != 2;
            bias(column) + if second { bias(columns + column) } else { 0.0 }
        };
        // Gate 2 is the candidate; its second bias stays apart, because r scales it.
        let inner_bias = |unit: usize| bias(columns + 2 * units + unit);
        let candidate = match cell {
            Cell::Gru { reset_after: true, .. } => fill(layout.blocks * layout.lanes, |unit| {
                if unit < units { inner_bias(unit) } else { 0.0 }
            }),
            Cell::Gru { .. } => panels(&layout, units, &CANDIDATE, |k, gate, unit| {
                recurrent[k * columns + gate * units + unit]
            }),
            _ => Buffer::default(),
        };
        Fused {
            kernel: panels(&layout, features, &layout.input, |k, gate, unit| {
                kernel[k * columns + gate * units + unit]
            }),
            bias: panels(&layout, 1, &layout.input, |_, gate, unit| input_bias(gate, unit)),
            recurrent: panels(&layout, units, &layout.recurrent, |k, gate, unit| {
                recurrent[k * columns + gate * units + unit]
            }),
            candidate,
            reduced: rounded
                .and_then(|rounded| Reduced::new(&layout, rounded, input_bias, inner_bias)),
            features,
            layout,
            transposed: OnceLock::new(),
        }
    }

    pub(super) fn transposed(&self) -> &Transposed {
        self.transposed.get_or_init(|| {
            let layout = &self.layout;
            let kernel_vectors = panel(self.features.div_ceil(layout.lanes));
            let (units, vectors) = (layout.units, layout.transposed);
            Transposed {
                kernel: transpose(
                    layout,
                    &self.kernel,
                    self.features,
                    layout.input.len(),
                    kernel_vectors,
                ),
                kernel_vectors,
                recurrent: transpose(
                    layout,
                    &self.recurrent,
                    units,
                    layout.recurrent.len(),
                    vectors,
                ),
                candidate: if layout.resets_before() {
                    transpose(layout, &self.candidate, units, 1, vectors)
                } else {
                    Buffer::default()
                },
            }
        })
    }
}
