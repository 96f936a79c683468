//! What an optimizer remembers between steps, and how files hold it.

use super::file_variable::FileVariable;
use super::layout::{in_keras_order, of_all};
use super::optimizer::{Optimizer, Slot, Step};
use crate::parameters::{Parameters, disjoint};
use crate::training::schedules::LearningRate;
use crate::{Error, Float, Result, Shape, Tensor};

/// What an optimizer remembers between steps: how many it took, slots for each weight, and what
/// goes with the common arguments: moving averages and gradients that are being added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptimizerState {
    pub(super) iterations: u64,
    /// The moving average of the weights, laid out like them; empty without `use_ema`.
    pub(super) average: Vec<Float>,
    /// Whether weights and averages lie in each other's place: see `averages.rs`.
    pub(crate) swapped: bool,
    /// The gradients of the batches since the last update, laid out like the weights; empty
    /// without `gradient_accumulation_steps`.
    pub(super) accumulator: Vec<Float>,
    /// One buffer for each slot; where in it a weight's values lie is told by the layout.
    pub(super) slots: Vec<Vec<Float>>,
    pub(super) scalars: Vec<Float>,
    built: bool,
}

impl OptimizerState {
    /// The number of batches trained on.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// Whether a step was taken or a state was loaded.
    pub fn is_built(&self) -> bool {
        self.iterations > 0 || self.built
    }

    /// Makes what is missing, with its first values.
    pub(super) fn build(&mut self, optimizer: &dyn Optimizer, parameters: &Parameters) {
        let len = parameters.values().len();
        let base = optimizer.base();
        resize(&mut self.average, if base.use_ema { len } else { 0 }, 0.0);
        let accumulates = base.accumulation().is_some();
        resize(&mut self.accumulator, if accumulates { len } else { 0 }, 0.0);
        let slots = optimizer.slots();
        self.slots.resize_with(slots.len(), Vec::new);
        for ((buffer, slot), places) in
            self.slots.iter_mut().zip(slots).zip(of_all(optimizer, parameters))
        {
            let end = places.iter().flatten().map(|place| place.range.end).max();
            resize(buffer, end.unwrap_or(0), slot.initial as Float);
        }
        let initial = |scalar: &Slot| scalar.initial as Float;
        let scalars = optimizer.scalars();
        self.scalars.extend(scalars.iter().skip(self.scalars.len()).map(initial));
        self.built = true;
    }

    /// Everything but the step counter and the learning rate, as variables in Keras's order:
    /// averages, accumulators, slots, scalars.
    pub(crate) fn variables(
        &self,
        optimizer: &dyn Optimizer,
        parameters: &Parameters,
    ) -> Vec<Tensor> {
        // Without slots, as after loading a file that holds none, there is nothing to save yet.
        let started = self.built && self.slots.len() == optimizer.slots().len();
        let variables = if started { variables(optimizer, parameters) } else { Vec::new() };
        let tensor =
            |v: Variable| Tensor::from_parts(v.shape, self.values(v.buffer)[v.range].to_vec());
        variables.into_iter().map(tensor).collect()
    }

    /// The number of values in [`OptimizerState::variables`], once there are any.
    pub(crate) fn num_values(&self, optimizer: &dyn Optimizer, parameters: &Parameters) -> usize {
        variables(optimizer, parameters).iter().map(|variable| variable.range.len()).sum()
    }

    /// The state that the variables of a file hold: the step counter, the learning rate if it is a
    /// number, which goes to the optimizer, then as [`OptimizerState::variables`] gives them.
    pub(crate) fn load(
        optimizer: &mut dyn Optimizer,
        parameters: &Parameters,
        file_variables: &[impl FileVariable],
        file: &str,
    ) -> Result<OptimizerState> {
        let mut state = OptimizerState::default();
        let [iterations, rest @ ..] = file_variables else { return Ok(state) };
        state.iterations = iterations.first()?.map_or(0, |v| v as u64);
        let mut expected = variables(optimizer, parameters);
        let constant = optimizer.base().learning_rate.constant().is_some();
        // Keras 2 wrote no learning rate, which is a number.
        let is_array = |variable: &_| !FileVariable::shape(variable).is_empty();
        let is_keras_2 = rest.first().is_some_and(is_array)
            || rest.len() == expected.len() && rest.iter().any(is_array);
        let rest = match rest {
            [rate, rest @ ..] if constant && !is_keras_2 => {
                let rate = rate.first()?.unwrap_or(f64::NAN);
                optimizer.base_mut().learning_rate = LearningRate::Constant(rate);
                super::check(optimizer)?;
                rest
            }
            rest => rest,
        };
        // Keras makes the variables in the first step; a file from before holds none of them.
        if rest.is_empty() {
            state.built = expected.is_empty() && state.iterations > 0;
            return Ok(state);
        }
        state.build(optimizer, parameters);
        let arrays = expected.iter().filter(|variable| !variable.shape.is_empty()).count();
        if is_keras_2 && expected.is_empty() && is_of_weights(rest, parameters) {
            // The momenta that its SGD has without momentum, too.
            return Ok(state);
        }
        if is_keras_2 && rest.len() != expected.len() && rest.len() == arrays {
            // Nor did it write other numbers: what Adafactor doesn't use, and Nadam's product.
            expected.retain(|variable| !variable.shape.is_empty());
            state.repeat_scalars(optimizer);
        }
        let layer = format!("optimizer {}", optimizer.class_name());
        if expected.len() != rest.len() {
            return Err(Error::WeightCount {
                file: file.into(),
                layer,
                names: "the step counter, the learning rate, and those of each weight".into(),
                expected: 1 + usize::from(constant) + expected.len(),
                got: file_variables.len(),
            });
        }
        for (variable, tensor) in expected.iter().zip(rest) {
            if tensor.shape() != variable.shape {
                return Err(Error::WeightShape {
                    file: file.into(),
                    layer,
                    weight: variable.name.into(),
                    expected: Shape::from(&variable.shape[..]),
                    got: tensor.shape().into(),
                });
            }
        }
        let mut found: Vec<_> = expected.into_iter().zip(rest).collect();
        found.sort_by_key(|(variable, _)| variable.range.start);
        let mut to = Vec::new();
        for (buffer, values) in state.buffers_mut() {
            let own = || found.iter().filter(|(variable, _)| variable.buffer == buffer);
            let places = disjoint(values, own().map(|(variable, _)| variable.range.clone()));
            to.extend(own().map(|(_, tensor)| *tensor).zip(places));
        }
        FileVariable::read_all(to)?;
        Ok(state)
    }

