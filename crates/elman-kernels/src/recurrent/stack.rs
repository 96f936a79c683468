//! Layers upon each other, as a wavefront: while one works on a portion of the steps, the layer below
//! works on the next one, on another thread. Threads wait for each other once a portion, and not, as
//! those that share a layer's units, at every step.

use super::{Engine, Outputs, Packed, Sequence, forward, fused};
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::{Job, Shared, Task, share, team, wait_until};
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether [`forward_stack`] is the faster way to run these layers: there are threads that a batch so
/// small has no rows for, and a layer so small no units, and the layers share the work about evenly.
pub fn stack_pays(layers: &[&Packed], batch: usize, time: usize) -> bool {
    let fused = |layer: &&Packed| match &layer.engine {
        Engine::Fused(fused) => Some(fused.work()),
        Engine::Plain(_) => None,
    };
    let work: Option<Vec<fused::Work>> = layers.iter().map(fused).collect();
    work.is_some_and(|work| fused::wavefront_pays(&work, batch, time, crate::num_threads()))
}

/// The same as [`forward`] of each layer on all outputs of the layer before, from states of zero,
/// bit by bit; the first reads x, `(batch, time, features)`, and of the last are the outputs.
pub fn forward_stack(
    layers: &[&Packed],
    x: &[Float],
    [batch, time]: [usize; 2],
    out: &mut Outputs<'_>,
) {
    let [first, .., last] = layers else { panic!("recurrent: a stack has two layers or more") };
    assert_eq!(x.len(), batch * time * first.features, "recurrent: length of x");
    let fits = layers.windows(2).all(|pair| pair[0].units == pair[1].features);
    assert!(fits, "recurrent: a layer of a stack reads what the one below has not");
    let rows = batch * last.units;
    let len = |out: &Option<&mut [Float]>, expected| out.as_ref().map_or(expected, |o| o.len());
    assert_eq!(len(&out.sequence, rows * time), rows * time, "recurrent: length of the outputs");
    assert_eq!(len(&out.last_output, rows), rows, "recurrent: length of the last outputs");
    assert!(out.states.is_empty(), "recurrent: a stack gives no states");
    if let (0, Some(last_output)) = (time, &mut out.last_output) {
        last_output.fill(0.0);
    }
    let pointer = |out: &mut Option<&mut [Float]>| {
        Shared(out.as_mut().map_or(null_mut(), |out| out.as_mut_ptr()))
    };
    let (sequence, last_output) = (pointer(&mut out.sequence), pointer(&mut out.last_output));

    let below = &layers[..layers.len() - 1];
    let mut between: Vec<Buffer> =
        below.iter().map(|layer| Buffer::uninit(batch * time * layer.units)).collect();
    // What each layer reads, and after the last one what that one writes.
    let mut values = vec![Shared(x.as_ptr().cast_mut())];
    values.extend(between.iter_mut().map(|buffer| Shared(buffer.pointer())));
    values.push(sequence);
    let done: Vec<Done> = layers.iter().map(|_| Done::default()).collect();
    let weights = layers.iter().map(|layer| layer.units * (layer.features + layer.units)).sum();
    let job = Job { task: Task::Stack, weights, work: batch * time * weights, waits: true };
    let team = team(crate::num_threads().min(layers.len()), job);
    // Alone, one layer after the other.
    let portion = if team.size() > 1 { portion(time) } else { time.max(1) };
    team.run(|part| {
        let _guard = Guard(&done);
        let own = share(layers.len(), team.size(), part);
        let level = |i: usize| {
            let last = if i + 1 == layers.len() { last_output } else { Shared(null_mut()) };
            Level::new(layers[i], [batch, time, portion], [values[i], values[i + 1]], last)
        };
        let mut levels: Vec<(usize, Level<'_>)> = own.map(|i| (i, level(i))).collect();
        for from in (0..time).step_by(portion) {
            let to = (from + portion).min(time);
            for (i, level) in &mut levels {
                if *i > 0 {
                    wait_until(|| done[*i - 1].0.load(Ordering::Acquire) >= to);
                }
                // SAFETY: the layer below has written these steps, and this one's are its own.
                unsafe { level.advance(from..to) };
                done[*i].0.store(to, Ordering::Release);
            }
        }
    });
}

/// Steps between one look at the layer below and the next: few, since the layers above wait for the
/// first ones, and enough to project their input at once.
fn portion(time: usize) -> usize {
    (time / 12).clamp(4, 16)
}

/// How many steps a layer has done, on cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
struct Done(AtomicUsize);

/// Lets nobody wait for a thread that panics: the panic is passed on when all have ended.
struct Guard<'a>(&'a [Done]);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.iter().for_each(|done| done.0.store(usize::MAX, Ordering::Release));
        }
    }
}

