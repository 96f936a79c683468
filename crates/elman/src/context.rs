//! What one call of a model needs and no layer keeps: the tape, the gradients, the randomness.

use std::any::Any;
use std::sync::Arc;

use crate::parameters::{Parameter, Parameters};
use crate::random::Stream;
use crate::states::{StateSlot, States};
use crate::training::Bptt;
use crate::{Error, Float, Result, Tensor};

/// The state of one forward (and backward) pass.
///
/// Layers are shared and immutable; everything that belongs to a single call lies here, so one
/// model predicts from many threads at once, each with its own context.
///
/// The tape is a stack: `forward` [saves](Context::save) what its `backward` will need, and since
/// the layers run backward in exactly the reverse order, each [restores](Context::restore) its own.
pub struct Context<'m> {
    parameters: &'m Parameters,
    mode: Mode,
    tape: Vec<Box<dyn Any + Send>>,
    gradients: Vec<Float>,
    wants_input_gradients: bool,
    states: States,
    bptt: Bptt,
    /// Whether nothing is saved for now.
    paused: bool,
    /// Which call of a shared layer this is, from 0.
    call: usize,
    /// The sum of the losses that layers added; `None` where nobody wants it.
    losses: Option<f64>,
    /// How many rows of what layers get now are steps of one sample.
    steps: usize,
    /// What a call of a model outside of trainings is like; `None` anywhere else.
    direct: Option<Direct>,
    /// New values of weights, to be written once the step has succeeded.
    assigned: Vec<(Parameter, Vec<Float>)>,
}

/// A call of a model outside of trainings, where dropout may be active.
#[derive(Clone, Copy, Debug)]
struct Direct {
    seed: u64,
    /// Whether layers behave as in training.
    training: bool,
    /// Whether calls within the model that say `training` themselves are heeded.
    heeds_calls: bool,
}

/// What a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Outputs only: nothing is saved, nothing is random.
    Inference,
    /// Outputs as in inference, saved for a backward pass (gradient checks).
    Differentiable,
    /// Training: saved for a backward pass, dropout active.
    Training { seed: u64, step: u64 },
}

impl<'m> Context<'m> {
    /// A pass that only computes outputs.
    pub fn inference(parameters: &'m Parameters) -> Context<'m> {
        Context::new(parameters, Mode::Inference)
    }

    /// A pass that computes what inference computes and can be run backward.
    pub fn differentiable(parameters: &'m Parameters) -> Context<'m> {
        Context::new(parameters, Mode::Differentiable)
    }

    /// A pass of training: `seed` and `step` fix its random numbers.
    pub fn training(parameters: &'m Parameters, seed: u64, step: u64) -> Context<'m> {
        Context::new(parameters, Mode::Training { seed, step })
    }

    fn new(parameters: &'m Parameters, mode: Mode) -> Context<'m> {
        Context {
            parameters,
            mode,
            tape: Vec::new(),
            gradients: Vec::new(),
            wants_input_gradients: true,
            states: States::default(),
            bptt: Bptt::default(),
            paused: false,
            call: 0,
            losses: None,
            steps: 1,
            direct: None,
            assigned: Vec::new(),
        }
    }

    /// Whether only outputs are wanted: nothing is saved, nothing is random.
    pub(crate) fn is_inference(&self) -> bool {
        self.mode == Mode::Inference
    }

    /// Runs one of several calls of a layer, whose random numbers differ from call to call.
    pub(crate) fn in_call<T>(&mut self, call: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.call, call);
        let result = run(self);
        self.call = outer;
        result
    }

    /// This pass, which only computes outputs, as Keras's `model(x, training=training)`: `seed`
    /// fixes its random numbers.
    pub(crate) fn called(mut self, training: Option<bool>, seed: u64) -> Context<'m> {
        let (heeds_calls, training) = (training.is_none(), training.unwrap_or(false));
        self.direct = Some(Direct { seed, training, heeds_calls });
        self
    }

    /// Runs a call of a layer that says `training` itself. As in Keras 3, whoever trains or predicts
    /// has the last word, so that it counts in direct calls alone.
    pub(crate) fn with_training_of_call<T>(
        &mut self,
        training: Option<bool>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.direct;
        if let (Some(direct), Some(training)) = (&mut self.direct, training)
            && direct.heeds_calls
        {
            (direct.training, direct.heeds_calls) = (training, false);
        }
        let result = run(self);
        self.direct = outer;
        result
    }

    /// This pass with the losses that layers add to the model's, such as activity regularizers.
    pub fn with_losses(mut self) -> Context<'m> {
        self.losses = Some(0.0);
        self
    }

    /// Whether losses that layers add are wanted.
    pub fn wants_losses(&self) -> bool {
        self.losses.is_some()
    }

    /// Adds to the loss of this pass: Keras's `add_loss`. The gradient of what a layer adds is its
    /// own business, in `backward`.
    pub fn add_loss(&mut self, loss: f64) {
        if let Some(sum) = &mut self.losses {
            *sum += loss;
        }
    }

    /// The sum of the losses that layers added.
    pub fn losses(&self) -> f64 {
        self.losses.unwrap_or(0.0)
    }

    /// Runs `work` on layers that get `steps` steps of every sample as rows of their own, from one
    /// sample to the next.
    pub fn in_steps<T>(&mut self, steps: usize, work: impl FnOnce(&mut Context<'m>) -> T) -> T {
        let outer = self.steps;
        self.steps *= steps;
        let result = work(self);
        self.steps = outer;
        result
    }

    /// How many rows of what layers get now are steps of one sample: 1, but inside of
    /// [`TimeDistributed`](crate::layers::TimeDistributed).
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// This pass with the states that stateful layers had after the last one (else zeros).
    pub fn with_states(mut self, states: States) -> Context<'m> {
        self.states = states;
        self
    }

    /// This pass with another way of gradients back through time.
    pub fn with_bptt(mut self, bptt: Bptt) -> Context<'m> {
        self.bptt = bptt;
        self
    }

