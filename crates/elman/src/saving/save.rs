//! Writing models.

use std::path::Path;

use elman_files::{Array, KerasArchive, WeightStore};
use serde_json::json;

use super::KERAS_VERSION;
use crate::models::Model;
use crate::parameters::Parameters;
use crate::training::optimizers;
use crate::{Result, Tensor};

impl Model {
    /// Writes the model, its weights, its compilation and the optimizer's state as a `.keras`
    /// file, which Keras 3 opens. The file is written whole or not at all: an older one stays
    /// until the new one is complete. The same model gives the same bytes.
    ///
    /// # Errors
    /// [`Error::NotBuilt`](crate::Error::NotBuilt), and what prevents writing the file.
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
        Ok(self.to_archive()?.write(path.as_ref())?)
    }

    /// The model as the bytes of a `.keras` file.
    ///
    /// # Errors
    /// [`Error::NotBuilt`](crate::Error::NotBuilt).
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(self.to_archive()?.to_bytes()?)
    }

    pub(crate) fn to_archive(&self) -> Result<KerasArchive> {
        let parameters = self.built()?.parameters();
        // The date is the only thing that would differ between two files of the same model.
        let metadata =
            json!({ "keras_version": KERAS_VERSION, "date_saved": "1980-01-01@00:00:00" });
        Ok(KerasArchive {
            metadata: metadata.to_string(),
            config: self.to_json().to_string(),
            weights: weights(self, parameters),
            ..KerasArchive::default()
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
        let optimizer = &*compiled.optimizer;
        store.insert_group("optimizer/vars", Some(&optimizers::name(optimizer)));
        let state = &compiled.state;
        let iterations = i64::try_from(state.iterations()).unwrap_or(i64::MAX);
        let mut variables = vec![Array::i64_scalar(iterations)];
        let rate = optimizer.base().learning_rate.constant();
        variables.extend(rate.map(|rate| Array::f32_scalar(rate as f32)));
        variables.extend(state.variables(optimizer, parameters).iter().map(array));
        for (i, variable) in variables.into_iter().enumerate() {
            store.insert(&format!("optimizer/vars/{i}"), variable);
        }
    }
    store
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
