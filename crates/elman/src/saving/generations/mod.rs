//! Files of Keras 1 and 2, in the terms of Keras 3.
//!
//! What an older version meant by its files is rewritten once, here, so that the rest of the library
//! knows one generation: configurations of layers (`layers`, and `keras1` where names differ),
//! compilations (`compile`), and the layout of weights (`weights`).

mod compile;
mod downgrade;
mod keras1;
mod layers;
mod weights;

use serde_json::Value;

pub(super) use compile::{compile_config, has_slots_by_kind};
pub(super) use downgrade::{downgrade, training_config, unsupported};
pub(super) use layers::upgrade;
pub(super) use weights::convert as convert_weights;

/// The version of Keras that wrote a file: its first number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) struct Generation(u64);

impl Generation {
    pub const KERAS_1: Generation = Generation(1);
    pub const KERAS_3: Generation = Generation(3);

    /// Of a version such as `2.15.0` or `2.6.0-tf`; `None` if it isn't one.
    pub fn of(version: &str) -> Option<Generation> {
        let digits = version.split('.').next()?;
        digits.parse().ok().map(Generation)
    }

    /// That of an object with a key `keras_version`, as model JSON and `metadata.json` have it.
    pub fn of_object(object: &Value) -> Option<Generation> {
        object.get("keras_version").and_then(Value::as_str).and_then(Generation::of)
    }

    /// Whether files are in today's terms.
    pub fn is_current(self) -> bool {
        self >= Generation::KERAS_3
    }
}
