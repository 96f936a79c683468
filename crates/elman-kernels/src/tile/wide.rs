//! One row times several panels at once: the loop of a batch of one.

use super::{Product, Start};
use crate::Float;
use crate::simd::{Simd, Task};

/// How many panels [`wide`] takes at once: enough chains to cover the latency of the fused
/// multiplication, and few enough streams for the prefetcher.
pub(crate) const WIDE: [usize; 4] = [8, 4, 4, 2];

/// One row times `WIDE[vectors - 1]` panels at once, `b_next` apart in the right matrix, `c_next`
/// (and, for [`Start::Bias`], `vectors * LANES`) apart in the result; the columns are full.
///
/// # Safety
/// As [`rows`].
pub(crate) unsafe fn wide<S: Simd>(
    s: S,
    vectors: usize,
    product: &Product,
    a: *const Float,
    c: *mut Float,
    b_next: usize,
    c_next: usize,
) {
    match vectors {
        1 => s.run(Wide::<8, 1> { product, a, c, b_next, c_next }),
        2 => s.run(Wide::<4, 2> { product, a, c, b_next, c_next }),
        3 => s.run(Wide::<4, 3> { product, a, c, b_next, c_next }),
        _ => s.run(Wide::<2, 4> { product, a, c, b_next, c_next }),
    }
}

struct Wide<'a, const B: usize, const V: usize> {
    product: &'a Product,
    a: *const Float,
    c: *mut Float,
    b_next: usize,
    c_next: usize,
}

impl<const B: usize, const V: usize> Task for Wide<'_, B, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let p = self.product;
        let mut acc = [[s.splat(0.0); V]; B];
        // SAFETY: `wide`'s caller promises that the pointers are valid for the product.
        unsafe {
            for i in 0..B {
                for v in 0..V {
                    match p.start {
                        Start::Zero => {}
                        Start::Bias(bias) => acc[i][v] = s.load(bias.add((i * V + v) * S::LANES)),
                        Start::Result => {
                            acc[i][v] = s.load(self.c.add(i * self.c_next + v * S::LANES));
                        }
                    }
                }
            }
            let mut b = p.b;
            for (group, segment) in p.pairs() {
                let mut at = group * p.group_stride + segment * p.segment_stride;
                for _ in 0..p.segment_len {
                    let factor = s.splat(*self.a.add(at));
                    for i in 0..B {
                        for v in 0..V {
                            let panel = s.load(b.add(i * self.b_next + v * S::LANES));
                            acc[i][v] = s.fma(factor, panel, acc[i][v]);
                        }
                    }
                    at += p.a_step;
                    b = b.add(p.b_step);
                }
            }
            for i in 0..B {
                for v in 0..V {
                    s.store(self.c.add(i * self.c_next + v * S::LANES), acc[i][v]);
                }
            }
        }
    }
}
