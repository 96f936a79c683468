//! Models described in TOML, in Keras's words.
//!
//! A description has few keys of its own: what stands in a table of `layers` or in `compile` is
//! handed to elman as Keras's configuration, so every class and argument of elman can be used.

pub mod callbacks;
mod compile;
mod convert;
mod culprit;
mod layer;
mod shape;
mod training;

use std::fs;
use std::path::Path;

use elman::layers::Input;
use elman::{Model, Sequential, Shape};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::compilation::CompileConfig;
use crate::failure::{Failure, Result};
use convert::{Place, to_json};
use layer::LayerTable;
pub use training::Training;

/// The keys that a description may have.
const KEYS: &[&str] =
    &["name", "seed", "input_shape", "batch_input_shape", "layers", "compile", "fit", "callbacks"];

/// A description: the layers of a new model, and how it is compiled.
pub struct Description {
    file: String,
    name: Option<String>,
    seed: Option<u64>,
    input_shape: Option<Shape>,
    layers: Vec<LayerTable>,
    compile: CompileConfig,
    training: Training,
}

impl Description {
    /// Reads a description.
    pub fn read(path: &Path) -> Result<Description> {
        read_table(path, parse)
    }

    /// How to train the model.
    pub fn into_training(self) -> Training {
        self.training
    }

    /// The model, with new weights if the input shape is known, and compiled if its loss is known.
    /// The seed and what `changes` give replace what the description says.
    pub fn model(&self, changes: CompileConfig, seed: Option<u64>) -> Result<Model> {
        let mut model = match &self.name {
            Some(name) => Sequential::with_name(name),
            None => Sequential::new(),
        };
        if let Some(seed) = seed.or(self.seed) {
            model = model.seed(seed);
        }
        if let Some(shape) = &self.input_shape {
            model.add(Input::with_batch_shape(shape.clone()))?;
        }
        for table in &self.layers {
            let place = format!("{}, line {}", self.file, table.line());
            let layer = table.layer(&self.file)?;
            model.add(layer).map_err(|error| Failure::Elman { place, error })?;
        }
        let mut config = self.compile.clone();
        config.extend(changes);
        compile::apply(&mut model, config)?;
        Ok(model.into())
    }
}

/// Reads a file of TOML.
fn read_table<T>(
    path: &Path,
    parse: impl FnOnce(&DeTable<'_>, &Place<'_>) -> Result<T>,
) -> Result<T> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Failed(format!("{file}: cannot read: {error}")))?;
    let table = DeTable::parse(&text).map_err(|mut error| {
        error.set_input(Some(&text));
        Failure::Failed(format!("{file}: {}", error.to_string().trim_end()))
    })?;
    parse(table.get_ref(), &Place::new(&file, &text))
}

fn parse(table: &DeTable<'_>, place: &Place<'_>) -> Result<Description> {
    check_keys(table, KEYS, place)?;
    let entry = |key: &str| table.get(key);
    let name = entry("name").map(|value| text(value, "name", place)).transpose()?;
    let seed = entry("seed").map(|value| seed(value, place)).transpose()?;
    let input_shape = match (entry("input_shape"), entry("batch_input_shape")) {
        (Some(value), None) => Some(shape::read(value, place)?.with_batch(None)),
        (None, Some(value)) => Some(shape::read(value, place)?),
        (None, None) => None,
        (Some(value), Some(_)) => {
            return Err(place.error(value, "give either `input_shape` or `batch_input_shape`"));
        }
    };
    let layers = layer_tables(table, place, input_shape.is_none())?;
    let compile = entry("compile").map(|value| compile::read(value, place)).transpose()?;
    let training = training::read(table, place)?;
    let (file, compile) = (place.file().to_owned(), compile.unwrap_or_default());
    Ok(Description { file, name, seed, input_shape, layers, compile, training })
}

fn layer_tables(
    table: &DeTable<'_>,
    place: &Place<'_>,
    may_have_shape: bool,
) -> Result<Vec<LayerTable>> {
    let Some(layers) = table.get("layers") else {
        let file = place.file();
        return Err(Failure::Failed(format!(
            "{file}: there are no layers; each is a table [[layers]] with a class_name and its \
             arguments"
        )));
    };
    let list = layers.get_ref().as_array().filter(|list| !list.is_empty()).ok_or_else(|| {
        place.error(layers, "`layers` must be a list of tables, each headed by [[layers]]")
    })?;
    let read = |(index, value)| LayerTable::read(value, index, place, may_have_shape && index == 0);
    list.iter().enumerate().map(read).collect()
}

fn check_keys(table: &DeTable<'_>, known: &[&str], place: &Place<'_>) -> Result<()> {
    match table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
        None => Ok(()),
        Some(key) => {
            let (name, known) = (key.get_ref(), known.join(", "));
            Err(place.error(key, &format!("key `{name}` is unknown; known are: {known}")))
        }
    }
}

fn text(value: &Spanned<DeValue<'_>>, key: &str, place: &Place<'_>) -> Result<String> {
    let text = value.get_ref().as_str().filter(|text| !text.is_empty());
    let wrong = || place.error(value, &format!("`{key}` must be a string"));
    text.map(str::to_owned).ok_or_else(wrong)
}

fn seed(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<u64> {
    let seed = to_json(value, place)?.as_u64();
    seed.ok_or_else(|| place.error(value, "`seed` must be a whole number of 0 or more"))
}
