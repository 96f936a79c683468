//! The states that stateful layers carry from call to call.

use crate::{Error, Parameters, Result, Shape, Tensor};

/// A stateful layer's handle of one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSlot(pub(crate) usize);

/// What is known of one state of a stateful layer.
#[derive(Clone, Debug)]
pub struct StateEntry {
    /// The layer's place in the model and the state's number: `layers/lstm/states/0`.
    pub path: String,
    /// The position in the model of the layer that it belongs to.
    pub layer: usize,
    /// Its shape, with the batch.
    pub shape: Vec<usize>,
}

/// The states of all stateful layers of a model, as they are between two calls.
///
/// A model holds one set itself, which `predict`, `evaluate` and `fit` carry on, as in Keras.
/// [`Model::predict_with_states`](crate::Model::predict_with_states) works on a set of the
/// caller's instead, so that many threads share one model, each with its own states.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(4).stateful(true).batch_input_shape([1, 3, 2]))?;
/// let x = ndarray::Array3::<f32>::ones((1, 3, 2));
/// let first = model.predict(&x)?;
/// let saved = model.states();
/// let second = model.predict(&x)?;
/// assert_ne!(first, second);
/// model.set_states(saved)?;
/// assert_eq!(model.predict(&x)?, second);
/// model.reset_states();
/// assert_eq!(model.predict(&x)?, first);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct States {
    /// By slot; absent means zeros.
    values: Vec<Option<Tensor>>,
}

impl States {
    pub(crate) fn get(&self, slot: StateSlot) -> Option<&Tensor> {
        self.values.get(slot.0)?.as_ref()
    }

    pub(crate) fn set(&mut self, slot: StateSlot, value: Tensor) {
        if self.values.len() <= slot.0 {
            self.values.resize(slot.0 + 1, None);
        }
        self.values[slot.0] = Some(value);
    }

    /// Sets the states of one layer to zero.
    pub(crate) fn reset_layer(&mut self, parameters: &Parameters, layer: usize) {
        let entries = parameters.states().iter();
        for (value, entry) in self.values.iter_mut().zip(entries) {
            if entry.layer == layer {
                *value = None;
            }
        }
    }

    /// Paths and values of all states, zeros included: what to save.
    pub(crate) fn named(&self, parameters: &Parameters) -> Vec<(String, Tensor)> {
        let value = |(slot, entry): (usize, &StateEntry)| {
            let value = self.get(StateSlot(slot)).cloned();
            (entry.path.clone(), value.unwrap_or_else(|| Tensor::zeros(entry.shape.clone())))
        };
        parameters.states().iter().enumerate().map(value).collect()
    }

    /// States by path, checked against those that the model has.
    pub(crate) fn from_named(
        parameters: &Parameters,
        named: impl IntoIterator<Item = (String, Tensor)>,
    ) -> Result<States> {
        let mut states = States::default();
        for (path, value) in named {
            let slot = parameters.states().iter().position(|entry| entry.path == path);
            let slot = slot.ok_or_else(|| Error::Unknown {
                what: "state",
                name: path.clone(),
                known: parameters.states().iter().map(|e| &*e.path).collect::<Vec<_>>().join(", "),
            })?;
            states.set(StateSlot(slot), value);
        }
        states.check(parameters)?;
        Ok(states)
    }

    /// Whether these can be states of that model.
    pub(crate) fn check(&self, parameters: &Parameters) -> Result<()> {
        let entries = parameters.states();
        if self.values.len() > entries.len() {
            return Err(Error::Mismatch {
                place: "states".into(),
                what: "the set of states".into(),
                expected: format!("{} states, as the model has", entries.len()),
                got: format!("{} states", self.values.len()),
            });
        }
        for (value, entry) in self.values.iter().zip(entries) {
            let Some(value) = value else { continue };
            if value.shape() != entry.shape {
                return Err(Error::Mismatch {
                    place: "states".into(),
                    what: entry.path.clone(),
                    expected: Shape::from(&entry.shape[..]).to_string(),
                    got: Shape::from(value.shape()).to_string(),
                });
            }
            value.check_finite(&entry.path)?;
        }
        Ok(())
    }
}
