//! Weights as safetensors, under Keras's names or PyTorch's.

use std::path::Path;

use elman_files::Safetensors;

use super::json::parse;
use super::load::tensor;
use super::{architecture, array, torch, weights};
use crate::models::Model;
use crate::parameters::loading;
use crate::training::optimizers::WeightInfo;
use crate::{Error, Parameters, Result};

/// The note that holds the architecture.
const MODEL: &str = "elman.model";

/// Whose names weights have in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WeightNames {
    /// Keras's: `lstm/lstm_cell/kernel`.
    #[default]
    Keras,
    /// PyTorch's, with its layouts: `lstm.weight_ih_l0`. Each layer is a module of its name, as
    /// `nn.LSTM`, `nn.GRU`, `nn.RNN`, `nn.Linear`, `nn.Embedding` and `nn.LayerNorm` have them.
    PyTorch,
}

impl Model {
    /// Writes the weights as a `.safetensors` file, in one step. Under Keras's names, as
    /// [`Model::save`] writes them where a path ends so, the file holds the architecture too, and
    /// [`load_model`](crate::load_model) reads it. [`Model::load_weights`] reads both.
    ///
    /// # Errors
    /// [`Error::NotBuilt`]; [`Error::Unsupported`] for a layer that PyTorch hasn't, such as a GRU
    /// without `reset_after`.
    ///
    /// ```
    /// use elman::WeightNames;
    /// use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-st-{}.safetensors", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(3).input_shape([5, 2]))?;
    /// model.save_safetensors(&path, WeightNames::PyTorch)?;
    /// model.load_weights(&path)?;
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn save_safetensors(&self, path: impl AsRef<Path>, names: WeightNames) -> Result<()> {
        let parameters = self.built()?.parameters();
        let mut file = Safetensors::default();
        match names {
            WeightNames::PyTorch => {
                file.metadata.insert("format".into(), "pt".into());
                file.arrays = torch::arrays(self)?;
            }
            WeightNames::Keras => {
                file.metadata.insert(MODEL.into(), self.to_json().to_string());
                let tensors = parameters.entries().iter().map(|e| array(&parameters.tensor(e)));
                file.arrays = keras_names(parameters).into_iter().zip(tensors).collect();
            }
        }
        Ok(file.write(path.as_ref())?)
    }
}

/// The names of all weights, which differ: equal ones get a number.
fn keras_names(parameters: &Parameters) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for entry in parameters.entries() {
        let path = WeightInfo::new(parameters, entry).path();
        let numbered = |n: usize| if n == 0 { path.clone() } else { format!("{path}_{n}") };
        let name = (0..).map(numbered).find(|name| !names.contains(name));
        names.extend(name);
    }
    names
}

/// Reads weights into a model, under whichever names they are.
pub(super) fn read(model: &mut Model, file: &Safetensors, name: &str) -> Result<()> {
    let parameters = model.built()?.parameters();
    let names = keras_names(parameters);
    if !names.iter().any(|name| file.arrays.contains_key(name)) {
        return torch::load(model, &file.arrays, name);
    }
    let mut values = Vec::new();
    let network = model.built()?;
    for (entry, key) in parameters.entries().iter().zip(names) {
        let layer = &*network.layers()[parameters.scopes()[entry.scope].layer];
        let array = file.arrays.get(&key).ok_or_else(|| Error::Config {
            place: name.into(),
            problem: format!("no array {key:?}, which {} needs", layer.place()),
        })?;
        let value = tensor(array);
        weights::check(name, layer, &[entry], std::slice::from_ref(&value))?;
        values.push(value);
    }
    model.set_weights(values)
}

/// The model of a file that holds its architecture.
pub(super) fn model(file: &Safetensors, name: &str) -> Result<Model> {
    let Some(config) = file.metadata.get(MODEL) else {
        return Err(Error::Unsupported {
            place: name.into(),
            option: "a file of weights alone".into(),
            advice: "make the model, then `load_weights` reads them into it".into(),
        });
    };
    let config = parse(config, name, MODEL)?;
    let stored = file.arrays.values().map(elman_files::Array::len).sum();
    let mut model = loading::for_values(stored, || architecture::read(&config, name))?;
    read(&mut model, file, name)?;
    Ok(model)
}
