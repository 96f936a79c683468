//! Writing models.

use std::path::Path;

use elman_files::{Array, KerasArchive, WeightStore, atomic};
use serde_json::json;

use super::{H5For, KERAS_VERSION, WeightNames, save_h5};
use crate::models::Model;
use crate::onnx::OnnxOptions;
use crate::parameters::Parameters;
use crate::training::{Compiled, optimizers};
use crate::{Error, Result, Tensor};

impl Model {
    /// Writes the model, its weights, its compilation and the optimizer's state as a `.keras`
    /// file, which Keras 3 opens; where the path ends in `.h5`, as a legacy file for Keras 3 (see
    /// [`Model::save_h5`]), in `.safetensors` as [`Model::save_safetensors`] and in `.onnx` as
    /// [`Model::save_onnx`] write it. The file is written whole or not at all: an older one stays until the
    /// new one is complete. The same model gives the same bytes.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], and what prevents writing the file.
    ///
    /// ```
    /// use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-doc-save-{}.keras", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).input_shape([5, 2]))?;
    /// model.save(&path)?;
    /// let x = ndarray::Array3::<f32>::ones((1, 5, 2));
    /// assert_eq!(elman::load_model(&path)?.predict(&x)?, model.predict(&x)?);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        match path.to_string_lossy().to_ascii_lowercase() {
            name if name.ends_with(".weights.h5") => Err(Error::Unsupported {
                place: path.display().to_string(),
                option: "a whole model in a file of weights alone".into(),
                advice: "`save_weights` writes one; name a model .keras or .h5".into(),
            }),
            name if name.ends_with(".h5") => self.save_h5(path, H5For::Keras3),
            name if name.ends_with(".safetensors") => {
                self.save_safetensors(path, WeightNames::Keras)
            }
            name if name.ends_with(".onnx") => self.save_onnx(path, OnnxOptions::new()),
            _ => Ok(self.to_archive()?.write(path)?),
        }
    }

    /// Writes the weights alone, in one step: as `.weights.h5`, which Keras 3 reads into a model of
    /// the same layers, with the optimizer's state if there is one; where the path ends in another
    /// `.h5`, by the names of layers, as Keras 2 does.
    ///
    /// # Errors
    /// [`Error::NotBuilt`]; a path that ends otherwise.
    ///
    /// ```
    /// # use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-save-{}.weights.h5", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(3).input_shape([5, 2]))?;
    /// model.save_weights(&path)?;
    /// assert!(model.save_weights("weights.txt").is_err());
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let store = match path.to_string_lossy().to_ascii_lowercase() {
            name if name.ends_with(".weights.h5") => weights(self, self.built()?.parameters()),
            name if name.ends_with(".h5") => save_h5::weights(self, H5For::Keras2)?.to_store(),
            _ => {
                return Err(Error::Unsupported {
                    place: path.display().to_string(),
                    option: "weights in a file of that name".into(),
                    advice: "name it .weights.h5, or .h5 for Keras 2".into(),
                });
            }
        };
        Ok(atomic::write(path, &store.to_h5()?)?)
    }

    /// The model as the bytes of a `.keras` file.
    ///
    /// # Errors
    /// [`Error::NotBuilt`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(self.to_archive()?.to_bytes()?)
    }

    pub(crate) fn to_archive(&self) -> Result<KerasArchive> {
        let network = self.built()?;
        let parameters = network.parameters();
        let (files, numbers) = network.graph().assets()?.into_parts();
        let mut weights = weights(self, parameters);
        for (path, numbers) in numbers {
            let data = numbers.iter().map(|v| *v as f32).collect();
            weights.insert(&path, Array::f32([numbers.len()], data));
        }
        // The date is the only thing that would differ between two files of the same model.
        let metadata =
            json!({ "keras_version": KERAS_VERSION, "date_saved": "1980-01-01@00:00:00" });
        Ok(KerasArchive {
            metadata: metadata.to_string(),
            config: self.to_json().to_string(),
            weights,
            assets: files,
        })
    }
}

/// Weights and optimizer state under Keras's paths.
fn weights(model: &Model, parameters: &Parameters) -> WeightStore {
    let mut store = WeightStore::new();
    store.insert_group("vars", Some(model.name()));
    for scope in parameters.scopes() {
        store.insert_group(&format!("{}/vars", scope.path), Some(&scope.name));
    }
    for entry in parameters.entries() {
        let scope = &parameters.scopes()[entry.scope];
        let path = format!("{}/vars/{}", scope.path, entry.index);
        let weight = parameters.tensor(entry);
        store.insert(&path, if entry.is_integer { integers(&weight) } else { array(&weight) });
    }
    if let Some(compiled) = &model.compiled {
        store.insert_group("optimizer/vars", Some(&optimizers::name(&*compiled.optimizer)));
        let variables = optimizer_variables(compiled, parameters, true);
        for (i, variable) in variables.into_iter().enumerate() {
            store.insert(&format!("optimizer/vars/{i}"), variable);
        }
    }
    store
}

/// What an optimizer remembers: the step counter, with the learning rate behind it if asked for and
/// if it is a number, and the rest.
pub(super) fn optimizer_variables(
    compiled: &Compiled,
    parameters: &Parameters,
    with_rate: bool,
) -> Vec<Array> {
    let (optimizer, state) = (&*compiled.optimizer, &compiled.state);
    let iterations = i64::try_from(state.iterations()).unwrap_or(i64::MAX);
    let mut variables = vec![Array::i64_scalar(iterations)];
    let rate = optimizer.base().learning_rate.constant().filter(|_| with_rate);
    variables.extend(rate.map(|rate| Array::f32_scalar(rate as f32)));
    variables.extend(state.variables(optimizer, parameters).iter().map(array));
    variables
}

#[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
pub(crate) fn array(tensor: &Tensor) -> Array {
    // In the verification build a Float is an f64; files are always f32.
    Array::f32(tensor.shape(), tensor.data().iter().map(|v| *v as f32).collect())
}

/// A weight of integers.
fn integers(tensor: &Tensor) -> Array {
    let data = elman_files::Data::I64(tensor.data().iter().map(|v| *v as i64).collect());
    Array { shape: tensor.shape().to_vec(), data }
}
