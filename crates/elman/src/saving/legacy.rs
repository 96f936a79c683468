//! Legacy `.h5` files: whole models and weights by layer.

use elman_files::{LegacyH5, NamedArrays};
use serde_json::Value;

use super::generations::{self, Generation};
use super::json::parse;
use super::load::into_tensor;
use super::own_metrics::Found;
use super::{architecture, verify, weights};
use crate::models::Model;
use crate::parameters::loading;
use crate::training::optimizers::OptimizerState;
use crate::training::{Compiled, OwnMetrics};
use crate::{Error, Parameters, Result, Tensor};

/// The model of a whole-model file.
pub(super) fn model(mut file: LegacyH5, name: &str, own: &mut OwnMetrics) -> Result<Model> {
    let Some(config) = &file.model_config else {
        return Err(Error::Unsupported {
            place: name.into(),
            option: "a file of weights alone".into(),
            advice: "make the model, then `load_weights` reads them into it".into(),
        });
    };
    let generation = generation(&file);
    let mut config = parse(config, name, "model_config")?;
    generations::upgrade(&mut config, generation);
    let arrays = file.layers.iter().flat_map(|(_, arrays)| arrays);
    let stored = arrays.map(|(_, array)| array.len()).sum();
    let mut model = loading::for_values(stored, || architecture::read(&config, name))?;
    load_in_order(&mut model, std::mem::take(&mut file.layers), name)?;
    verify::warn_of_not_finite(&mut model, name);
    if let Some(training) = file.training_config.take() {
        let training = parse(&training, name, "training_config")?;
        compile(&mut model, &mut file, &training, name, own);
    }
    Ok(model)
}

/// Keras noted its version from 1.2 on.
fn generation(file: &LegacyH5) -> Generation {
    let version = file.keras_version.as_deref().and_then(Generation::of);
    version.unwrap_or(Generation::KERAS_1)
}

/// Gives a model its compilation. If that can't be used, the model is there for prediction all the
/// same; if only the optimizer's state can't, the optimizer starts anew, as in Keras.
fn compile(
    model: &mut Model,
    file: &mut LegacyH5,
    training: &Value,
    name: &str,
    own: &mut OwnMetrics,
) {
    let generation = generation(file);
    let mut object = generations::compile_config(training, generation);
    let mut metrics = Found::of(&mut object, own);
    metrics.warn(model, name);
    let compiled =
        Compiled::from_object_with(&object, &model.output_names(), &mut |own| metrics.take(own));
    match compiled {
        Ok(Some(mut compiled)) => {
            let by_kind = generations::has_slots_by_kind(training, generation);
            let variables = file.optimizer_aside.take().or(file.optimizer.take());
            if let (Some(variables), Ok(network)) = (variables, model.built()) {
                let parameters = network.parameters();
                match optimizer_state(&mut compiled, parameters, variables, by_kind, name) {
                    Ok(state) => compiled.state = state,
                    Err(error) => model.warn(format!(
                        "{name}: the optimizer starts anew, since its state can't be used: {error}"
                    )),
                }
            }
            model.compiled = Some(compiled);
        }
        Ok(None) => {}
        Err(error) => model.not_compiled_because = Some(error.to_string()),
    }
}

fn optimizer_state(
    compiled: &mut Compiled,
    parameters: &Parameters,
    variables: NamedArrays,
    by_kind: bool,
    name: &str,
) -> Result<OptimizerState> {
    let optimizer = &mut *compiled.optimizer;
    let mut variables: Vec<Tensor> =
        variables.into_iter().map(|(_, array)| into_tensor(array)).collect();
    if by_kind && !variables.is_empty() {
        let slots = OptimizerState::by_weight(optimizer, parameters, variables.split_off(1));
        variables.extend(slots);
    }
    OptimizerState::load(optimizer, parameters, &variables, name)
}

/// The layers of a file, by their names.
type FileLayers = Vec<(String, NamedArrays)>;

/// Reads weights into a model by the order of layers that have any.
pub(super) fn load_in_order(model: &mut Model, file: FileLayers, name: &str) -> Result<()> {
    let network = model.built()?;
    let parameters = network.parameters();
    let with_weights = |index: &usize| parameters.of_layer(*index).next().is_some();
    let layers: Vec<usize> = (0..network.layers().len()).filter(with_weights).collect();
    let stored: FileLayers = file.into_iter().filter(|(_, arrays)| !arrays.is_empty()).collect();
    if layers.len() != stored.len() {
        let names = |names: Vec<&str>| names.join(", ");
        return Err(Error::Config {
            place: name.into(),
            problem: format!(
                "weights of {} layers ({}); the model has {} layers with weights ({}): \
                 `load_weights_by_name` reads those whose names agree",
                stored.len(),
                names(stored.iter().map(|(layer, _)| layer.as_str()).collect()),
                layers.len(),
                names(layers.iter().map(|i| network.layers()[*i].base().name()).collect()),
            ),
        });
    }
    let of_layers = layers.into_iter().zip(stored.into_iter().map(|(_, arrays)| arrays));
    assign(model, of_layers.collect(), name)?;
    Ok(())
}

/// Reads the weights of the layers whose names agree; the names of these.
pub(super) fn load_by_name(model: &mut Model, file: FileLayers, name: &str) -> Result<Vec<String>> {
    let layers = model.built()?.layers();
    let index = |name: &str| layers.iter().position(|layer| layer.base().name() == name);
    let stored = file.into_iter().filter(|(_, arrays)| !arrays.is_empty());
    let found = stored.filter_map(|(layer, arrays)| Some((index(&layer)?, arrays)));
    let found: Vec<_> = found.collect();
    let names = found.iter().map(|(i, _)| layers[*i].base().name().to_owned()).collect();
    assign(model, found, name)?;
    Ok(names)
}

/// Gives layers their weights, all or none.
fn assign(model: &mut Model, layers: Vec<(usize, NamedArrays)>, file: &str) -> Result<()> {
    let network = model.built_mut()?;
    let mut assigned = Vec::new();
    for (index, arrays) in layers {
        let layer = &*network.layers()[index];
        let values = arrays.into_iter().map(|(_, array)| into_tensor(array)).collect();
        let values = generations::convert_weights(layer, values);
        let entries = in_legacy_order(network.parameters(), index);
        weights::check(file, layer, &entries, &values)?;
        assigned.extend(entries.into_iter().map(|entry| entry.range.clone()).zip(values));
    }
    let flat = network.parameters_mut().values_mut();
    for (range, tensor) in assigned {
        flat[range].copy_from_slice(tensor.data());
    }
    Ok(())
}

/// The weights of a layer in the order of these files: those that are trained first.
pub(super) fn in_legacy_order(
    parameters: &Parameters,
    layer: usize,
) -> Vec<&crate::parameters::Entry> {
    let of = |trainable: bool| {
        parameters.of_layer(layer).filter(move |entry| entry.trainable == trainable)
    };
    of(true).chain(of(false)).collect()
}
