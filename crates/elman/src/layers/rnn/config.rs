//! The arguments of recurrent layers, and how such layers are read from configurations.

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Rnn;
use crate::Result;
use crate::cells::{AnyCell, Cell, cell_from_object};
use crate::layers::{Base, Layer};

/// The arguments of every recurrent layer that concern time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RnnOptions {
    /// Whether to return the output of every step, not only the last.
    #[serde(default)]
    pub return_sequences: bool,
    /// Whether to return the last states too.
    #[serde(default)]
    pub return_state: bool,
    /// Whether to read the sequence from its end.
    #[serde(default)]
    pub go_backwards: bool,
    /// Whether a call starts from the states that the last one ended with.
    #[serde(default)]
    pub stateful: bool,
    /// A hint of Keras to its backends; changes no result and is only kept for files.
    #[serde(default)]
    pub unroll: bool,
    /// Whether masked steps give zeros; without a mask it changes nothing.
    #[serde(default)]
    pub zero_output_for_mask: bool,
    /// Keras 2's option to have the steps on the first axis of inputs and outputs, and the batch on
    /// the second. Keras 3 doesn't have it, so it opens no such file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_major: bool,
}

/// Layers such as `LSTM`, whose configuration holds the cell's.
impl<'de, C: Cell + Clone + Deserialize<'de>> Deserialize<'de> for Rnn<C> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // One flat object holds the keys of all three parts.
        #[derive(Deserialize)]
        struct Flat<C> {
            #[serde(flatten)]
            base: Base,
            #[serde(flatten)]
            options: RnnOptions,
            #[serde(flatten)]
            cell: C,
        }
        let Flat { base, options, cell } = Flat::deserialize(deserializer)?;
        Ok(Rnn::from_parts(base, options, cell))
    }
}

/// The layer `RNN`, whose configuration holds its cell as an object.
pub(crate) fn load_over_any(config: &Map<String, Value>) -> serde_json::Result<Box<dyn Layer>> {
    let cell = config.get("cell").unwrap_or(&Value::Null);
    let cell: AnyCell = cell_from_object(cell).map_err(serde_json::Error::custom)?;
    let (base, options) = (Base::deserialize(config)?, RnnOptions::deserialize(config)?);
    Ok(Box::new(Rnn::from_parts(base, options, cell)))
}
