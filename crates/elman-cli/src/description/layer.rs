//! A layer of a description.

use std::collections::BTreeMap;

use elman::Error;
use elman::layers::{Layer, layer_from_config};
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::convert::{Place, to_json};
use super::culprit::{self, Culprit, in_words};
use super::shape;
use crate::failure::{Failure, Result};

/// A table `[[layers]]`: a class and its configuration under Keras's keys.
pub struct LayerTable {
    number: usize,
    line: usize,
    class_name: String,
    config: Map<String, Value>,
    lines: BTreeMap<String, usize>,
}

impl LayerTable {
    /// Reads the table of layer `index`; only the first may say the input shape.
    pub fn read(
        value: &Spanned<DeValue<'_>>,
        index: usize,
        place: &Place<'_>,
        may_have_shape: bool,
    ) -> Result<LayerTable> {
        let problem = |what: &str| place.error(value, &format!("layer {}: {what}", index + 1));
        let table = value.get_ref().as_table().ok_or_else(|| problem("a table is expected"))?;
        let mut config = Map::new();
        let mut lines = BTreeMap::new();
        shape::check(table, place)?;
        for (key, value) in table {
            lines.insert(key.get_ref().to_string(), place.line(key));
            config.insert(key.get_ref().to_string(), to_json(value, place)?);
        }
        let class_name = match config.remove("class_name") {
            Some(Value::String(name)) => name,
            _ => return Err(problem("`class_name` is missing, such as class_name = \"LSTM\"")),
        };
        let is_shape = |key: &str| shape::is_key(&class_name, key);
        if let Some((key, _)) = table.iter().find(|(key, _)| is_shape(key.get_ref()))
            && !may_have_shape
        {
            return Err(place.error(
                key,
                &format!(
                    "`{}`: the input shape is said once, by the first layer or at the top",
                    key.get_ref()
                ),
            ));
        }
        let mut config = keras_form(config);
        if let Some(shape) = shape::take(&class_name, &mut config) {
            config.insert("batch_input_shape".into(), shape);
        }
        Ok(LayerTable { number: index + 1, line: place.line(value), class_name, config, lines })
    }

    /// The line where the table begins.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The layer.
    pub fn layer(&self, file: &str) -> Result<Box<dyn Layer>> {
        layer_from_config(&self.class_name, &self.config).map_err(|error| self.explain(file, error))
    }

    /// The error with its place in the file, where elman can only say which layer it is.
    fn explain(&self, file: &str, error: Error) -> Failure {
        let at = |line: usize| {
            format!("{file}, line {line}, layer {} ({})", self.number, self.class_name)
        };
        let line_of = |key: &str| *self.lines.get(key).unwrap_or(&self.line);
        match error {
            Error::Config { problem, .. } => {
                Failure::Failed(match culprit::find(&self.class_name, &self.config, &problem) {
                    Some(Culprit { key, problem }) => {
                        format!("{}, key `{key}`: {problem}", at(line_of(key)))
                    }
                    None => format!("{}: {}{}", at(self.line), in_words(&problem), self.given()),
                })
            }
            Error::Unsupported { option, advice, .. } => {
                let key = option.split(' ').next().unwrap_or_default();
                Error::Unsupported { place: at(line_of(key)), option, advice }.into()
            }
            error @ Error::Unknown { .. } => {
                Failure::Elman { place: format!("{file}, line {}", line_of("class_name")), error }
            }
            error => Failure::Elman { place: format!("{file}, line {}", self.line), error },
        }
    }

    fn given(&self) -> String {
        let keys: Vec<&str> = self.config.keys().map(String::as_str).collect();
        if keys.is_empty() { String::new() } else { format!("; given are: {}", keys.join(", ")) }
    }
}

/// The configuration, which may also be written in Keras's own form, as a table `config`.
fn keras_form(mut config: Map<String, Value>) -> Map<String, Value> {
    match config.remove("config") {
        Some(Value::Object(inner)) if config.is_empty() => inner,
        Some(other) => {
            config.insert("config".into(), other);
            config
        }
        None => config,
    }
}
