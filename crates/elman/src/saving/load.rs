//! Reading models.

use std::path::Path;

use elman_files::{Array, Format, KerasFile, LegacyH5, Safetensors, WeightStore, read_file};
use serde_json::{Map, Value};

use super::generations::{self, Generation};
use super::json::parse;
use super::own_metrics::Found;
use super::stored::{StoredVariable, fill_weights};
use super::{architecture, legacy, safetensors, verify, weights};
use crate::layers::Assets;
use crate::models::Model;
use crate::parameters::loading;
use crate::training::optimizers::OptimizerState;
use crate::training::{Compiled, OwnMetrics};
use crate::{Error, Float, Parameters, Result, Tensor};

/// Reads a model that Keras or elman wrote, with its weights, and, where it was compiled, optimizer
/// with its state, loss and metrics, so that training can go on:
///
/// - `.keras` files of Keras 3 and of Keras 2 from 2.12 on, also unpacked to a folder;
/// - whole-model `.h5` files of Keras 3, 2 and 1;
/// - `.safetensors` files that [`Model::save`] wrote;
/// - `.onnx` files, as [`onnx::Import`](crate::onnx::Import) reads them: graphs of recurrent operators
///   that PyTorch's exporter, tf2onnx or elman wrote;
/// - model JSON (`to_json`), which has no weights: they are new, and [`Model::warnings`] says so.
///
/// A file means what the Keras that wrote it computed: see [`compatibility`](crate::compatibility).
/// Nothing in a file is executed. A class, an option or a key that elman doesn't know is an error,
/// never ignored. If only the compilation can't be used (an optimizer that elman doesn't have), the
/// model loads for prediction, and `fit` and `evaluate` say why they can't go on.
///
/// # Errors
/// What is wrong with the file, the configuration or the weights, with the layer's name.
pub fn load_model(path: impl AsRef<Path>) -> Result<Model> {
    load_model_with(path, &mut |_| None)
}

/// As [`load_model`], asking `own` for the metrics of one's own that a `.keras` file describes: those
/// that it gives are compiled in, where the others are left out with a warning.
///
/// # Errors
/// As [`load_model`].
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{MeanOf, Metric};
/// let bias = || -> Box<dyn Metric> { Box::new(MeanOf::new("bias", |_, y| Ok(y.clone()))) };
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile_from_json_with(
///     &serde_json::json!({ "optimizer": "sgd", "loss": "mse", "metrics": ["bias"] }),
///     &mut |_| Some(bias()),
/// )?;
/// let bytes = model.to_bytes()?;
/// assert_eq!(Model::from_bytes(&bytes, "m.keras")?.warnings().len(), 1);
/// let again = Model::from_bytes_with(&bytes, "m.keras", &mut |_| Some(bias()))?;
/// assert!(again.warnings().is_empty());
/// # Ok::<(), elman::Error>(())
/// ```
pub fn load_model_with(path: impl AsRef<Path>, own: &mut OwnMetrics) -> Result<Model> {
    let path = path.as_ref();
    let name = path.display().to_string();
    match is_archive(path) || path.is_dir() && path.join("config.json").exists() {
        // Weights go from the file to their place: a large model needs no more memory than it has.
        true => from_archive(KerasFile::open(path)?, &name, own),
        false => from_vec(read_file(path)?, &name, own),
    }
}

/// Whether a file begins as an archive does.
fn is_archive(path: &Path) -> bool {
    let mut head = [0; 2];
    let file = std::fs::File::open(path);
    file.is_ok_and(|mut file| std::io::Read::read_exact(&mut file, &mut head).is_ok())
        && head == *b"PK"
}

impl Model {
    /// As [`load_model`], from the bytes of a file; `name` stands for it in errors.
    ///
    /// # Errors
    /// As [`load_model`].
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Model> {
        Model::from_bytes_with(bytes, name, &mut |_| None)
    }

    /// As [`load_model_with`], from the bytes of a file.
    ///
    /// # Errors
    /// As [`load_model`].
    pub fn from_bytes_with(bytes: &[u8], name: &str, own: &mut OwnMetrics) -> Result<Model> {
        match Format::of(bytes) {
            Format::Zip => from_archive(KerasFile::from_bytes(bytes, name)?, name, own),
            _ => from_vec(bytes.to_vec(), name, own),
        }
    }
}

fn from_vec(bytes: Vec<u8>, name: &str, own: &mut OwnMetrics) -> Result<Model> {
    match Format::of(&bytes) {
        Format::Hdf5 => {
            let store = WeightStore::from_h5_vec(bytes, name)?;
            if !LegacyH5::is(&store) {
                return Err(Error::Unsupported {
                    place: name.into(),
                    option: "a file of weights alone".into(),
                    advice: "make the model, then `load_weights` reads them into it".into(),
                });
            }
            legacy::model(LegacyH5::from_store(store, name)?, name, own)
        }
        Format::Onnx => finite_or_said(crate::onnx::load(bytes, name)?, name),
        Format::Safetensors => {
            let file = Safetensors::from_bytes(&bytes, name)?;
            finite_or_said(safetensors::model(&file, name)?, name)
        }
        Format::Json => {
            let text = String::from_utf8(bytes).map_err(|_| Error::Config {
                place: name.into(),
                problem: "no UTF-8 text".into(),
            })?;
            let mut model = architecture::from_json(&parse(&text, name, "model JSON")?, name)?;
            model.warn(format!("{name} holds no weights: those of the model are new"));
            Ok(model)
        }
        _ => from_archive(KerasFile::from_bytes(&bytes, name)?, name, own),
    }
}

/// A model with a warning if its weights are not finite.
fn finite_or_said(mut model: Model, name: &str) -> Result<Model> {
    verify::warn_of_not_finite(&mut model, name);
    Ok(model)
}

fn from_archive(archive: KerasFile, file: &str, own: &mut OwnMetrics) -> Result<Model> {
    let mut config = parse(&archive.config, file, "config.json")?;
    let metadata = parse(&archive.metadata, file, "metadata.json")?;
    let generation = Generation::of_object(&metadata).unwrap_or(Generation::KERAS_3);
    generations::upgrade(&mut config, generation);
    let of_model = archive.weights.arrays().filter(|(path, _)| !path.starts_with("optimizer/"));
    let stored = of_model.map(|(_, array)| array.len()).sum();
    let mut model = loading::for_values(stored, || architecture::read(&config, file))?;
    // If the file is damaged, that is the better answer.
    let damage = |error| archive.weights.check().map_or_else(Error::from, |()| error);
    if !fill_weights(&mut model, &archive.weights, file).map_err(damage)? {
        verify::warn_of_not_finite(&mut model, file);
    }
    model.built_mut()?.graph_mut().load_assets(&assets(&archive)?)?;
    let compile_config = config.get_mut("compile_config").and_then(Value::as_object_mut);
    if let Some(object) = compile_config.filter(|object| !object.is_empty()) {
        let mut metrics = Found::of(object, own);
        metrics.warn(&mut model, file);
        match compilation(&model, object, &archive, file, &mut metrics) {
            Ok(compiled) => model.compiled = compiled,
            Err(error) => model.not_compiled_because = Some(error.to_string()),
        }
    }
    Ok(model)
}

/// Reads the weights of `.weights.h5` into a model, by the places of its layers; all or none. Takes
/// them out of the store.
pub(crate) fn load_weights(model: &mut Model, store: &mut WeightStore, file: &str) -> Result<()> {
    let network = model.built_mut()?;
    let parameters = network.parameters();
    let root = root_of(|path| store.has_group(path));
    let mut loaded = Vec::new();
    for (index, scope) in parameters.scopes().iter().enumerate() {
        let entries: Vec<_> = parameters.of_scope(index).collect();
        let path = place(&scope.path, root);
        let values: Vec<Tensor> =
            take_variables(store, &path).into_iter().map(into_tensor).collect();
        weights::check(file, &*network.layers()[scope.layer], &entries, &values)?;
        loaded.extend(entries.into_iter().map(|entry| entry.range.clone()).zip(values));
    }
    let flat = network.parameters_mut().values_mut();
    for (range, tensor) in loaded {
        flat[range].copy_from_slice(tensor.data());
    }
    Ok(())
}

/// As [`WeightStore::variables`], but taken out.
pub(super) fn take_variables(store: &mut WeightStore, group: &str) -> Vec<Array> {
    (0usize..).map_while(|i| store.remove(&format!("{group}/{i}"))).collect()
}

/// Where the variables of a layer or of a part of one lie.
pub(super) fn place(scope: &str, root: &str) -> String {
    match scope.strip_prefix("layers/") {
        Some(below) => format!("{root}/{below}/vars"),
        None => format!("{scope}/vars"),
    }
}

/// The group that holds the layers: Keras 2.12 and 2.13 had another name for it.
pub(super) fn root_of(has_group: impl Fn(&str) -> bool) -> &'static str {
    const OLD: &str = "_layer_checkpoint_dependencies";
    if has_group(OLD) && !has_group("layers") { OLD } else { "layers" }
}

