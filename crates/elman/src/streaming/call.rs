//! What a step computes with.

pub use elman_kernels::StepRow;

use super::description::{Described, UNDESCRIBED};
use crate::{Float, Parameters, Result};

/// One part of what a model computes at a step: most often a layer.
///
/// It is shared by all sessions of a model, on any thread; what a sequence carries lies in its
/// states.
pub trait Step: Send + Sync + 'static {
    /// The states that a sequence carries; they start as zeros.
    fn states(&self) -> Vec<StateShape> {
        Vec::new()
    }

    /// How many numbers of scratch a step of so many rows, or fewer, needs.
    fn scratch(&self, rows: usize) -> usize {
        let _rows = rows;
        0
    }

    /// Computes one step of some sequences: their outputs and their new states. It should not
    /// allocate.
    ///
    /// # Errors
    /// Values that can't be used. A step that looks at model inputs alone, has no states and comes
    /// first may fail without harm; else sequences have half a step behind them.
    fn step(&self, call: &mut StepCall<'_>) -> Result<()>;

    /// What [`Step::step`] computes, for programs that compute it without elman; `parameters` are
    /// the model's.
    ///
    /// # Errors
    /// The reason why there is no such description, as a clause; so by default.
    fn describe(&self, parameters: &Parameters) -> Described {
        let _undescribed = parameters;
        Err(UNDESCRIBED.into())
    }
}

/// A state of a [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateShape {
    /// What it is called in files, beside others of the step: `h`.
    pub name: &'static str,
    /// Its shape, of one sequence.
    pub shape: Vec<usize>,
    /// From one sequence to the next; at least as much as the shape holds.
    pub stride: usize,
}

impl StateShape {
    /// A state without gaps.
    pub fn new(name: &'static str, shape: impl Into<Vec<usize>>) -> StateShape {
        let shape = shape.into();
        StateShape { name, stride: shape.iter().product(), shape }
    }

    /// How many numbers it has.
    pub(crate) fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What [`Step::step`] works on: some rows, each a step of another sequence.
#[derive(Debug)]
pub struct StepCall<'a> {
    /// The rows in turn, each with the sequence that it is of: `rows[i].row` is `i`, and
    /// `rows[i].stream` the row of the states.
    pub rows: &'a [StepRow],
    /// What the step reads.
    pub inputs: Inputs<'a>,
    /// What it writes.
    pub outputs: Outputs<'a>,
    /// What its sequences carry.
    pub states: States<'a>,
    /// As many numbers as [`Step::scratch`] asked for or more, of any value.
    pub scratch: &'a mut [Float],
    /// How many threads may share the step; usually this one alone.
    pub threads: usize,
    /// Whether to read weights from the last to the first, if there are many: every other step
    /// does, and finds in the cache what the step before it has read last.
    pub reverse: bool,
    /// Room for a part of the rows.
    pub(crate) kept: &'a mut Vec<StepRow>,
}

/// Where a value and its mask lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub value: usize,
    pub size: usize,
    pub mask: Option<usize>,
}

/// The inputs of a step.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    pub(super) sources: &'a [Source],
    pub(super) values: &'a [Box<[Float]>],
    pub(super) masks: &'a [Box<[bool]>],
    pub(super) rows: usize,
}

impl<'a> Inputs<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Input `i`, `(rows, step)`.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn get(&self, i: usize) -> &'a [Float] {
        let Source { value, size, .. } = self.sources[i];
        &self.values[value][..self.rows * size]
    }

    /// Which rows of input `i` count; none if all do.
    ///
    /// # Panics
    /// If there is no such input.
    pub fn mask(&self, i: usize) -> Option<&'a [bool]> {
        self.sources[i].mask.map(|mask| &self.masks[mask][..self.rows])
    }
}

/// The outputs of a step.
#[derive(Debug)]
pub struct Outputs<'a> {
    pub(super) sizes: &'a [usize],
    pub(super) values: &'a mut [Box<[Float]>],
    pub(super) mask: Option<&'a mut Box<[bool]>>,
    pub(super) rows: usize,
}

impl Outputs<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Output `i`, `(rows, step)`, of any value.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn get(&mut self, i: usize) -> &mut [Float] {
        &mut self.values[i][..self.rows * self.sizes[i]]
    }

    /// The mask that the step makes: which rows count. Empty unless it makes one.
    pub fn mask(&mut self) -> &mut [bool] {
        let rows = self.rows;
        self.mask.as_deref_mut().map_or(&mut [], |mask| &mut mask[..rows])
    }
}

/// The states of a step.
#[derive(Debug)]
pub struct States<'a> {
    pub(super) values: &'a mut [Box<[Float]>],
}

impl States<'_> {
    /// State `i` of all sequences, `(sequences, stride)`.
    ///
    /// # Panics
    /// If there is no such state.
    pub fn get(&mut self, i: usize) -> &mut [Float] {
        &mut self.values[i]
    }

    /// The first states of all sequences at once, `N` of them.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn first<const N: usize>(&mut self) -> [&mut [Float]; N] {
        let mut states = self.values.iter_mut();
        std::array::from_fn(|_| match states.next() {
            Some(state) => &mut state[..],
            None => panic!("a step has fewer states than it asks for"),
        })
    }
}
