//! Many sequences that step together.

use std::sync::Arc;

use super::program::{Memory, Program};
use super::session::step;
use super::{StepRow, Stream, StreamStates};
use crate::{Error, Float, Model, Result};

/// Many sessions of one model that step together, each at a time of its own: what products they
/// have in common is computed at once, which is much less work than as many single steps.
///
/// Sequences have slots, which [`Streams::add`] gives and [`Streams::remove`] takes back. A step
/// names the slots that go on; the others wait. Results are bit by bit those of single sessions.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(4).input_shape([5, 2]))?;
/// let mut streams = model.streams(2)?;
/// let (a, b) = (streams.add(), streams.add());
/// streams.step(&[a], &[0.1, 0.2])?; // a is a step ahead
/// let outputs = streams.step(&[b, a], &[0.1, 0.2, 0.3, 0.4])?; // (2, 4): that of b, then of a
///
/// let mut alone = model.stream()?;
/// assert_eq!(alone.step(&[0.1, 0.2])?, &outputs[..4]);
/// assert_eq!(alone.step(&[0.3, 0.4])?, &outputs[4..]);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct Streams {
    program: Arc<Program>,
    memory: Memory,
    /// Which slots hold sequences.
    used: Vec<bool>,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streams").field("used", &self.used).finish_non_exhaustive()
    }
}

impl Model {
    /// Sessions that step together, none at first, with room for `capacity` of them.
    ///
    /// # Errors
    /// As [`Model::stream`].
    pub fn streams(&self, capacity: usize) -> Result<Streams> {
        Ok(Streams::over(Arc::new(Program::of(self.built()?)?), capacity))
    }
}

impl Stream {
    /// Sessions of the same model that step together. Cheaper than [`Model::streams`], and the
    /// model is not needed.
    pub fn streams(&self, capacity: usize) -> Streams {
        Streams::over(Arc::clone(self.program()), capacity)
    }
}

impl Streams {
    fn over(program: Arc<Program>, capacity: usize) -> Streams {
        let memory = program.memory(capacity);
        Streams { program, memory, used: vec![false; capacity] }
    }

    /// A new sequence, from zero states: its slot, the first that is free. Allocates where all are
    /// taken.
    pub fn add(&mut self) -> usize {
        let slot = self.used.iter().position(|used| !used).unwrap_or(self.used.len());
        if slot == self.used.len() {
            let grown = (2 * slot).max(1);
            let mut memory = self.program.memory(grown);
            memory.threads = self.memory.threads;
            for (new, old) in memory.states.iter_mut().zip(&self.memory.states) {
                new[..old.len()].copy_from_slice(old);
            }
            self.memory = memory;
            self.used.resize(grown, false);
        }
        self.used[slot] = true;
        self.memory.reset(&self.program, slot);
        slot
    }

    /// Ends a sequence; its slot is free.
    ///
    /// # Errors
    /// [`Error::Unknown`] if no sequence has that slot.
    pub fn remove(&mut self, slot: usize) -> Result<()> {
        self.check(slot)?;
        self.used[slot] = false;
        Ok(())
    }

    /// Sets the states of a sequence to zero.
    ///
    /// # Errors
    /// [`Error::Unknown`] if no sequence has that slot.
    pub fn reset(&mut self, slot: usize) -> Result<()> {
        self.check(slot)?;
        self.memory.reset(&self.program, slot);
        Ok(())
    }

    /// How many threads may share a step: see [`Stream::set_threads`].
    pub fn set_threads(&mut self, threads: usize) {
        self.memory.threads = threads.max(1);
    }

    /// How many sequences there are.
    pub fn len(&self) -> usize {
        self.used.iter().filter(|used| **used).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next step of the sequences in these slots: `x (slots, step)` to the outputs
    /// `(slots, step)`, of the first output if the model has several.
    ///
    /// # Errors
    /// As [`Stream::step`]; [`Error::Unknown`] if no sequence has such a slot, and
    /// [`Error::InvalidArgument`] if a slot is named twice.
    pub fn step(&mut self, slots: &[usize], x: &[Float]) -> Result<&[Float]> {
        self.step_all(slots, &[x])?;
        Ok(self.output(0))
    }

    /// The same for a model with several inputs; [`Streams::output`] has the outputs.
    ///
    /// # Errors
    /// As [`Streams::step`].
    pub fn step_all(&mut self, slots: &[usize], inputs: &[&[Float]]) -> Result<()> {
        let checked = slots.iter().try_for_each(|slot| self.check(*slot));
        checked.and_then(|()| self.check_distinct(slots))?;
        let Streams { program, memory, .. } = self;
        memory.rows.clear();
        let rows = slots.iter().enumerate();
        memory.rows.extend(rows.map(|(row, stream)| StepRow { row, stream: *stream }));
        step(program, memory, inputs)
    }

    /// Output `i` of the last step, of its slots in turn: `(slots, step)`.
    ///
    /// # Panics
    /// If the model has no such output.
    pub fn output(&self, i: usize) -> &[Float] {
        self.memory.output(&self.program, i)
    }

    /// The states of a sequence, which a [`Stream`] of the model can go on from as well.
    ///
    /// # Errors
    /// [`Error::Unknown`] if no sequence has that slot.
    pub fn states(&self, slot: usize) -> Result<StreamStates> {
        self.check(slot)?;
        Ok(StreamStates::of(&self.program, &self.memory, slot))
    }

    /// Replaces the states of a sequence.
    ///
    /// # Errors
    /// As [`Stream::set_states`]; [`Error::Unknown`] if no sequence has that slot.
    pub fn set_states(&mut self, slot: usize, states: &StreamStates) -> Result<()> {
        self.check(slot)?;
        states.write(&self.program, &mut self.memory, slot)
    }

    fn check(&self, slot: usize) -> Result<()> {
        match self.used.get(slot) {
            Some(true) => Ok(()),
            _ => {
                let used = self.used.iter().enumerate().filter(|(_, used)| **used);
                let known: Vec<String> = used.map(|(slot, _)| slot.to_string()).collect();
                Err(Error::Unknown {
                    what: "slot of a sequence",
                    name: slot.to_string(),
                    known: known.join(", "),
                })
            }
        }
    }

    /// Refuses slots that are named twice: a sequence has one next step.
    fn check_distinct(&self, slots: &[usize]) -> Result<()> {
        // Ascending slots, the usual case, need one look each.
        if slots.windows(2).all(|pair| pair[0] < pair[1]) {
            return Ok(());
        }
        let twice = (1..slots.len()).find(|i| slots[..*i].contains(&slots[*i]));
        match twice {
            None => Ok(()),
            Some(i) => Err(Error::InvalidArgument {
                place: "step of streams".into(),
                argument: "slots",
                expected: "slots that differ from each other".into(),
                got: format!("slot {} twice", slots[i]),
            }),
        }
    }
}
