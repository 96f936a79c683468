//! The weights of a model: one flat buffer, and the names and shapes of what lies in it.
//!
//! Layers own no numbers. While a model is built, each layer registers its weights here once, in
//! Keras's order, and keeps handles. Saving, optimizers, gradients and `set_weights` then walk one
//! table instead of asking every layer, and a layer stays a cheap, immutable description that many
//! threads can share.

mod disjoint;
pub(crate) mod loading;
mod penalties;
mod weight;

use std::any::Any;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::constraints::Constraint;
use crate::random::Stream;
use crate::regularizers::Regularizer;
use crate::states::{StateEntry, StateSlot};
use crate::{Float, Result, Shape, Tensor, WeightFormat};

pub(crate) use disjoint::disjoint;
pub use weight::Weight;

/// A layer's handle of one of its weights. The default is a weight that doesn't exist, such as the
/// bias of a layer with `use_bias = false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameter(Option<usize>);

impl Parameter {
    /// Whether the weight exists.
    pub fn exists(self) -> bool {
        self.0.is_some()
    }
}

/// What is known of one weight.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name within its layer, Keras's: `kernel`, `recurrent_kernel`, `bias`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Whether training changes it by its gradient.
    pub trainable: bool,
    /// Whether training could change it if nothing were frozen: false for statistics.
    pub(crate) is_trained: bool,
    /// Whether it is of integers, which files hold in 64 bits.
    pub(crate) is_integer: bool,
    /// Whether its layer is to stay as it is, so that it is neither learnt nor recorded.
    pub(crate) frozen: bool,
    /// The penalty on it.
    pub regularizer: Option<Regularizer>,
    /// What it is kept to.
    pub constraint: Option<Constraint>,
    /// The index of the scope (layer, cell) that holds it.
    pub scope: usize,
    /// Its index within that scope, which is its name in a `.keras` file.
    pub index: usize,
    /// Where its values lie in the flat buffer.
    pub range: Range<usize>,
}

/// A layer or a part of one, as a place in the file's tree and in the names of weights.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Where its weights lie in a `.keras` file: `layers/lstm/cell`.
    pub path: String,
    /// The name of the layer or cell: `lstm_cell`.
    pub name: String,
    /// The position in the model of the layer that it belongs to.
    pub layer: usize,
}

/// All weights of a model in one flat buffer.
#[derive(Debug, Default)]
pub struct Parameters {
    /// Fewer than are registered until the first change of a model that is read from a file: zeros
    /// that are overwritten cost as much as reading the file.
    values: Vec<Float>,
    registered: usize,
    entries: Vec<Entry>,
    scopes: Vec<Scope>,
    states: Vec<StateEntry>,
    weight_format: WeightFormat,
    /// Forms of the weights that are made once and used until the next change: packed kernels.
    derived: Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>,
}

impl Clone for Parameters {
    fn clone(&self) -> Self {
        Parameters {
            values: self.values.clone(),
            registered: self.registered,
            entries: self.entries.clone(),
            scopes: self.scopes.clone(),
            states: self.states.clone(),
            weight_format: self.weight_format,
            derived: Mutex::default(),
        }
    }
}

impl Parameters {
    /// All values, weight after weight.
    pub fn values(&self) -> &[Float] {
        &self.values
    }

    /// All values for writing. Forms derived from the old values are dropped.
    pub fn values_mut(&mut self) -> &mut [Float] {
        self.derived.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        match self.values.len() {
            // Memory that isn't touched before it is written.
            0 => self.values = elman_kernels::zeros(self.registered),
            _ => self.values.resize(self.registered, 0.0),
        }
        &mut self.values
    }

    /// What recurrent layers that the fast kernels compute hold their kernels as.
    pub fn weight_format(&self) -> WeightFormat {
        self.weight_format
    }

    /// Sets what those layers hold their kernels as. Values stay what they are.
    pub(crate) fn set_weight_format(&mut self, format: WeightFormat) {
        self.weight_format = format;
        self.values_mut();
    }