    /// Variables that lie slot by slot (all momenta, then all velocities), in the order of
    /// [`OptimizerState::variables`]. If there are not as many as slots, they come back as they are.
    pub(crate) fn by_weight(
        optimizer: &dyn Optimizer,
        parameters: &Parameters,
        mut by_slot: Vec<Tensor>,
    ) -> Vec<Tensor> {
        let places = in_keras_order(optimizer, parameters);
        let mut slots: Vec<usize> = places.iter().map(|place| place.slot).collect();
        // Keras 2 up to 2.2 kept one number for each weight in place of what `amsgrad` needs.
        let placeholders = by_slot.iter().rev().take_while(|tensor| tensor.shape() == [1]).count();
        if by_slot.len() > places.len() && by_slot.len() - placeholders <= places.len() {
            by_slot.truncate(places.len());
        }
        if by_slot.len() != places.len() {
            return by_slot;
        }
        // Where in the file the next variable of each slot stands.
        let mut next: Vec<usize> = Vec::new();
        for slot in 0..optimizer.slots().len() {
            next.push(slots.iter().filter(|other| **other < slot).count());
        }
        slots
            .drain(..)
            .map(|slot| {
                next[slot] += 1;
                by_slot[next[slot] - 1].clone()
            })
            .collect()
    }

    /// What the scalars are after so many steps, from the beginning.
    fn repeat_scalars(&mut self, optimizer: &dyn Optimizer) {
        for number in 1..=self.iterations.min(MOST_REPEATED) {
            let step = Step { number, learning_rate: 0.0, scalars: &[] };
            optimizer.update_scalars(&step, &mut self.scalars);
        }
    }

    fn values(&self, buffer: Buffer) -> &[Float] {
        match buffer {
            Buffer::Average => &self.average,
            Buffer::Accumulator => &self.accumulator,
            Buffer::Slot(slot) => &self.slots[slot],
            Buffer::Scalars => &self.scalars,
        }
    }

    fn buffers_mut(&mut self) -> impl Iterator<Item = (Buffer, &mut [Float])> {
        let slots = self.slots.iter_mut().enumerate();
        [
            (Buffer::Average, &mut self.average[..]),
            (Buffer::Accumulator, &mut self.accumulator[..]),
            (Buffer::Scalars, &mut self.scalars[..]),
        ]
        .into_iter()
        .chain(slots.map(|(slot, values)| (Buffer::Slot(slot), &mut values[..])))
    }
}

/// As [`Vec::resize`], but that zeros in a new buffer take no time.
fn resize(buffer: &mut Vec<Float>, len: usize, value: Float) {
    match buffer.is_empty() && value == 0.0 {
        true => *buffer = elman_kernels::zeros(len),
        false => buffer.resize(len, value),
    }
}

/// The most steps that scalars are followed for; Nadam's product is then zero.
const MOST_REPEATED: u64 = 10_000;

/// Whether there is one variable for each weight that is trained, as large as that.
fn is_of_weights(variables: &[impl FileVariable], parameters: &Parameters) -> bool {
    let trained = parameters.entries().iter().filter(|entry| entry.trainable);
    variables.iter().map(FileVariable::shape).eq(trained.map(|entry| &entry.shape[..]))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Buffer {
    Average,
    Accumulator,
    Slot(usize),
    Scalars,
}

/// A variable of an optimizer as files hold it.
struct Variable {
    name: &'static str,
    buffer: Buffer,
    range: std::ops::Range<usize>,
    shape: Vec<usize>,
}

/// All variables but the step counter and the learning rate, in Keras's order.
fn variables(optimizer: &dyn Optimizer, parameters: &Parameters) -> Vec<Variable> {
    let base = optimizer.base();
    let mut variables = Vec::new();
    for (name, buffer, is_there) in [
        ("average", Buffer::Average, base.use_ema),
        ("gradient_accumulator", Buffer::Accumulator, base.accumulation().is_some()),
    ] {
        let trainable = parameters.entries().iter().filter(|entry| is_there && entry.trainable);
        variables.extend(trainable.map(|entry| Variable {
            name,
            buffer,
            range: entry.range.clone(),
            shape: entry.shape.clone(),
        }));
    }
    let slots = optimizer.slots();
    for place in in_keras_order(optimizer, parameters) {
        let (name, buffer) = (slots[place.slot].name, Buffer::Slot(place.slot));
        variables.push(Variable { name, buffer, range: place.range, shape: place.shape });
    }
    for (i, scalar) in optimizer.scalars().iter().enumerate() {
        let (name, buffer) = (scalar.name, Buffer::Scalars);
        variables.push(Variable { name, buffer, range: i..i + 1, shape: Vec::new() });
    }
    variables
}
