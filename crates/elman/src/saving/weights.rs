//! Weights alone: reading them into a model, by the formats that hold them.

use std::path::Path;

use elman_files::{
    Array, Format, KerasFile, LegacyH5, Safetensors, StoredWeights, WeightStore, read_file,
};

use super::stored::{StoredVariable, load_stored};
use super::{legacy, load, safetensors, sharded};
use crate::layers::Layer;
use crate::models::Model;
use crate::parameters::Entry;
use crate::training::optimizers::{FileVariable, OptimizerState};
use crate::{Error, Result, Tensor};

impl Model {
    /// Reads weights into the model, as Keras's `load_weights`: from `.weights.h5` and sharded
    /// `.weights.json` files by the layers' places, from legacy `.h5` files (weights alone, or of
    /// whole models) by their order, from `.keras` files, and from
    /// `.safetensors` under Keras's names or PyTorch's (see [`WeightNames`](crate::WeightNames): a
    /// module goes to the layer of its name, otherwise to the only one that it fits). Weights of `CuDNNLSTM` and `CuDNNGRU`,
    /// and those that Keras 1 kept by gate, are converted. As in Keras, the state of an optimizer in
    /// `.weights.h5` and `.keras` files goes to that of the model, if it has one that the state fits.
    ///
    /// # Errors
    /// [`Error::NotBuilt`]; what is wrong with the file, a layer whose weights it lacks, or weights
    /// of another shape. The model's weights are then those it had.
    ///
    /// ```
    /// use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-load-{}.weights.h5", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(3).input_shape([5, 2]))?;
    /// model.save_weights(&path)?;
    /// let before = model.weights();
    /// model.set_weights(before.iter().map(|w| Tensor::zeros(w.shape())))?;
    /// model.load_weights(&path)?;
    /// assert_eq!(model.weights(), before);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let (path, name) = (path.as_ref(), path.as_ref().display().to_string());
        if path.is_dir() {
            return read_stored(self, &KerasFile::open(path)?.weights, &name);
        }
        let bytes = read_file(path)?;
        match Format::of(&bytes) {
            Format::Zip => {
                drop(bytes);
                read_stored(self, &KerasFile::open(path)?.weights, &name)
            }
            Format::Safetensors => {
                safetensors::read(self, &Safetensors::from_bytes(&bytes, &name)?, &name)
            }
            Format::Json => read(self, sharded::read(path, &bytes)?, &name),
            _ => {
                let store = WeightStore::from_h5_vec(bytes, &name)?;
                match LegacyH5::is(&store) {
                    true => {
                        let file = LegacyH5::from_store(store, &name)?;
                        legacy::load_in_order(self, file.layers, &name)
                    }
                    false => read(self, store, &name),
                }
            }
        }
    }
}

/// Reads weights by place, and the optimizer's state if it fits.
fn read(model: &mut Model, mut store: WeightStore, name: &str) -> Result<()> {
    load::load_weights(model, &mut store, name)?;
    let state: Vec<Array> = load::take_variables(&mut store, "optimizer/vars");
    let state: Vec<Tensor> = state.into_iter().map(load::into_tensor).collect();
    load_state(model, &state, name)
}

/// As [`read`], of weights that are in a file.
fn read_stored(model: &mut Model, stored: &StoredWeights, name: &str) -> Result<()> {
    load_stored(model, stored, name)?;
    load_state(model, &StoredVariable::all(stored), name)
}

/// Gives the optimizer its state, if there is one that it fits.
fn load_state(model: &mut Model, state: &[impl FileVariable], name: &str) -> Result<()> {
    let parameters = model.built()?.parameters();
    let Some(compiled) = model.compiled.as_ref().filter(|_| !state.is_empty()) else {
        return Ok(());
    };
    let mut optimizer = compiled.optimizer.clone();
    if let Ok(state) = OptimizerState::load(&mut *optimizer, parameters, state, name)
        && let Some(compiled) = &mut model.compiled
    {
        (compiled.optimizer, compiled.state) = (optimizer, state);
    }
    Ok(())
}

/// Refuses values that aren't a layer's weights.
pub(super) fn check(
    file: &str,
    layer: &dyn Layer,
    entries: &[&Entry],
    values: &[Tensor],
) -> Result<()> {
    check_shapes(file, layer, entries, &values.iter().map(Tensor::shape).collect::<Vec<_>>())
}

/// Refuses values of other shapes than a layer's weights.
pub(super) fn check_shapes(
    file: &str,
    layer: &dyn Layer,
    entries: &[&Entry],
    shapes: &[&[usize]],
) -> Result<()> {
    if entries.len() != shapes.len() {
        return Err(Error::WeightCount {
            file: file.into(),
            layer: layer.place(),
            names: entries.iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", "),
            expected: entries.len(),
            got: shapes.len(),
        });
    }
    for (entry, shape) in entries.iter().zip(shapes) {
        if entry.shape != **shape {
            return Err(Error::WeightShape {
                file: file.into(),
                layer: layer.place(),
                weight: entry.name.clone(),
                expected: entry.shape(),
                got: (*shape).into(),
            });
        }
    }
    Ok(())
}
