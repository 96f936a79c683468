//! Reading models.

use std::path::Path;

use elman_files::{Array, KerasArchive};
use serde_json::{Map, Value};

use super::architecture;
use crate::models::Model;
use crate::training::Compiled;
use crate::training::optimizers::OptimizerState;
use crate::{Error, Float, Parameters, Result, Tensor};

/// Reads a model from a `.keras` file that Keras or elman wrote: layers, weights, and, where the
/// model was compiled, optimizer with its state, loss and metrics, so that training can go on.
///
/// Nothing in a file is executed. A class, an option or a key that elman doesn't know is an error,
/// never ignored. If only the compilation can't be used (an optimizer that elman doesn't have), the
/// model loads for prediction, and `fit` and `evaluate` say why they can't go on.
///
/// # Errors
/// What is wrong with the file, the configuration or the weights, with the layer's name.
pub fn load_model(path: impl AsRef<Path>) -> Result<Model> {
    let path = path.as_ref();
    from_archive(KerasArchive::read(path)?, &path.display().to_string())
}

impl Model {
    /// As [`load_model`], from the bytes of a `.keras` file; `name` stands for it in errors.
    ///
    /// # Errors
    /// As [`load_model`].
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Model> {
        from_archive(KerasArchive::from_bytes(bytes, name)?, name)
    }
}

fn from_archive(archive: KerasArchive, file: &str) -> Result<Model> {
    let config = parse(&archive.config, file, "config.json")?;
    let metadata = parse(&archive.metadata, file, "metadata.json")?;
    refuse_keras_2_forks(&metadata, &archive.config, file)?;
    let mut model = architecture::read(&config, file)?;
    load_weights(&mut model, &archive, file)?;
    let compile_config = config.get("compile_config").and_then(Value::as_object);
    if let Some(object) = compile_config.filter(|object| !object.is_empty()) {
        match compilation(&model, object, &archive, file) {
            Ok(compiled) => model.compiled = compiled,
            Err(error) => model.not_compiled_because = Some(error.to_string()),
        }
    }
    Ok(model)
}

fn parse(text: &str, file: &str, member: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::Config {
        place: format!("{file}, {member}"),
        problem: format!("no valid JSON: {error}"),
    })
}

/// Keras 2 and 3 mean different functions by `hard_sigmoid`; elman has that of Keras 3.
fn refuse_keras_2_forks(metadata: &Value, config: &str, file: &str) -> Result<()> {
    let version = metadata.get("keras_version").and_then(Value::as_str).unwrap_or_default();
    if version.starts_with("2.") && config.contains("\"hard_sigmoid\"") {
        return Err(Error::Unsupported {
            place: file.into(),
            option: format!("hard_sigmoid as Keras {version} computes it"),
            advice: "save the model with Keras 3, which computes another function".into(),
        });
    }
    Ok(())
}

pub(crate) fn load_weights(model: &mut Model, archive: &KerasArchive, file: &str) -> Result<()> {
    let network = model.built_mut()?;
    let mut loaded: Vec<Tensor> = Vec::new();
    let parameters = network.parameters();
    for (index, scope) in parameters.scopes().iter().enumerate() {
        let entries: Vec<_> = parameters.entries().iter().filter(|e| e.scope == index).collect();
        let arrays = archive.weights.variables(&format!("{}/vars", scope.path));
        let layer = || network.layers()[scope.layer].place();
        if entries.len() != arrays.len() {
            return Err(Error::WeightCount {
                file: file.into(),
                layer: layer(),
                names: entries.iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", "),
                expected: entries.len(),
                got: arrays.len(),
            });
        }
        for (entry, array) in entries.iter().zip(arrays) {
            if entry.shape != array.shape {
                return Err(Error::WeightShape {
                    file: file.into(),
                    layer: layer(),
                    weight: entry.name.clone(),
                    expected: entry.shape(),
                    got: (&array.shape[..]).into(),
                });
            }
        }
        loaded.extend(
            archive.weights.variables(&format!("{}/vars", scope.path)).into_iter().map(tensor),
        );
    }
    // Scopes are visited in the order in which the entries were registered within each.
    let order: Vec<_> = (0..parameters.scopes().len())
        .flat_map(|index| parameters.entries().iter().filter(move |e| e.scope == index))
        .map(|entry| entry.range.clone())
        .collect();
    let values = network.parameters_mut().values_mut();
    for (range, tensor) in order.into_iter().zip(loaded) {
        values[range].copy_from_slice(tensor.data());
    }
    Ok(())
}

fn compilation(
    model: &Model,
    object: &Map<String, Value>,
    archive: &KerasArchive,
    file: &str,
) -> Result<Option<Compiled>> {
    let Some(mut compiled) = Compiled::from_object(object, &model.output_names())? else {
        return Ok(None);
    };
    load_optimizer(&mut compiled, model.built()?.parameters(), archive, file)?;
    Ok(Some(compiled))
}

/// The optimizer's learning rate and state.
pub(crate) fn load_optimizer(
    compiled: &mut Compiled,
    parameters: &Parameters,
    archive: &KerasArchive,
    file: &str,
) -> Result<()> {
    let variables = archive.weights.variables("optimizer/vars");
    let variables: Vec<Tensor> = variables.into_iter().map(tensor).collect();
    compiled.state = OptimizerState::load(&mut *compiled.optimizer, parameters, &variables, file)?;
    Ok(())
}

pub(crate) fn tensor(array: &Array) -> Tensor {
    let data = array.to_f32().into_iter().map(|v| v as Float).collect();
    Tensor::from_parts(array.shape.clone(), data)
}
