//! The gradients of weights, biases and input: products of the gate gradients of all steps that
//! were computed.
//!
//! Letters: as in the module above.

mod input;
mod partial;
mod weights;

use super::layout::{CANDIDATE, Slot};
use super::pack::Fused;
use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::{self, Job, Shared, team};
use crate::recurrent::dropout::{Factors, runs};
use crate::recurrent::{Gradients, Sequence};
use crate::simd::{Simd, Task, dispatch};
use partial::{Partial, Sums};
use std::ptr::null_mut;
use weights::Scratch;
pub(super) use weights::group;

/// Multiplications that are worth a thread of their own.
const WORK_PER_THREAD: usize = 300_000;

/// Computes them all; `z` of the tape holds gate gradients.
pub(super) fn from_gates(
    fused: &Fused,
    input: &Sequence<'_>,
    steps: &Steps,
    states: &States<'_>,
    gradients: &mut Gradients<'_>,
) {
    let layout = &fused.layout;
    let weights = layout.blocks * layout.row * (2 * fused.features + layout.units);
    let work = steps.count() * weights;
    if let (Some(x), true) = (&mut gradients.x, steps.are_masked()) {
        x.fill(0.0);
    }
    let dx = Shared(gradients.x.as_mut().map_or(null_mut(), |x| x.as_mut_ptr()));
    let parts = &parts(fused, input);
    let job = Job { task: pool::Task::Gradients, weights, work, waits: false };
    let team = team(crate::num_threads().min(work / WORK_PER_THREAD), job);
    let partial = Partial::new(gradients, steps, team.size());
    let inner = layout.has_inner_bias().then_some(layout.cell.gates() * layout.units);
    let sums = Sums::of(gradients, inner);
    let kept = partial.as_ref();
    let call = Call { fused, input, steps, states: *states, dx, parts, sums, partial: kept };
    team.run(|i| dispatch(layout.isa, Worker { call, part: i, parts: team.size() }));
    if let Some(partial) = partial {
        partial.add(gradients);
    }
}

/// The products that make up the gradients of the weights: one per weight, or with a mask for each
/// gate one per gate.
fn parts<'a>(fused: &'a Fused, input: &Sequence<'a>) -> Vec<Part<'a>> {
    let layout = &fused.layout;
    let mut whole = vec![
        Part {
            left: Left::Input,
            factors: input.input_factors(fused.features),
            size: fused.features,
            from: 0,
            slots: &layout.input,
        },
        Part {
            left: Left::State,
            factors: input.recurrent_factors(layout.units),
            size: layout.units,
            from: layout.recurrent_at,
            slots: &layout.recurrent,
        },
    ];
    if layout.resets_before() {
        whole.push(Part {
            left: Left::Reset,
            factors: None,
            size: layout.units,
            from: 0,
            slots: &CANDIDATE,
        });
    }
    let cut = |part: Part<'a>| {
        runs(part.factors, 0..part.slots.len()).map(move |run| Part {
            from: part.from + run.start * layout.lanes,
            slots: &part.slots[run],
            ..part
        })
    };
    whole.into_iter().flat_map(cut).collect()
}

/// The left matrix of a product: each step gives a row.
#[derive(Clone, Copy)]
enum Left {
    Input,
    State,
    /// `r h` as the candidate sees it.
    Reset,
}

/// One weight's gradient: `left^T dz`.
#[derive(Clone, Copy)]
struct Part<'a> {
    left: Left,
    /// What the gates see of it; the same for all of `slots`.
    factors: Option<Factors<'a, Float>>,
    /// Columns of `left`.
    size: usize,
    /// Where the vectors that it takes start in a row of `z`, and which they are.
    from: usize,
    slots: &'a [Slot],
}

#[derive(Clone, Copy)]
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
struct Call<'a> {
    fused: &'a Fused,
    input: &'a Sequence<'a>,
    steps: &'a Steps,
    states: States<'a>,
    dx: Shared<Float>,
    parts: &'a [Part<'a>],
    sums: Sums,
    /// The sums of chunks, if threads share these.
    partial: Option<&'a Partial>,
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
        let mut scratch = Scratch::default();
        if !self.call.dx.0.is_null() {
            self.input_gradient(s, &mut scratch);
        }
        for (i, part) in self.call.parts.iter().enumerate() {
            // Who has the larger share of one product has the smaller one of the next.
            let turn = if i % 2 == 0 { self.part } else { self.parts - 1 - self.part };
            self.weight_gradient(s, part, turn, &mut scratch);
        }
    }
}
