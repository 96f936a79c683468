//! The gradients of weights, biases and input: products of the gate gradients of all steps that
//! were computed.
//!
//! Letters: as in the module above.

mod input;
mod weights;

use super::layout::Slot;
use super::pack::Fused;
use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::{Shared, team};
use crate::recurrent::{Gradients, Sequence};
use crate::simd::{Simd, Task, dispatch};
use std::ptr::null_mut;
use weights::Scratch;

/// Multiplications that are worth a thread of their own.
const WORK_PER_THREAD: usize = 600_000;

/// Computes them all; `z` of the tape holds gate gradients.
pub(super) fn from_gates(
    fused: &Fused,
    input: &Sequence<'_>,
    steps: &Steps,
    states: &States<'_>,
    gradients: &mut Gradients<'_>,
) {
    let layout = &fused.layout;
    let work = steps.count() * layout.blocks * layout.row * (2 * fused.features + layout.units);
    if let (Some(x), true) = (&mut gradients.x, steps.are_masked()) {
        x.fill(0.0);
    }
    let dx = Shared(gradients.x.as_mut().map_or(null_mut(), |x| x.as_mut_ptr()));
    let columns = layout.cell.gates() * layout.units;
    let bias = gradients.bias.as_mut().map_or(null_mut(), |bias| bias.as_mut_ptr());
    let has_two = fused.layout.recurrent_at > 0 && !layout.resets_before() && !bias.is_null();
    let recurrent = gradients.recurrent_kernel.as_mut_ptr();
    let mut parts = vec![Part {
        left: Left::Input,
        size: fused.features,
        from: 0,
        slots: &layout.input,
        target: Shared(gradients.kernel.as_mut_ptr()),
        ones: Shared(bias),
    }];
    parts.push(Part {
        left: Left::State,
        size: layout.units,
        from: layout.recurrent_at,
        slots: &layout.recurrent,
        target: Shared(recurrent),
        ones: Shared(if has_two { bias.wrapping_add(columns) } else { null_mut() }),
    });
    if layout.resets_before() {
        parts.push(Part {
            left: Left::Reset,
            size: layout.units,
            from: 0,
            slots: &[Slot { gate: 2, unit: 0 }],
            target: Shared(recurrent),
            ones: Shared(null_mut()),
        });
    }
    let team = team(crate::num_threads().min(work / WORK_PER_THREAD));
    let call = Call { fused, input, steps, states: *states, dx, parts: &parts };
    team.run(|i| dispatch(layout.isa, Worker { call, part: i, parts: team.size() }));
}

/// The left matrix of a product: each step gives a row.
#[derive(Clone, Copy)]
enum Left {
    Input,
    State,
    Reset,
}

/// One weight's gradient: `target += left^T dz`.
#[derive(Clone, Copy)]
struct Part<'a> {
    left: Left,
    /// Columns of `left`.
    size: usize,
    /// Where the vectors that it takes start in a row of `z`, and which they are.
    from: usize,
    slots: &'a [Slot],
    target: Shared<Float>,
    /// The bias's gradient, or null.
    ones: Shared<Float>,
}

#[derive(Clone, Copy)]
struct Call<'a> {
    fused: &'a Fused,
    input: &'a Sequence<'a>,
    steps: &'a Steps,
    states: States<'a>,
    dx: Shared<Float>,
    parts: &'a [Part<'a>],
}

struct Worker<'a> {
    call: Call<'a>,
    part: usize,
    parts: usize,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        if !self.call.dx.0.is_null() {
            self.input_gradient(s);
        }
        let mut scratch = Scratch::default();
        for part in self.call.parts {
            self.weight_gradient(s, part, &mut scratch);
        }
    }
}