    /// How gradients go back through time.
    pub(crate) fn bptt(&self) -> Bptt {
        self.bptt
    }

    /// Runs something that will run once more before its gradients come.
    pub(crate) fn without_saving<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.paused, true);
        let result = run(self);
        self.paused = outer;
        result
    }

    /// The states that stateful layers have now; zeros remain.
    pub fn take_states(&mut self) -> States {
        std::mem::take(&mut self.states)
    }

    /// A state of a stateful layer, `None` for zeros.
    pub fn state(&self, slot: StateSlot) -> Option<&Tensor> {
        self.states.get(slot)
    }

    /// Replaces a state of a stateful layer.
    pub fn set_state(&mut self, slot: StateSlot, value: Tensor) {
        self.states.set(slot, value);
    }

    /// The weights of the model.
    pub fn parameters(&self) -> &'m Parameters {
        self.parameters
    }

    /// The values of a weight, empty if it doesn't exist.
    pub fn value(&self, parameter: Parameter) -> &'m [Float] {
        self.parameters.get(parameter)
    }

    /// A copy of a weight with its shape, of shape `(0,)` if it doesn't exist.
    pub fn tensor(&self, parameter: Parameter) -> Tensor {
        Tensor::from_parts(self.parameters.shape(parameter), self.value(parameter).to_vec())
    }

    /// Whether this pass records a weight such as a moving mean: in training, unless its layer is
    /// to stay as it is.
    pub fn records(&self, statistic: Parameter) -> bool {
        self.is_training() && !self.parameters.is_frozen(statistic)
    }

    /// The values that a weight will have after this pass: those assigned last, else its own.
    pub fn recorded(&self, statistic: Parameter) -> &[Float] {
        let last = self.assigned.iter().rev().find(|(parameter, _)| *parameter == statistic);
        last.map_or_else(|| self.value(statistic), |(_, values)| values)
    }

    /// Gives a weight new values, as many as it has, which take effect when this step of training
    /// has succeeded; until then everyone reads the old ones.
    pub fn assign(&mut self, statistic: Parameter, values: Vec<Float>) {
        debug_assert_eq!(values.len(), self.value(statistic).len());
        self.assigned.push((statistic, values));
    }

    /// How many times weights were given new values.
    pub(crate) fn num_assigned(&self) -> usize {
        self.assigned.len()
    }

    /// What was assigned, in order: for [`Parameters::write`].
    pub fn take_assigned(&mut self) -> Vec<(Parameter, Vec<Float>)> {
        std::mem::take(&mut self.assigned)
    }

    /// A derived form of a layer's weights, see [`Parameters::derived`].
    pub fn derived<T: Any + Send + Sync>(
        &self,
        key: Parameter,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        self.parameters.derived(key, make)
    }

    /// Whether this is training, or a call that is to be like it: dropout is active.
    pub fn is_training(&self) -> bool {
        matches!(self.mode, Mode::Training { .. }) || self.direct.is_some_and(|own| own.training)
    }

    /// Whether a backward pass may follow, so that `forward` must save what it needs.
    pub fn is_saving(&self) -> bool {
        self.mode != Mode::Inference && !self.paused
    }

    /// The random numbers of this training step for one purpose, such as a layer's name. `seed`
    /// overrides the training's own. `None` outside of training.
    pub fn random(&self, seed: Option<u64>, purpose: &str) -> Option<Stream> {
        let (own, step) = match (self.mode, self.direct) {
            (Mode::Training { seed, step }, _) => (seed, step),
            (_, Some(direct)) if direct.training => (direct.seed, direct.seed),
            _ => return None,
        };
        let purpose = match self.call {
            0 => format!("{purpose}@{step}"),
            call => format!("{purpose}@{step}#{call}"),
        };
        Some(Stream::new(seed.unwrap_or(own), &purpose))
    }

    /// Pushes what `backward` will need; drops it at once where no backward pass follows.
    pub fn save<T: Any + Send>(&mut self, saved: T) {
        if self.is_saving() {
            self.tape.push(Box::new(saved));
        }
    }

    /// Pops what the layer's `forward` saved last.
    ///
    /// # Errors
    /// [`Error::Tape`] if the top of the tape is of another type: the layer's `forward` and
    /// `backward` disagree.
    pub fn restore<T: Any + Send>(&mut self, layer: &str) -> Result<T> {
        self.tape.pop().and_then(|saved| saved.downcast::<T>().ok()).map(|saved| *saved).ok_or_else(
            || Error::Tape { layer: layer.into(), expected: std::any::type_name::<T>() },
        )
    }

    /// Whether what was saved last is of that type.
    pub(crate) fn is_next<T: Any>(&self) -> bool {
        self.tape.last().is_some_and(|saved| saved.is::<T>())
    }

    /// The gradients of several weights, to add to. A weight that doesn't exist has an empty one.
    pub fn gradients<const N: usize>(&mut self, parameters: [Parameter; N]) -> [&mut [Float]; N] {
        self.allocate_gradients();
        let ranges = parameters.map(|p| self.parameters.range(p));
        let mut slices = parameters.map(|_| None);
        let mut order: [usize; N] = std::array::from_fn(|i| i);
        order.sort_unstable_by_key(|i| ranges[*i].start);
        let (mut rest, mut offset) = (&mut self.gradients[..], 0);
        for i in order {
            let range = ranges[i].clone();
            if range.is_empty() {
                continue;
            }
            let (_, tail) = rest.split_at_mut(range.start - offset);
            let (own, tail) = tail.split_at_mut(range.len());
            (slices[i], rest, offset) = (Some(own), tail, range.end);
        }
        slices.map(Option::unwrap_or_default)
    }

    /// The gradients of all weights, as one flat buffer laid out like [`Parameters::values`].
    pub fn into_gradients(mut self) -> Vec<Float> {
        self.allocate_gradients();
        self.gradients
    }

    /// Whether the gradients of the layer's inputs are used by anyone.
    pub fn wants_input_gradients(&self) -> bool {
        self.wants_input_gradients
    }

    pub(crate) fn set_wants_input_gradients(&mut self, wants: bool) {
        self.wants_input_gradients = wants;
    }

    fn allocate_gradients(&mut self) {
        if self.gradients.is_empty() {
            self.gradients = vec![0.0; self.parameters.values().len()];
        }
    }
}
