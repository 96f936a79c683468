//! Sums over a part of the steps, by threads that take the steps that they have computed before.
//!
//! The gradients of small layers take less time to compute than the gates take to come from another
//! processor's cache. So each thread sums its own chunks of the depth; those of the first go
//! straight to where they belong, the others' are kept, and then added in order: the sums are the
//! same, to the bit, for every number of threads.

use super::weights::chunks;
use super::{Left, Steps};
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::{Shared, share};
use crate::recurrent::Gradients;
use std::ops::Range;
use std::ptr::null_mut;

/// Numbers that are kept at most: more would not stay in the caches.
const MOST: usize = 1 << 16;

/// Where sums go.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    kernel: Shared<Float>,
    recurrent: Shared<Float>,
    /// Null if there is none.
    bias: Shared<Float>,
    /// That of the recurrent product of the GRU, or null.
    inner_bias: Shared<Float>,
}

impl Sums {
    /// The caller's, whose biases are `inner` apart if there are two.
    pub(super) fn of(gradients: &mut Gradients<'_>, inner: Option<usize>) -> Sums {
        let bias = gradients.bias.as_mut().map_or(null_mut(), |bias| bias.as_mut_ptr());
        Sums {
            kernel: Shared(gradients.kernel.as_mut_ptr()),
            recurrent: Shared(gradients.recurrent_kernel.as_mut_ptr()),
            bias: Shared(bias),
            inner_bias: Shared(match inner {
                Some(apart) if !bias.is_null() => bias.wrapping_add(apart),
                _ => null_mut(),
            }),
        }
    }

    /// Where the sums with a left matrix go, and those of its ones if there are any.
    pub(super) fn target(&self, left: Left) -> (*mut Float, Option<*mut Float>) {
        let (target, ones) = match left {
            Left::Input => (self.kernel, self.bias),
            Left::State => (self.recurrent, self.inner_bias),
            Left::Reset => (self.recurrent, Shared(null_mut())),
        };
        (target.0, (!ones.0.is_null()).then_some(ones.0))
    }
}

/// The sums that are kept.
pub(super) struct Partial {
    memory: Buffer,
    /// Of a chunk: kernel, recurrent kernel, bias.
    sizes: [usize; 3],
    /// The chunks, and the first of which the sum is kept.
    chunks: usize,
    first: usize,
    threads: usize,
}

impl Partial {
    /// `None` if it does not pay.
    pub(super) fn new(gradients: &Gradients<'_>, steps: &Steps, threads: usize) -> Option<Partial> {
        let chunks = chunks(steps).count();
        if threads < 2 || steps.are_masked() || chunks < threads {
            return None;
        }
        let bias = gradients.bias.as_ref().map_or(0, |bias| bias.len());
        let sizes = [gradients.kernel.len(), gradients.recurrent_kernel.len(), bias];
        let first = share(chunks, threads, 0).end;
        let numbers = sizes.iter().sum::<usize>().saturating_mul(chunks - first);
        let memory = (numbers <= MOST).then(|| Buffer::uninit(numbers))?;
        Some(Partial { memory, sizes, chunks, first, threads })
    }

    /// The chunks of a thread.
    pub(super) fn share(&self, thread: usize) -> Range<usize> {
        share(self.chunks, self.threads, thread)
    }

    /// Where the sum of a chunk is kept, if it is; `whole` is where it goes in the end.
    pub(super) fn sums(&self, chunk: usize, whole: &Sums) -> Option<Sums> {
        let [kernel, recurrent, bias] = self.sizes;
        let kept = chunk.checked_sub(self.first)?;
        let at = self.memory.as_pointer().cast_mut();
        let at = at.wrapping_add(kept * (kernel + recurrent + bias));
        let at_bias = at.wrapping_add(kernel + recurrent);
        let if_there = |whole: Shared<Float>, kept: *mut Float| {
            Shared(if whole.0.is_null() { null_mut() } else { kept })
        };
        Some(Sums {
            kernel: Shared(at),
            recurrent: Shared(at.wrapping_add(kernel)),
            bias: if_there(whole.bias, at_bias),
            // The second half.
            inner_bias: if_there(whole.inner_bias, at_bias.wrapping_add(bias / 2)),
        })
    }

    /// Adds them up; the threads are done.
    pub(super) fn add(self, gradients: &mut Gradients<'_>) {
        let numbers = self.sizes.iter().sum::<usize>() * (self.chunks - self.first);
        // SAFETY: each thread has written all numbers of its chunks.
        let kept = unsafe { std::slice::from_raw_parts(self.memory.as_pointer(), numbers) };
        for chunk in kept.chunks_exact(self.sizes.iter().sum::<usize>().max(1)) {
            let (kernel, rest) = chunk.split_at(self.sizes[0]);
            let (recurrent, bias) = rest.split_at(self.sizes[1]);
            let add = |sum: &mut [Float], of_chunk: &[Float]| {
                sum.iter_mut().zip(of_chunk).for_each(|(sum, &x)| *sum += x);
            };
            add(gradients.kernel, kernel);
            add(gradients.recurrent_kernel, recurrent);
            if let Some(sum) = &mut gradients.bias {
                add(sum, bias);
            }
        }
    }
}
