//! Panels of fewer bits, for single rows.
//!
//! They hold the numbers of the other panels, which are rounded: whichever is read, the results are
//! the same to the bit.

use super::layout::{Layout, Slot};
use crate::Float;
use crate::buffer::Buffer;
use crate::recurrent::format::{Rounded, WeightFormat, bits};
use crate::tile::{Pair, Weight};

/// See the module's documentation.
#[derive(Debug)]
pub(super) enum Reduced {
    Bfloat16 { kernel: Panels<Pair>, recurrent: Panels<Pair> },
    Int8 { kernel: Panels<i8>, recurrent: Panels<i8>, scaled: Scaled },
}

/// What results of integers are multiplied by, and what they start from: divided by the same, which
/// is exact, since it is a power of two.
#[derive(Debug)]
pub(super) struct Scaled {
    /// `(blocks, vectors, lanes)`, of all vectors of a row.
    pub scale: Buffer,
    /// `(blocks, vectors, lanes)`, of those that the input has.
    pub bias: Buffer,
    /// `(blocks, lanes)`: the bias of `g'` of the GRU.
    pub inner_bias: Buffer,
}

/// Panels, one per block.
#[derive(Debug)]
pub(super) struct Panels<W> {
    lines: Vec<Lines<W>>,
}

/// Whole cache lines of numbers of any size, without gaps.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Lines<W>([W; 64]);

impl<W: Weight + Default> Panels<W> {
    fn new(count: usize, value: impl Fn(usize) -> W) -> Panels<W> {
        let value = |at: usize| if at < count { value(at) } else { W::default() };
        let lines = |first: usize| Lines(std::array::from_fn(|i| value(64 * first + i)));
        Panels { lines: (0..count.div_ceil(64)).map(lines).collect() }
    }

    pub(super) fn as_pointer(&self) -> *const W {
        self.lines.as_ptr().cast()
    }
}

/// Where the numbers of panels come from.
struct Source<'a> {
    layout: &'a Layout,
    slots: &'a [Slot],
    rounded: &'a Rounded,
    /// `(depth, columns)`, as Keras has them.
    weights: &'a [Float],
}

impl Source<'_> {
    /// The width of a panel, and how many rows it has.
    fn size(&self) -> [usize; 2] {
        let columns = self.rounded.scales.len();
        [self.slots.len() * self.layout.lanes, self.weights.len() / columns]
    }

    /// Keras's column in a column of a block's panel; none in a lane beyond the last unit.
    fn column(&self, block: usize, column: usize) -> Option<usize> {
        let slot = self.slots[column / self.layout.lanes];
        let unit = self.layout.unit(block, slot, column % self.layout.lanes);
        unit.map(|unit| slot.gate * self.layout.units + unit)
    }

    fn pairs(&self) -> Panels<Pair> {
        let [width, depth] = self.size();
        let panel = Pair::panel(depth, width);
        Panels::new(self.layout.blocks * panel, |at| {
            let (block, k, column) = (at / panel, at % panel / width * 2, at % width);
            let Some(column) = self.column(block, column) else { return Pair(0) };
            let row = |k: usize| self.weights.get(k * self.rounded.scales.len() + column);
            // The other of a pair has the first one's bits as its last.
            Pair(row(k + 1).map_or_else(|| row(k).map_or(0, |&w| bits(w) >> 16), |&w| bits(w)))
        })
    }

    fn integers(&self) -> Panels<i8> {
        let [width, depth] = self.size();
        let panel = i8::panel(depth, width);
        Panels::new(self.layout.blocks * panel, |at| {
            let (block, k, column) = (at / panel, at % panel / width, at % width);
            let Some(column) = self.column(block, column) else { return 0 };
            let scales = &self.rounded.scales;
            (self.weights[k * scales.len() + column] / scales[column]) as i8
        })
    }
}

impl Reduced {
    /// The panels of weights that the format can hold; none if it holds all numbers. `bias` gives
    /// what a gate and a unit start from, or `g'` of the GRU.
    pub(super) fn new(
        layout: &Layout,
        rounded: &Rounded,
        bias: impl Fn(usize, usize) -> Float,
        inner_bias: impl Fn(usize) -> Float,
    ) -> Option<Reduced> {
        let source = |slots, weights| Source { layout, slots, rounded, weights };
        let kernel = source(&layout.input, &rounded.kernel);
        let recurrent = source(&layout.recurrent, &rounded.recurrent_kernel);
        Some(match rounded.format {
            WeightFormat::Float32 => return None,
            WeightFormat::Bfloat16 => {
                Reduced::Bfloat16 { kernel: kernel.pairs(), recurrent: recurrent.pairs() }
            }
            WeightFormat::Int8 => {
                let scaled = Scaled::new(layout, rounded, bias, inner_bias);
                let (kernel, recurrent) = (kernel.integers(), recurrent.integers());
                Reduced::Int8 { kernel, recurrent, scaled }
            }
        })
    }
}

impl Scaled {
    fn new(
        layout: &Layout,
        rounded: &Rounded,
        bias: impl Fn(usize, usize) -> Float,
        inner_bias: impl Fn(usize) -> Float,
    ) -> Scaled {
        let scale = |gate: usize, unit: usize| rounded.scales[gate * layout.units + unit];
        // The vectors of the input, and what the recurrent product has beyond them.
        let input = layout.input.len();
        let beyond = (input * layout.lanes).saturating_sub(layout.recurrent_at) / layout.lanes;
        let all: Vec<Slot> =
            layout.input.iter().chain(layout.recurrent.iter().skip(beyond)).copied().collect();
        let inner = if layout.has_inner_bias() { &all[input..] } else { &[] };
        Scaled {
            scale: vectors(layout, &all, scale),
            bias: vectors(layout, &layout.input, |gate, unit| bias(gate, unit) / scale(gate, unit)),
            inner_bias: vectors(layout, inner, |gate, unit| inner_bias(unit) / scale(gate, unit)),
        }
    }
}

/// `(blocks, slots, lanes)`: zeros in lanes beyond the last unit.
fn vectors(layout: &Layout, slots: &[Slot], value: impl Fn(usize, usize) -> Float) -> Buffer {
    super::pack::panels(layout, 1, slots, |_, gate, unit| value(gate, unit))
}