    /// Writes new values of weights, as [`Context::take_assigned`] gives them.
    ///
    /// [`Context::take_assigned`]: crate::Context::take_assigned
    pub fn write(&mut self, assigned: Vec<(Parameter, Vec<Float>)>) {
        for (parameter, new) in assigned {
            let range = self.range(parameter);
            self.values_mut()[range].copy_from_slice(&new);
        }
    }

    /// The weights, in the order in which the layers registered them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The layers and parts of layers, also those without weights of their own.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The states that stateful layers carry from call to call. Their values are not weights and
    /// lie with the caller: see [`States`](crate::States).
    pub fn states(&self) -> &[StateEntry] {
        &self.states
    }

    /// The weights of the layer at position `layer` of the model, as Keras's `get_weights` orders
    /// them.
    pub fn of_layer(&self, layer: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| self.scopes[e.scope].layer == layer)
    }

    /// The weights of one scope, by its number.
    pub(crate) fn of_scope(&self, scope: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |e| e.scope == scope)
    }

    /// A copy of one weight.
    pub fn tensor(&self, entry: &Entry) -> Tensor {
        Tensor::from_parts(entry.shape.clone(), self.values[entry.range.clone()].to_vec())
    }

    /// The values of a weight, empty if it doesn't exist.
    pub fn get(&self, parameter: Parameter) -> &[Float] {
        parameter.0.map_or(&[], |i| &self.values[self.entries[i].range.clone()])
    }

    /// The shape of a weight, `(0,)` if it doesn't exist.
    pub fn shape(&self, parameter: Parameter) -> &[usize] {
        parameter.0.map_or(&[0], |i| &self.entries[i].shape)
    }

    /// Whether the layer of a weight is to stay as it is; false for one that doesn't exist.
    pub fn is_frozen(&self, parameter: Parameter) -> bool {
        parameter.0.is_some_and(|i| self.entries[i].frozen)
    }

    /// Where the values of a weight lie, empty if it doesn't exist.
    pub fn range(&self, parameter: Parameter) -> Range<usize> {
        parameter.0.map_or(0..0, |i| self.entries[i].range.clone())
    }

    /// The number of values in the weights at that place in the file's tree and below it.
    pub(crate) fn count_below(&self, place: &str) -> usize {
        let is_below = |scope: &Scope| {
            scope
                .path
                .strip_prefix(place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let own = self.entries.iter().filter(|entry| is_below(&self.scopes[entry.scope]));
        own.map(|entry| entry.range.len()).sum()
    }

    /// How much there is, to [`roll_back`](Parameters::roll_back) to.
    pub(crate) fn mark(&self) -> [usize; 4] {
        [self.registered, self.entries.len(), self.scopes.len(), self.states.len()]
    }

    /// Drops what was registered since the mark.
    pub(crate) fn roll_back(&mut self, [values, entries, scopes, states]: [usize; 4]) {
        self.values_mut();
        self.values.truncate(values);
        self.registered = values;
        self.entries.truncate(entries);
        self.scopes.truncate(scopes);
        self.states.truncate(states);
    }

    /// Whether training changes the weights of the layer at position `layer`.
    pub(crate) fn set_trainable(&mut self, layer: usize, trainable: bool) {
        for entry in &mut self.entries {
            if self.scopes[entry.scope].layer == layer {
                entry.frozen = !trainable;
                entry.trainable = trainable && entry.is_trained;
            }
        }
    }

    /// Makes training change no weight.
    pub(crate) fn freeze(&mut self) {
        for entry in &mut self.entries {
            (entry.trainable, entry.frozen) = (false, true);
        }
    }

    /// A form of the weights of a layer that is costly to make, such as packed kernels: made by
    /// the first call, then shared until a weight changes. `key` is a weight of that layer.
    pub fn derived<T: Any + Send + Sync>(
        &self,
        key: Parameter,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let Some(key) = key.0 else { return Arc::new(make()) };
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = derived.get(&key).and_then(|d| Arc::clone(d).downcast::<T>().ok()) {
            return found;
        }
        let made = Arc::new(make());
        derived.insert(key, Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }
}

/// Where a layer registers its weights while its model is built.
#[derive(Debug)]
pub struct Builder<'a> {
    parameters: &'a mut Parameters,
    scope: usize,
    trainable: bool,
    /// None where the values don't matter, since they are overwritten or thrown away.
    seed: Option<u64>,
}

impl<'a> Builder<'a> {
    /// A builder for the layer at position `layer`, whose weights lie under `path` in a file.
    /// `seed` is the model's; each weight draws from a stream of its own.
    pub fn new(
        parameters: &'a mut Parameters,
        path: &str,
        name: &str,
        layer: usize,
        trainable: bool,
        seed: u64,
    ) -> Builder<'a> {
        parameters.scopes.push(Scope { path: path.into(), name: name.into(), layer });
        let scope = parameters.scopes.len() - 1;
        Builder { parameters, scope, trainable, seed: Some(seed) }
    }

    /// A builder for learning the shapes of a layer's weights, whose values are all zero.
    pub(crate) fn unfilled(parameters: &'a mut Parameters) -> Builder<'a> {
        Builder { seed: None, ..Builder::new(parameters, "", "", 0, true, 0) }
    }

    /// How many numbers are registered in the whole model.
    pub(crate) fn registered(&self) -> usize {
        self.parameters.registered
    }

    /// Replaces the values registered from number `start` on.
    pub(crate) fn replace_from(&mut self, start: usize, values: &[Float]) {
        if loading::is_on() {
            return; // the file has them
        }
        let own = &mut self.parameters.values_mut()[start..];
        debug_assert_eq!(own.len(), values.len());
        own.copy_from_slice(values);
    }

    /// Registers a weight of that shape and fills it.
    ///
    /// # Errors
    /// What the initializer, the regularizer or the constraint refuses, such as an orthogonal
    /// matrix of one dimension.
    pub fn add<'w>(
        &mut self,
        name: &str,
        shape: &[usize],
        weight: impl Into<Weight<'w>>,
    ) -> Result<Parameter> {
        self.add_drawn_as(name, shape, shape, weight.into())
    }

    /// Registers the kernel of a linear map between arrays: its first `inputs` axes are those of the
    /// input, the others those of the output. An initializer that looks at how many numbers go in
    /// and out counts them so.
    ///
    /// # Errors
    /// As [`Builder::add`].
    pub fn add_map<'w>(
        &mut self,
        name: &str,
        shape: &[usize],
        inputs: usize,
        weight: impl Into<Weight<'w>>,
    ) -> Result<Parameter> {
        let weight = weight.into();
        let (from, to) = shape.split_at(inputs.min(shape.len()));
        match weight.initializer.looks_at_fans() {
            true => {
                let matrix = [from.iter().product(), to.iter().product()];
                self.add_drawn_as(name, shape, &matrix, weight)
            }
            false => self.add_drawn_as(name, shape, shape, weight),
        }
    }

    /// [`Builder::add`] with the values of an array of another shape of that size.
    fn add_drawn_as(
        &mut self,
        name: &str,
        shape: &[usize],
        drawn_as: &[usize],
        weight: Weight,
    ) -> Result<Parameter> {
        let scope = &self.parameters.scopes[self.scope];
        let place = format!("{} of {}", name, scope.name);
        loading::check(self.registered(), shape, &place)?;
        if let Some(regularizer) = weight.regularizer {
            regularizer.check(shape, &place)?;
        }
        if let Some(constraint) = weight.constraint {
            constraint.check(shape, &place)?;
        }
        // As in Keras, an initializer with a seed of its own gives the same values wherever it is
        // used; all others draw from a stream of the model's seed that is theirs alone.
        let stream = match (weight.initializer.seed(), self.seed) {
            (_, None) => None,
            _ if loading::is_on() => None,
            (Some(seed), _) => Some(Stream::new(seed, "initializer")),
            (None, Some(seed)) => Some(Stream::new(seed, &format!("{}/{name}", scope.path))),
        };
        let parameter = match stream {
            Some(mut stream) => {
                let values = weight.initializer.values(drawn_as, &mut stream, &place)?;
                self.add_values(name, shape, values)
            }
            None => self.add_zeros(name, shape),
        };
        if let Some(entry) = self.parameters.entries.last_mut() {
            entry.trainable &= weight.is_trained;
            entry.is_trained = weight.is_trained;
            entry.is_integer = weight.is_integer;
            entry.regularizer = weight.regularizer.cloned();
            entry.constraint = weight.constraint.cloned();
        }
        Ok(parameter)
    }

    /// Registers a weight with these values.
    pub fn add_values(&mut self, name: &str, shape: &[usize], values: Vec<Float>) -> Parameter {
        let start = self.parameters.registered;
        self.parameters.values_mut();
        self.parameters.values.extend(values);
        self.parameters.registered = self.parameters.values.len();
        self.add_entry(name, shape, start)
    }

    /// Registers a weight of zeros, which take no memory yet.
    fn add_zeros(&mut self, name: &str, shape: &[usize]) -> Parameter {
        let start = self.parameters.registered;
        self.parameters.registered += shape.iter().product::<usize>();
        self.add_entry(name, shape, start)
    }

    /// Makes the values from `start` on a weight.
    fn add_entry(&mut self, name: &str, shape: &[usize], start: usize) -> Parameter {
        let index = self.parameters.of_scope(self.scope).count();
        self.parameters.entries.push(Entry {
            name: name.into(),
            shape: shape.to_vec(),
            trainable: self.trainable,
            is_trained: true,
            is_integer: false,
            frozen: !self.trainable,
            regularizer: None,
            constraint: None,
            scope: self.scope,
            index,
            range: start..self.parameters.registered,
        });
        Parameter(Some(self.parameters.entries.len() - 1))
    }

    /// Registers a state of that shape, which the layer carries from call to call.
    pub fn add_state(&mut self, shape: &[usize]) -> StateSlot {
        let Scope { path, layer, .. } = &self.parameters.scopes[self.scope];
        let prefix = format!("{path}/states/");
        let states = &mut self.parameters.states;
        let number = states.iter().filter(|state| state.path.starts_with(&prefix)).count();
        states.push(StateEntry {
            path: format!("{prefix}{number}"),
            layer: *layer,
            shape: shape.to_vec(),
        });
        StateSlot(states.len() - 1)
    }

    /// Where the layer's weights lie in a `.keras` file, which is its place in the model.
    pub fn path(&self) -> &str {
        &self.parameters.scopes[self.scope].path
    }

    /// Changes the first values of a weight by `change`, which is not called while the model is read
    /// from a file, that has others.
    pub fn change(&mut self, parameter: Parameter, change: impl FnOnce(&mut [Float])) {
        if !loading::is_on() {
            change(self.values_mut(parameter));
        }
    }

    /// The first values of a weight, for changing.
    pub fn values_mut(&mut self, parameter: Parameter) -> &mut [Float] {
        let range = self.parameters.range(parameter);
        &mut self.parameters.values_mut()[range]
    }

    /// Builds a part of the layer, such as a cell: `attribute` is its place in the file's tree,
    /// `name` its name. It is trainable if the layer is.
    ///
    /// # Errors
    /// What `build` returns.
    pub fn child<T>(
        &mut self,
        attribute: &str,
        name: &str,
        trainable: bool,
        build: impl FnOnce(&mut Builder) -> Result<T>,
    ) -> Result<T> {
        self.layer(attribute, name, self.trainable && trainable, build)
    }

    /// Builds a layer in the layer. Whether it is trainable it says itself: Keras doesn't ask the
    /// layer around it. (To freeze that freezes both: see
    /// [`Layer::set_trainable`](crate::layers::Layer::set_trainable).)
    ///
    /// # Errors
    /// What `build` returns.
    pub fn layer<T>(
        &mut self,
        attribute: &str,
        name: &str,
        trainable: bool,
        build: impl FnOnce(&mut Builder) -> Result<T>,
    ) -> Result<T> {
        let parent = &self.parameters.scopes[self.scope];
        let (path, layer) = (format!("{}/{attribute}", parent.path), parent.layer);
        let seed = self.seed;
        let child = Builder::new(self.parameters, &path, name, layer, trainable, 0);
        build(&mut Builder { seed, ..child })
    }
}

impl Entry {
    /// The shape, for messages.
    pub fn shape(&self) -> Shape {
        Shape::from(&self.shape[..])
    }

    /// How many bytes it takes in Keras.
    pub(crate) fn bytes(&self) -> usize {
        self.range.len() * if self.is_integer { 8 } else { 4 }
    }
}
