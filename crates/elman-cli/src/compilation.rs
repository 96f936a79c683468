//! Changing how a model of a file is compiled, where its optimizer's state may stay.

use std::path::Path;

use elman::{Error, Model};
use elman_files::{Format, KerasArchive, read_file};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Result};

/// The arguments of Keras's `compile` that are given; what isn't stays as it is.
pub type CompileConfig = Map<String, Value>;

/// Keras's default.
pub const DEFAULT_OPTIMIZER: &str = "rmsprop";

/// Reads a model's file with a compilation that is changed.
pub fn load(path: &Path, changes: &CompileConfig) -> Result<Model> {
    if changes.is_empty() {
        return Ok(elman::load_model(path)?);
    }
    let mut changes = changes.clone();
    if let Some(metrics) = changes.get_mut("metrics") {
        // Keras takes a list for each output; the metrics are wanted for all of them.
        let outputs = elman::load_model(path)?.output_shapes().len();
        if outputs > 1 {
            *metrics = json!(vec![metrics.clone(); outputs]);
        }
    }
    let name = path.display().to_string();
    // What another format holds is first written as this one.
    let bytes = match path.is_file() && Format::of(&read_file(path)?) != Format::Zip {
        true => elman::load_model(path)?.to_bytes()?,
        false => return compile(KerasArchive::read(path)?, &changes, &name),
    };
    compile(KerasArchive::from_bytes(&bytes, &name)?, &changes, &name)
}

/// Writes the changes into the archive's `compile_config` and reads the model anew, so that the
/// library decides what each key means and whether the optimizer's state still fits.
fn compile(mut archive: KerasArchive, changes: &CompileConfig, name: &str) -> Result<Model> {
    let wrong = |problem: String| Failure::Failed(format!("{name}: {problem}"));
    let mut config: Value = serde_json::from_str(&archive.config)
        .map_err(|error| wrong(format!("config.json is no valid JSON: {error}")))?;
    if changes.contains_key("optimizer") {
        forget_optimizer(&mut archive);
    }
    let Some(object) = config.as_object_mut() else {
        return Err(wrong("config.json holds no object".into()));
    };
    let compile_config = object.entry("compile_config").or_insert(Value::Null);
    if !compile_config.is_object() {
        *compile_config = json!({});
    }
    for (key, value) in changes {
        compile_config[key] = value.clone();
    }
    if compile_config["loss"].is_null() {
        return Err(wrong("the model has no loss yet: name one, such as `mse`".into()));
    }
    if compile_config["optimizer"].is_null() {
        compile_config["optimizer"] = json!(DEFAULT_OPTIMIZER);
    }
    archive.config = config.to_string();
    let model = Model::from_bytes(&archive.to_bytes()?, name)?;
    if let Err(Error::NotCompiled { reason, .. }) = model.optimizer().map(drop) {
        let reason = reason.trim_start_matches(" (").strip_suffix(')').unwrap_or(&reason);
        return Err(wrong(reason.to_owned()));
    }
    Ok(model)
}

/// Takes a state away that belongs to another optimizer.
fn forget_optimizer(archive: &mut KerasArchive) {
    let paths: Vec<String> = archive.weights.arrays().map(|(path, _)| path.to_owned()).collect();
    for path in paths.iter().filter(|path| path.starts_with("optimizer/")) {
        archive.weights.remove(path);
    }
}
