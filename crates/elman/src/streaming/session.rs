//! One sequence, step by step.

use std::sync::Arc;

use super::StreamStates;
use super::program::{Memory, Program};
use crate::{Error, Float, Model, Result, Shape};

/// A session: one sequence through a model, step by step, with the states that it carries.
///
/// [`Model::stream`] makes one. It belongs to no one: it has the weights as they were when it was
/// made, packed once and shared with all other sessions of the model, so that it may go to another
/// thread and outlive the model. A step neither allocates nor locks, and calls no system function.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(8).return_sequences(true).input_shape([20, 3]))?;
/// model.add(Dense::new(1))?;
/// let x = ndarray::Array3::from_shape_fn((1, 20, 3), |(_, t, i)| (t * i) as f32 / 40.0);
/// let whole = model.predict(&x)?;
///
/// let mut stream = model.stream()?;
/// for t in 0..20 {
///     let step: Vec<f32> = x.slice(ndarray::s![0, t, ..]).to_vec();
///     assert_eq!(stream.step(&step)?, [whole[[0, t, 0]]]); // the same bits
/// }
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct Stream {
    program: Arc<Program>,
    memory: Memory,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("input_sizes", &self.input_sizes())
            .field("output_sizes", &self.output_sizes())
            .finish_non_exhaustive()
    }
}

impl Model {
    /// A session that runs the model step by step, from zero states.
    ///
    /// Every layer must be causal: its output at a step may depend on that step and those before.
    /// Recurrent layers over any cell, `Dense`, `Embedding`, normalizations, activations, causal
    /// `Conv1D`, `TimeDistributed`, `Masking`, merging layers of sequences, and those that do
    /// nothing outside of training. Behind a layer that gives its last output alone every step
    /// gives what the model would if the sequence ended there. A time axis of a fixed length binds
    /// no stream.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], and [`Error::Stream`] with the layer that can't work step by step and
    /// why: it reads from the end, such as `Bidirectional`, or its outputs need all steps.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Bidirectional::new(Lstm::new(2)).input_shape([5, 3]))?;
    /// let error = model.stream().unwrap_err().to_string();
    /// assert!(error.contains("Bidirectional") && error.contains("from its end"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn stream(&self) -> Result<Stream> {
        let program = Arc::new(Program::of(self.built()?)?);
        let memory = program.memory(1);
        Ok(Stream { program, memory })
    }
}

impl Stream {
    /// The output of the next step: the first, if the model has several.
    ///
    /// # Errors
    /// [`Error::Mismatch`] unless the model has one input and `x` as many numbers as one step of
    /// it; values that a layer can't use. The states are then as they were (but where a cell of
    /// your own fails, those of the layers before it).
    pub fn step(&mut self, x: &[Float]) -> Result<&[Float]> {
        self.step_all(&[x])?;
        Ok(self.output(0))
    }

    /// The next step of a model with several inputs; [`Stream::output`] has the outputs.
    ///
    /// # Errors
    /// As [`Stream::step`].
    pub fn step_all(&mut self, inputs: &[&[Float]]) -> Result<()> {
        let Stream { program, memory } = self;
        memory.rows.clear();
        memory.rows.push(super::StepRow { row: 0, stream: 0 });
        step(program, memory, inputs)
    }

    /// Output `i` of the last step; zeros before the first.
    ///
    /// # Panics
    /// If the model has no such output.
    pub fn output(&self, i: usize) -> &[Float] {
        let flow = &self.program.outputs[i];
        &self.memory.values[flow.value][..self.program.sizes[flow.value]]
    }

    /// How many numbers a step of each input has.
    pub fn input_sizes(&self) -> Vec<usize> {
        self.program.inputs.iter().map(super::Flow::step_size).collect()
    }

    /// How many numbers a step of each output has.
    pub fn output_sizes(&self) -> Vec<usize> {
        self.program.outputs.iter().map(super::Flow::step_size).collect()
    }

    /// The states that the next step starts from.
    pub fn states(&self) -> StreamStates {
        StreamStates::of(&self.program, &self.memory, 0)
    }

    /// Replaces the states that the next step starts from.
    ///
    /// # Errors
    /// [`Error::Mismatch`] or [`Error::Unknown`] if they are not of this model, [`Error::Value`] if
    /// they are no numbers; the old ones then stay.
    pub fn set_states(&mut self, states: &StreamStates) -> Result<()> {
        states.write(&self.program, &mut self.memory, 0)
    }

    /// Sets all states to zero: the next step is the first of a new sequence.
    pub fn reset(&mut self) {
        self.memory.reset(&self.program, 0);
    }

    /// How many threads may share a step; 1, this one, unless set, and 0 means 1.
    ///
    /// Two halve the time of a recurrent layer whose weights take longer to read than threads take
    /// to hear of each other, from some hundred units on, while steps follow closely upon each
    /// other: a thread that waits for some ten microseconds goes to sleep, and waking it takes
    /// longer than most steps. With more than one a step takes a lock and may call the system.
    /// Results are the same.
    pub fn set_threads(&mut self, threads: usize) {
        self.memory.threads = threads.max(1);
    }

    /// Another session of the same model, from zero states. Cheaper than [`Model::stream`], and the
    /// model is not needed.
    pub fn another(&self) -> Stream {
        let mut another =
            Stream { program: Arc::clone(&self.program), memory: self.program.memory(1) };
        another.set_threads(self.memory.threads);
        another
    }

    pub(super) fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

/// Copies the inputs of `memory.rows` in, and computes them.
pub(super) fn step(program: &Program, memory: &mut Memory, inputs: &[&[Float]]) -> Result<()> {
    let rows = memory.rows.len();
    let mismatch = |what: String, expected: String, got: String| {
        let place = "step of a stream".into();
        Err(Error::Mismatch { place, what, expected, got })
    };
    if inputs.len() != program.inputs.len() {
        let (expected, got) = (program.inputs.len(), inputs.len());
        let inputs = |n: usize| format!("{n} inputs");
        return mismatch("the set of inputs".into(), inputs(expected), inputs(got));
    }
    for (i, (x, flow)) in inputs.iter().zip(&program.inputs).enumerate() {
        let size = program.sizes[flow.value];
        if x.len() != rows * size {
            let shape = |n: usize| Shape::from([n]).to_string();
            return mismatch(format!("input {i}"), shape(rows * size), shape(x.len()));
        }
    }
    for (x, flow) in inputs.iter().zip(&program.inputs) {
        memory.values[flow.value][..x.len()].copy_from_slice(x);
    }
    program.run(memory)
}