/// What the archive holds beside configurations and weights: its assets, and the arrays that have
/// names instead of numbers.
fn assets(archive: &KerasFile) -> Result<Assets> {
    let mut assets = Assets::new();
    for (path, content) in &archive.assets {
        assets.insert_file(path, content.clone());
    }
    let is_named = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        !name.bytes().all(|byte| byte.is_ascii_digit())
    };
    for (path, array) in archive.weights.arrays().filter(|(path, _)| is_named(path)) {
        assets.insert_numbers(path, array.read()?.to_f64());
    }
    Ok(assets)
}

fn compilation(
    model: &Model,
    object: &Map<String, Value>,
    archive: &KerasFile,
    file: &str,
    metrics: &mut Found,
) -> Result<Option<Compiled>> {
    let outputs = model.output_names();
    let compiled = Compiled::from_object_with(object, &outputs, &mut |own| metrics.take(own))?;
    let Some(mut compiled) = compiled else {
        return Ok(None);
    };
    let (optimizer, parameters) = (&mut *compiled.optimizer, model.built()?.parameters());
    let variables = StoredVariable::all(&archive.weights);
    compiled.state = OptimizerState::load(optimizer, parameters, &variables, file)?;
    Ok(Some(compiled))
}

/// The optimizer's learning rate and state.
pub(crate) fn load_optimizer(
    compiled: &mut Compiled,
    parameters: &Parameters,
    store: &WeightStore,
    file: &str,
) -> Result<()> {
    let variables = store.variables("optimizer/vars");
    let variables: Vec<Tensor> = variables.into_iter().map(tensor).collect();
    compiled.state = OptimizerState::load(&mut *compiled.optimizer, parameters, &variables, file)?;
    Ok(())
}

pub(crate) fn tensor(array: &Array) -> Tensor {
    let data = array.to_f32().into_iter().map(|v| v as Float).collect();
    Tensor::from_parts(array.shape.clone(), data)
}

/// As [`tensor`], without a copy.
pub(super) fn into_tensor(array: Array) -> Tensor {
    let shape = array.shape.clone();
    let data = array.into_f32().into_iter().map(|v| v as Float).collect();
    Tensor::from_parts(shape, data)
}
