//! The states that a model carries from call to call.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use elman_files::{Array, npz};

use super::{LayerMut, Model};
use crate::saving::{array, tensor};
use crate::{Error, Result, States, Tensor};

/// The states that a model's stateful layers ended the last call with.
#[derive(Debug, Default)]
pub(crate) struct HeldStates(Mutex<States>);

impl HeldStates {
    /// Holds the states for one call; others on the same model wait, since each goes on from the
    /// one before.
    pub fn lock(&self) -> MutexGuard<'_, States> {
        // Only complete sets of states are ever stored, so a panic elsewhere leaves them sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get_mut(&mut self) -> &mut States {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for HeldStates {
    fn clone(&self) -> Self {
        HeldStates(Mutex::new(self.lock().clone()))
    }
}

impl Model {
    /// The states that the stateful layers ended the last call with.
    pub fn states(&self) -> States {
        self.held.lock().clone()
    }

    /// Replaces the states that the next call starts from.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if they are not of this model.
    pub fn set_states(&mut self, states: States) -> Result<()> {
        states.check(self.built()?.parameters())?;
        *self.held.get_mut() = states;
        Ok(())
    }

    /// The states by path, `layers/lstm/states/0`, zeros included.
    ///
    /// # Errors
    /// [`Error::NotBuilt`].
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(4).stateful(true).batch_input_shape([1, 3, 2]))?;
    /// let named = model.named_states()?;
    /// assert_eq!(named[0].1.shape(), [1, 4]);
    /// model.set_named_states(named)?;
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn named_states(&self) -> Result<Vec<(String, Tensor)>> {
        Ok(self.states().named(self.built()?.parameters()))
    }

    /// Replaces the states that the next call starts from, by path; those that are not named become
    /// zeros.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], and states that are not of this model; the old ones then stay.
    pub fn set_named_states(
        &mut self,
        named: impl IntoIterator<Item = (String, Tensor)>,
    ) -> Result<()> {
        *self.held.get_mut() = States::from_named(self.built()?.parameters(), named)?;
        Ok(())
    }

    /// Sets the states of all stateful layers to zero; nothing else does, also no end of an epoch.
    /// Keras has this on layers alone (`layer.reset_state()`), Keras 2 on models as well.
    pub fn reset_states(&mut self) {
        *self.held.get_mut() = States::default();
    }

    /// Writes the states as an `.npz` file, one array for each.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], and what prevents writing the file; an older one then stays.
    pub fn save_states(&self, path: impl AsRef<Path>) -> Result<()> {
        let named = self.named_states()?;
        let arrays: Vec<Array> = named.iter().map(|(_, state)| array(state)).collect();
        let named: Vec<(&str, &Array)> =
            named.iter().map(|(path, _)| path.as_str()).zip(&arrays).collect();
        Ok(npz::write(path.as_ref(), &named)?)
    }

    /// Reads the states that [`Model::save_states`] wrote.
    ///
    /// # Errors
    /// What is wrong with the file, and states that are not of this model; the old ones then stay.
    pub fn load_states(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let arrays = npz::read(path.as_ref())?;
        self.set_named_states(arrays.into_iter().map(|(path, array)| (path, tensor(&array))))
    }

    /// Whether a layer carries states from call to call.
    pub fn is_stateful(&self) -> bool {
        self.network().is_some_and(|network| !network.parameters().states().is_empty())
    }

    /// The batch size that a stateful model is bound to.
    pub(crate) fn stateful_batch(&self) -> Option<usize> {
        let states = self.network()?.parameters().states();
        states.first().and_then(|state| state.shape.first().copied())
    }
}

impl LayerMut<'_> {
    /// Sets the states of this layer to zero.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the layer is not stateful.
    pub fn reset_state(&mut self) -> Result<()> {
        let index = self.index;
        let Model { held, network, .. } = &mut *self.model;
        let parameters = network.get().map(super::network::Network::parameters);
        match parameters.filter(|p| p.states().iter().any(|state| state.layer == index)) {
            Some(parameters) => held.get_mut().reset_layer(parameters, index),
            None => {
                let place = self.model.layers()[index].place();
                return Err(Error::InvalidArgument {
                    place,
                    argument: "stateful",
                    expected: "true, in a model that is built, for `reset_state`".into(),
                    got: "a layer without states".into(),
                });
            }
        }
        Ok(())
    }
}
