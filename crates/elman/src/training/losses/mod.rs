//! Keras's losses.
//!
//! A loss gives one value for each sample (for each step of a sequence); training minimises their
//! weighted sum divided by their number, Keras's `sum_over_batch_size`.

mod align;
mod binary_crossentropy;
mod categorical_crossentropy;
mod mean_error;
mod sparse_categorical_crossentropy;

pub use binary_crossentropy::BinaryCrossentropy;
pub use categorical_crossentropy::CategoricalCrossentropy;
pub use mean_error::{MeanAbsoluteError, MeanSquaredError};
pub use sparse_categorical_crossentropy::SparseCategoricalCrossentropy;

pub(crate) use align::align;

use serde_json::{Value, json};

use crate::{Error, Float, Result, Shape, Tensor};

/// Keras's `epsilon()`: probabilities are kept this far from 0 and 1.
pub(crate) const EPSILON: Float = 1e-7;

/// A loss. To write your own, compute the values and their gradients in `evaluate`.
pub trait Loss: Send + Sync + 'static {
    /// Keras's class name: `MeanSquaredError`.
    fn class_name(&self) -> &'static str;

    /// The arguments under Keras's keys.
    fn config(&self) -> Value;

    /// The values, one for each row of `y_pred` (all axes but the last), and the gradient of each
    /// with respect to its row, in the shape of `y_pred`.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if `y_true` doesn't fit `y_pred`, [`Error::Value`] for a label out of
    /// range.
    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated>;

    /// Checks targets against the shape of the output that they are for, before a training begins:
    /// values that `evaluate` would refuse only when their batch comes.
    ///
    /// # Errors
    /// [`Error::Value`] for a label out of range.
    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        let _any = (y_true, output);
        Ok(())
    }

    /// A clone behind the trait.
    fn clone_loss(&self) -> Box<dyn Loss>;
}

impl Clone for Box<dyn Loss> {
    fn clone(&self) -> Self {
        self.clone_loss()
    }
}

/// What a loss computes.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// One value for each row.
    pub values: Tensor,
    /// The gradient of each value with respect to the predictions of its row.
    pub gradient: Tensor,
}

impl Evaluated {
    /// The reduced loss, and its gradient with respect to all predictions: each row weighs
    /// `weight / number of rows`.
    pub(crate) fn reduce(mut self, weights: Option<&Tensor>) -> Result<(f64, Tensor)> {
        let rows = self.values.len();
        let weight = row_weights(&self.values, weights)?;
        let width = self.gradient.len() / rows.max(1);
        let mut sum = 0.0;
        let gradient = self.gradient.data_mut();
        for (row, value) in self.values.data().iter().enumerate() {
            let weight = weight(row);
            sum += f64::from(*value) * f64::from(weight);
            let factor = weight / rows as Float;
            gradient[row * width..(row + 1) * width].iter_mut().for_each(|g| *g *= factor);
        }
        Ok((sum / rows.max(1) as f64, self.gradient))
    }
}

/// The weight of each row of a loss's values: 1, one per sample, or one per sample and step.
pub(crate) fn row_weights<'a>(
    values: &Tensor,
    weights: Option<&'a Tensor>,
) -> Result<impl Fn(usize) -> Float + use<'a>> {
    // Trailing axes of one don't matter: (batch, 1) weighs like (batch,).
    let without_ones =
        |shape: &[usize]| shape.len() - shape.iter().rev().take_while(|dim| **dim == 1).count();
    let per_weight = match weights {
        None => 1,
        Some(w) if values.shape().starts_with(&w.shape()[..without_ones(w.shape())]) => {
            values.len() / w.len().max(1)
        }
        Some(w) => {
            return Err(Error::Mismatch {
                place: "sample_weight".into(),
                what: "sample_weight".into(),
                expected: format!("a leading part of {}", Shape::from(values.shape())),
                got: Shape::from(w.shape()).to_string(),
            });
        }
    };
    let data = weights.map(Tensor::data);
    Ok(move |row: usize| data.map_or(1.0, |data| data[row / per_weight]))
}

/// Something that names a loss: one of Keras's strings, or a loss itself.
pub trait IntoLoss {
    /// The loss.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that is none of Keras's.
    fn into_loss(self) -> Result<Box<dyn Loss>>;
}

