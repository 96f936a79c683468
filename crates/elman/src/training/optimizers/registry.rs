//! Which name means which optimizer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::config::read;
use super::{
    Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Muon, Nadam, Optimizer,
    RmsProp, Sgd,
};
use crate::{Error, Result};

type Read = fn(&Map<String, Value>) -> Result<Box<dyn Optimizer>>;

/// Every optimizer that a file or a program may name, in small letters as Keras has them.
const CLASSES: &[(&str, Read)] = &[
    ("adam", boxed::<Adam>),
    ("rmsprop", boxed::<RmsProp>),
    ("sgd", boxed::<Sgd>),
    ("adadelta", boxed::<Adadelta>),
    ("adafactor", boxed::<Adafactor>),
    ("adagrad", boxed::<Adagrad>),
    ("adamax", boxed::<Adamax>),
    ("adamw", boxed::<AdamW>),
    ("ftrl", boxed::<Ftrl>),
    ("lamb", boxed::<Lamb>),
    ("lion", boxed::<Lion>),
    ("muon", boxed::<Muon>),
    ("nadam", boxed::<Nadam>),
];

/// Optimizers of Keras that elman doesn't have.
const NOT_SUPPORTED: &[&str] = &["lossscaleoptimizer", "multioptimizer", "schedulefreeadamw"];

fn boxed<O: Optimizer + Default + Serialize + DeserializeOwned>(
    config: &Map<String, Value>,
) -> Result<Box<dyn Optimizer>> {
    Ok(Box::new(read::<O>(config)?))
}

/// The optimizer of Keras's name with its defaults, in any case: `adam`, `sgd`, `rmsprop`, …
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
///
/// ```
/// use elman::training::optimizers;
/// assert_eq!(optimizers::get("adamw")?.class_name(), "AdamW");
/// assert!(optimizers::get("adma").is_err());
/// # Ok::<(), elman::Error>(())
/// ```
pub fn get(name: &str) -> Result<Box<dyn Optimizer>> {
    from_config(name, &Map::new())
}

/// The optimizer of a class name in any case, with arguments under Keras's keys.
pub(super) fn from_config(
    class_name: &str,
    config: &Map<String, Value>,
) -> Result<Box<dyn Optimizer>> {
    let name = class_name.to_ascii_lowercase();
    if let Some((_, read)) = CLASSES.iter().find(|(known, _)| *known == name) {
        return read(config);
    }
    if NOT_SUPPORTED.contains(&name.as_str()) {
        return Err(Error::Unsupported {
            place: "compile".into(),
            option: format!("the optimizer {class_name}"),
            advice: "compile the model with another optimizer".into(),
        });
    }
    Err(Error::Unknown {
        what: "optimizer",
        name: class_name.into(),
        known: CLASSES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
    })
}

/// Something that names an optimizer: one of Keras's strings, or an optimizer itself.
pub trait IntoOptimizer {
    /// The optimizer.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that is none of Keras's.
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>>;
}

impl<O: Optimizer> IntoOptimizer for O {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        Ok(Box::new(self))
    }
}

impl IntoOptimizer for Box<dyn Optimizer> {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        Ok(self)
    }
}

impl IntoOptimizer for &str {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        get(self)
    }
}