/// A layer on its way through the steps.
struct Level<'a> {
    layer: &'a Packed,
    batch: usize,
    time: usize,
    /// `(batch, time, features)`, and `(batch, time, units)` or null.
    input: Shared<Float>,
    output: Shared<Float>,
    /// `(batch, units)` or null: for the output of the last step.
    last: Shared<Float>,
    /// The steps of a portion, as a sequence of their own.
    x: Vec<Float>,
    y: Vec<Float>,
    /// The states before a portion, and after it.
    states: [Vec<Vec<Float>>; 2],
}

impl<'a> Level<'a> {
    fn new(
        layer: &'a Packed,
        [batch, time, portion]: [usize; 3],
        [input, output]: [Shared<Float>; 2],
        last: Shared<Float>,
    ) -> Level<'a> {
        let states = || vec![vec![0.0; batch * layer.units]; layer.cell.states()];
        let steps = batch * portion;
        Level {
            layer,
            batch,
            time,
            input,
            output,
            last,
            x: vec![0.0; steps * layer.features],
            y: vec![0.0; if output.0.is_null() { 0 } else { steps * layer.units }],
            states: [states(), states()],
        }
    }

    /// Computes some steps, which follow those before.
    ///
    /// # Safety
    /// These steps of `input` are valid for reading and not written meanwhile; those of `output`, and
    /// `last`, where not null, are valid for writing and nobody else's.
    unsafe fn advance(&mut self, steps: Range<usize>) {
        let Level { layer, batch, time, input, output, last, .. } = *self;
        let (features, units, n) = (layer.features, layer.units, steps.len());
        for b in 0..batch {
            let from = input.0.wrapping_add((b * time + steps.start) * features);
            let x = &mut self.x[b * n * features..(b + 1) * n * features];
            // SAFETY: the caller's promise.
            unsafe { std::ptr::copy_nonoverlapping(from, x.as_mut_ptr(), n * features) };
        }
        let last_output = (steps.end == time && !last.0.is_null()).then(|| {
            // SAFETY: the caller's promise: `(batch, units)`.
            unsafe { std::slice::from_raw_parts_mut(last.0, batch * units) }
        });
        let sequence = (!output.0.is_null()).then(|| &mut self.y[..batch * n * units]);
        let [before, after] = &mut self.states;
        let initial: Vec<&[Float]> = before.iter().map(Vec::as_slice).collect();
        let input = Sequence {
            x: &self.x[..batch * n * features],
            batch,
            time: n,
            go_backwards: false,
            initial_states: &initial,
            mask: None,
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        };
        let mut states: Vec<&mut [Float]> = after.iter_mut().map(Vec::as_mut_slice).collect();
        // Where threads have layers, they are taken, and this runs on this thread alone.
        forward(layer, &input, Outputs { sequence, last_output, states: &mut states });
        self.states.swap(0, 1);
        if output.0.is_null() {
            return;
        }
        for b in 0..batch {
            let to = output.0.wrapping_add((b * time + steps.start) * units);
            let y = &self.y[b * n * units..(b + 1) * n * units];
            // SAFETY: the caller's promise.
            unsafe { std::ptr::copy_nonoverlapping(y.as_ptr(), to, n * units) };
        }
    }
}