impl<L: Loss> IntoLoss for L {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        Ok(Box::new(self))
    }
}

impl IntoLoss for Box<dyn Loss> {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        Ok(self)
    }
}

impl IntoLoss for &str {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        get(self)
    }
}

/// The loss of Keras's name, short (`mse`), long (`mean_squared_error`) or class
/// (`MeanSquaredError`).
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
pub fn get(name: &str) -> Result<Box<dyn Loss>> {
    Ok(match crate::names::snake_case(name).as_str() {
        "mse" | "mean_squared_error" => Box::new(MeanSquaredError),
        "mae" | "mean_absolute_error" => Box::new(MeanAbsoluteError),
        "bce" | "binary_crossentropy" => Box::new(BinaryCrossentropy::default()),
        "categorical_crossentropy" => Box::new(CategoricalCrossentropy::default()),
        "sparse_categorical_crossentropy" => Box::new(SparseCategoricalCrossentropy::default()),
        _ => {
            return Err(Error::Unknown {
                what: "loss",
                name: name.into(),
                known: "mse, mae, binary_crossentropy, categorical_crossentropy, \
                        sparse_categorical_crossentropy"
                    .into(),
            });
        }
    })
}

/// A loss as Keras writes it into `compile_config`.
pub(crate) fn to_object(loss: &dyn Loss) -> Value {
    let mut config = loss.config();
    config["name"] = json!(crate::names::snake_case(loss.class_name()));
    config["reduction"] = json!("sum_over_batch_size");
    json!({
        "module": "keras.losses",
        "class_name": loss.class_name(),
        "config": config,
        "registered_name": null,
    })
}

/// The loss of a `compile_config`: a string, or an object as [`to_object`] writes it.
pub(crate) fn from_object(value: &Value) -> Result<Box<dyn Loss>> {
    if let Some(name) = value.as_str() {
        return get(name);
    }
    let class = value.get("class_name").and_then(Value::as_str).unwrap_or_default();
    // Keras writes its loss functions as {"class_name": "function", "config": "mse"}.
    if class == "function" {
        return get(value["config"].as_str().unwrap_or_default());
    }
    let config = &value["config"];
    let place = || format!("loss {class}");
    // Keras 3's "mean" is the same, and "auto" is what Keras 2 calls it.
    let reductions = ["sum_over_batch_size", "mean", "auto"].map(Value::from);
    let axis = config.get("axis").and_then(Value::as_i64);
    for (option, wrong) in [
        ("reduction", config.get("reduction").is_some_and(|r| !reductions.contains(r))),
        ("axis", axis.is_some_and(|a| a != -1)),
        ("ignore_class", config.get("ignore_class").is_some_and(|v| !v.is_null())),
    ] {
        if wrong {
            return Err(Error::Unsupported {
                place: place(),
                option: format!("{option} = {}", config[option]),
                advice: "compile the model anew without it".into(),
            });
        }
    }
    let problem = |problem: String| Error::Config { place: place(), problem };
    let from_logits = match config.get("from_logits") {
        None => false,
        Some(value) => value
            .as_bool()
            .ok_or_else(|| problem(format!("`from_logits` must be true or false, got {value}")))?,
    };
    let label_smoothing = match config.get("label_smoothing") {
        None => 0.0,
        Some(value) => value.as_f64().filter(|s| (0.0..=1.0).contains(s)).ok_or_else(|| {
            problem(format!("`label_smoothing` must be a number from 0 to 1, got {value}"))
        })?,
    };
    let loss: Box<dyn Loss> = match class {
        "BinaryCrossentropy" => Box::new(BinaryCrossentropy { from_logits, label_smoothing }),
        "CategoricalCrossentropy" => {
            Box::new(CategoricalCrossentropy { from_logits, label_smoothing })
        }
        "SparseCategoricalCrossentropy" => Box::new(SparseCategoricalCrossentropy { from_logits }),
        other => get(other)?,
    };
    let own = loss.config();
    let known = |key: &str| own.get(key).is_some() || ["name", "reduction", "fn"].contains(&key);
    match config.as_object().and_then(|config| config.keys().find(|key| !known(key))) {
        None => Ok(loss),
        Some(key) => Err(problem(format!(
            "key `{key}` is unknown, so elman can't tell what the loss computes"
        ))),
    }
}
