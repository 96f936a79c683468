//! One row through two products at once: the loop of a single step.

use crate::Float;
use crate::simd::{Simd, Task};

/// `z = bias + x K + h R` for some blocks of one row, each element one chain: first over x, then
/// over h, as when the one product is stored before the other adds to it.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    pub x: *const Float,
    pub features: usize,
    /// The panel of the first block, and from one block's to the next.
    pub kernel: *const Float,
    pub kernel_next: usize,
    /// `I` vectors for each block.
    pub bias: *const Float,
    /// A vector for each block: what the vectors beyond `I` start with. May be null if none are.
    pub inner_bias: *const Float,
    pub h: *const Float,
    pub units: usize,
    pub recurrent: *const Float,
    pub recurrent_next: usize,
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

/// Computes `blocks` blocks.
///
/// # Safety
/// The pointers are valid for what [`Chain`] says is read and written; `z` overlaps nothing that
/// is read.
pub(crate) unsafe fn chain<S: Simd>(s: S, parts: Parts, chain: Chain, blocks: usize) {
    let Parts { vectors, input, recurrent_from } = parts;
    // As many blocks at once as cover the latency of the fused multiplication and leave a register
    // for the factor; what remains with as few tails as possible.
    macro_rules! sizes {
        ($v:literal, $i:literal, $f:literal: $($b:literal),*) => {{
            let (mut chain, mut left) = (chain, blocks);
            while left > 0 {
                $(if left >= $b {
                    s.run(Chains::<$b, $v, $i, $f>(&chain));
                    chain = chain.skip::<S>($b, $i);
                    left -= $b;
                    continue;
                })*
            }
        }};
    }
    match (vectors, input, recurrent_from) {
        (1, 1, 0) => sizes!(1, 1, 0: 8, 4, 2, 1),
        (2, 2, 0) => sizes!(2, 2, 0: 4, 2, 1),
        (3, 3, 0) => sizes!(3, 3, 0: 4, 2, 1),
        (4, 4, 0) if blocks == 3 => sizes!(4, 4, 0: 3, 1),
        (4, 4, 0) => sizes!(4, 4, 0: 2, 1),
        (4, 3, 1) if blocks == 3 => sizes!(4, 3, 1: 3, 1),
        (4, 3, 1) => sizes!(4, 3, 1: 4, 2, 1),
        (3, 3, 1) => sizes!(3, 3, 1: 4, 2, 1),
        _ => unreachable!("no chain of {vectors} vectors, {input} of x"),
    }
}

impl Chain {
    /// The same from `blocks` blocks further on, where x adds to `input` vectors.
    fn skip<S: Simd>(self, blocks: usize, input: usize) -> Chain {
        Chain {
            kernel: self.kernel.wrapping_add(blocks * self.kernel_next),
            bias: self.bias.wrapping_add(blocks * input * S::LANES),
            inner_bias: self.inner_bias.wrapping_add(blocks * S::LANES),
            recurrent: self.recurrent.wrapping_add(blocks * self.recurrent_next),
            z: self.z.wrapping_add(blocks * self.z_next),
            ..self
        }
    }
}

/// `B` blocks of `V` vectors; x adds to the first `I`, h to those from `F` on.
struct Chains<'a, const B: usize, const V: usize, const I: usize, const F: usize>(&'a Chain);

impl<const B: usize, const V: usize, const I: usize, const F: usize> Task
    for Chains<'_, B, V, I, F>
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
            let mut panel = c.kernel;
            for k in 0..c.features {
                let factor = s.splat(*c.x.add(k));
                for i in 0..B {
                    for v in 0..I {
                        let b = s.load(panel.add(i * c.kernel_next + v * S::LANES));
                        acc[i][v] = s.fma(factor, b, acc[i][v]);
                    }
                }
                panel = panel.add(I * S::LANES);
            }
            let mut panel = c.recurrent;
            for k in 0..c.units {
                let factor = s.splat(*c.h.add(k));
                for i in 0..B {
                    for v in F..V {
                        let b = s.load(panel.add(i * c.recurrent_next + (v - F) * S::LANES));
                        acc[i][v] = s.fma(factor, b, acc[i][v]);
                    }
                }
                panel = panel.add((V - F) * S::LANES);
            }
            for i in 0..B {
                for v in 0..V {
                    s.store(c.z.add(i * c.z_next + v * S::LANES), acc[i][v]);
                }
            }
        }
    }
}
