//! A layer of a model, together with its weights.

use super::Model;
use crate::layers::Layer;
use crate::parameters::Entry;
use crate::{Error, Result, Shape, Tensor};

/// A layer of a model, for reading.
#[derive(Clone, Copy)]
pub struct LayerRef<'m> {
    pub(super) model: &'m Model,
    pub(super) index: usize,
}

/// A layer of a model, for changing its weights.
pub struct LayerMut<'m> {
    pub(super) model: &'m mut Model,
    pub(super) index: usize,
}

impl<'m> LayerRef<'m> {
    /// The layer itself.
    pub fn layer(&self) -> &'m dyn Layer {
        &*self.model.layers()[self.index]
    }

    /// Its name.
    pub fn name(&self) -> &'m str {
        self.layer().base().name()
    }

    /// The shapes of its outputs; none before the model is built.
    pub fn output_shapes(&self) -> &'m [Shape] {
        self.model.network().map_or(&[], |network| network.layer_output_shapes(self.index))
    }

    /// Its weights in Keras's order (`get_weights`); none before the model is built.
    pub fn weights(&self) -> Vec<Tensor> {
        let Some(network) = self.model.network() else { return Vec::new() };
        let parameters = network.parameters();
        parameters.of_layer(self.index).map(|entry| parameters.tensor(entry)).collect()
    }

    /// The number of its weights' values.
    pub fn count_params(&self) -> usize {
        self.model.network().map_or(0, |network| {
            network.parameters().of_layer(self.index).map(|entry| entry.range.len()).sum()
        })
    }
}

impl LayerMut<'_> {
    /// Replaces its weights, given in Keras's order.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], [`Error::WeightCount`] or [`Error::WeightShape`]; the old weights stay.
    pub fn set_weights(&mut self, weights: impl IntoIterator<Item = Tensor>) -> Result<()> {
        let index = self.index;
        self.model
            .replace_weights(|parameters| parameters.of_layer(index).cloned().collect(), weights)
    }

    /// Says whether training changes its weights, those of the layers in it included. It takes
    /// effect at once, in `summary` and with the next training step; Keras 3 trains on as before
    /// until the model is compiled again. An optimizer keeps slots for trainable weights alone; a
    /// file doesn't hold those of weights that were frozen after training began.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Gru::new(3).input_shape([5, 2]).name("encoder"))?.add(Dense::new(1))?;
    /// model.compile("adam", "mse", &[])?;
    /// model.layer_mut("encoder")?.set_trainable(false);
    /// let before = model.weights();
    /// model.train_on_batch(ndarray::Array3::<f32>::ones((1, 5, 2)), array![[1.]])?;
    /// let after = model.weights();
    /// assert_eq!(before[..3], after[..3]); // the encoder's
    /// assert_ne!(before[3..], after[3..]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn set_trainable(&mut self, trainable: bool) {
        self.model.set_layer_trainable(self.index, trainable);
    }
}

impl Model {
    /// Replaces the weights that `choose` names, in that order, all or none.
    pub(super) fn replace_weights(
        &mut self,
        choose: impl FnOnce(&crate::Parameters) -> Vec<Entry>,
        weights: impl IntoIterator<Item = Tensor>,
    ) -> Result<()> {
        let network = self.built_mut()?;
        let entries = choose(network.parameters());
        let weights: Vec<Tensor> = weights.into_iter().collect();
        let place = |entry: Option<&Entry>| match entry {
            Some(entry) => {
                let layer = network.parameters().scopes()[entry.scope].layer;
                network.layers()[layer].place()
            }
            None => "model".into(),
        };
        if entries.len() != weights.len() {
            return Err(Error::WeightCount {
                file: "set_weights".into(),
                layer: place(entries.first()),
                names: entries.iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", "),
                expected: entries.len(),
                got: weights.len(),
            });
        }
        for (entry, weight) in entries.iter().zip(&weights) {
            if entry.shape != weight.shape() {
                return Err(Error::WeightShape {
                    file: "set_weights".into(),
                    layer: place(Some(entry)),
                    weight: entry.name.clone(),
                    expected: entry.shape(),
                    got: weight.shape().into(),
                });
            }
        }
        let values = network.parameters_mut().values_mut();
        for (entry, weight) in entries.iter().zip(&weights) {
            values[entry.range.clone()].copy_from_slice(weight.data());
        }
        Ok(())
    }
}
