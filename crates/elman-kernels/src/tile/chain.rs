//! One row through two products at once: the loop of a single step.

use super::weight::Weight;
use crate::Float;
use crate::simd::{Simd, Task};

/// `z = bias + x K + h R` for some blocks of one row, each element one chain: first over x, then
/// over h, as when the one product is stored before the other adds to it.
#[derive(Clone, Copy)]
pub(crate) struct Chain<W> {
    pub x: *const Float,
    pub features: usize,
    /// The panel of the first block, and from one block's to the next.
    pub kernel: *const W,
    pub kernel_next: usize,
    /// `I` vectors for each block.
    pub bias: *const Float,
    /// A vector for each block: what the vectors beyond `I` start with. May be null if none are.
    pub inner_bias: *const Float,
    pub h: *const Float,
    pub units: usize,
    pub recurrent: *const W,
    pub recurrent_next: usize,
    /// `V` vectors for each block: what the result is multiplied by. May be null, for one.
    pub scale: *const Float,
    /// `V` vectors for each block, and from one block's to the next.
    pub z: *mut Float,
    pub z_next: usize,
}

/// Which vectors of a block the products add to: x to the first `input`, h to those from
/// `recurrent_from` up to `vectors`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    pub vectors: usize,
    pub input: usize,
    pub recurrent_from: usize,
}

/// Computes `blocks` blocks, from the last to the first if `reverse`.
///
/// # Safety
/// The pointers are valid for what [`Chain`] says is read and written; `z` overlaps nothing that
/// is read.
pub(crate) unsafe fn chain<S: Simd, W: Weight>(
    s: S,
    parts: Parts,
    chain: Chain<W>,
    blocks: usize,
    reverse: bool,
) {
    let Parts { vectors, input, recurrent_from } = parts;
    // As many blocks at once as cover the latency of the fused multiplication and leave a register
    // for the factor; what remains with as few tails as possible.
    macro_rules! sizes {
        ($v:literal, $i:literal, $f:literal: $($b:literal),*) => {{
            let mut left = blocks;
            while left > 0 {
                $(if left >= $b && (!W::UNPACKED || $b * $i <= S::UNPACKED_CHAINS) {
                    let at = if reverse { left - $b } else { blocks - left };
                    s.run(Chains::<W, $b, $v, $i, $f>(&chain.skip::<S>(at, $v, $i)));
                    left -= $b;
                    continue;
                })*
            }
        }};
    }
    match (vectors, input, recurrent_from) {
        (1, 1, 0) => sizes!(1, 1, 0: 8, 4, 2, 1),
        (2, 2, 0) => sizes!(2, 2, 0: 4, 2, 1),
        // What is unpacked needs registers of its own before it is a factor.
        (3, 3, 0) if W::UNPACKED => sizes!(3, 3, 0: 3, 2, 1),
        (4, 3, 1) if W::UNPACKED => sizes!(4, 3, 1: 3, 2, 1),
        (3, 3, 1) if W::UNPACKED => sizes!(3, 3, 1: 3, 2, 1),
        (4, 4, 0) if W::UNPACKED => sizes!(4, 4, 0: 2, 1),
        (3, 3, 0) => sizes!(3, 3, 0: 4, 2, 1),
        (4, 4, 0) if blocks == 3 => sizes!(4, 4, 0: 3, 1),
        (4, 4, 0) => sizes!(4, 4, 0: 2, 1),
        (4, 3, 1) if blocks == 3 => sizes!(4, 3, 1: 3, 1),
        (4, 3, 1) => sizes!(4, 3, 1: 4, 2, 1),
        (3, 3, 1) => sizes!(3, 3, 1: 4, 2, 1),
        _ => unreachable!("no chain of {vectors} vectors, {input} of x"),
    }
}

impl<W: Weight> Chain<W> {
    /// The same from `blocks` blocks of `vectors` further on, where x adds to `input` of them.
    fn skip<S: Simd>(self, blocks: usize, vectors: usize, input: usize) -> Chain<W> {
        Chain {
            kernel: self.kernel.wrapping_add(blocks * self.kernel_next),
            bias: self.bias.wrapping_add(blocks * input * S::LANES),
            inner_bias: self.inner_bias.wrapping_add(blocks * S::LANES),
            recurrent: self.recurrent.wrapping_add(blocks * self.recurrent_next),
            scale: self.scale.wrapping_add(blocks * vectors * S::LANES),
            z: self.z.wrapping_add(blocks * self.z_next),
            ..self
        }
    }
}

/// `B` blocks of `V` vectors; x adds to the first `I`, h to those from `F` on.
struct Chains<'a, W, const B: usize, const V: usize, const I: usize, const F: usize>(&'a Chain<W>);

impl<W: Weight, const B: usize, const V: usize, const I: usize, const F: usize> Task
    for Chains<'_, W, B, V, I, F>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let c = *self.0;
        let mut acc = [[s.splat(0.0); V]; B];
        // SAFETY: `chain`'s caller promises that the pointers are valid.
        unsafe {
            for i in 0..B {
                for v in 0..I {
                    acc[i][v] = s.load(c.bias.add((i * I + v) * S::LANES));
                }
                for v in I..V {
                    acc[i][v] = s.load(c.inner_bias.add(i * S::LANES));
                }
            }
            acc = W::sweep::<S, B, V, 0, I>(s, c.x, c.features, c.kernel, c.kernel_next, acc);
            let next = c.recurrent_next;
            acc = W::sweep::<S, B, V, F, V>(s, c.h, c.units, c.recurrent, next, acc);
            for i in 0..B {
                for v in 0..V {
                    if W::SCALED {
                        let scale = s.load(c.scale.add((i * V + v) * S::LANES));
                        acc[i][v] = s.mul(acc[i][v], scale);
                    }
                    s.store(c.z.add(i * c.z_next + v * S::LANES), acc[i][v]);
                }
            }
        }
    }
}
