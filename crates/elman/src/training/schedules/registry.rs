//! Which class name means which schedule.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, LearningRate,
    LearningRateSchedule, PiecewiseConstantDecay, PolynomialDecay,
};
use crate::{Error, Result};

type Read = fn(&Map<String, Value>) -> serde_json::Result<LearningRate>;

/// Every schedule that a file may name.
const CLASSES: &[(&str, Read)] = &[
    ("CosineDecay", read::<CosineDecay>),
    ("CosineDecayRestarts", read::<CosineDecayRestarts>),
    ("ExponentialDecay", read::<ExponentialDecay>),
    ("InverseTimeDecay", read::<InverseTimeDecay>),
    ("PiecewiseConstantDecay", read::<PiecewiseConstantDecay>),
    ("PolynomialDecay", read::<PolynomialDecay>),
];

fn read<S: LearningRateSchedule + DeserializeOwned>(
    config: &Map<String, Value>,
) -> serde_json::Result<LearningRate> {
    Ok(S::deserialize(config)?.into())
}

/// A schedule as Keras writes it.
pub(super) fn to_object(schedule: &dyn LearningRateSchedule) -> Value {
    json!({
        "module": "keras.optimizers.schedules",
        "class_name": schedule.class_name(),
        "config": schedule.config(),
        "registered_name": null,
    })
}

/// The schedule of an object as [`to_object`] writes it.
pub(super) fn from_object(object: &Map<String, Value>) -> Result<LearningRate> {
    let class = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let Some((_, read)) = CLASSES.iter().find(|(known, _)| *known == class) else {
        return Err(Error::Unknown {
            what: "learning-rate schedule",
            name: class.into(),
            known: CLASSES.iter().map(|(class, _)| *class).collect::<Vec<_>>().join(", "),
        });
    };
    let mut config = object.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
    // TF-Keras 2 wrote what nobody had named so.
    if config.get("name").is_some_and(Value::is_null) {
        config.shift_remove("name");
    }
    read(&config).map_err(|error| Error::Config {
        place: format!("schedule {class}"),
        problem: error.to_string(),
    })
}
