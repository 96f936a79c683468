//! Regularizers of the program's own.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::Tensor;

/// A penalty of the program's own: a number, and its gradient.
///
/// ```
/// use elman::prelude::*;
/// use elman::regularizers::{self, CustomRegularizer};
/// use serde_json::{Map, Value};
///
/// /// Pulls every value towards 1: `strength * sum((x - 1)²)`.
/// #[derive(Debug)]
/// struct NearOne {
///     strength: f32,
/// }
///
/// impl CustomRegularizer for NearOne {
///     fn class_name(&self) -> &str {
///         "NearOne"
///     }
///
///     fn config(&self) -> Map<String, Value> {
///         Map::from_iter([("strength".to_string(), self.strength.into())])
///     }
///
///     fn value(&self, x: &Tensor) -> f64 {
///         x.data().iter().map(|v| f64::from(self.strength * (v - 1.0).powi(2))).sum()
///     }
///
///     fn gradient(&self, x: &Tensor) -> Tensor {
///         let mut gradient = x.clone();
///         gradient.data_mut().iter_mut().for_each(|v| *v = 2.0 * self.strength * (*v - 1.0));
///         gradient
///     }
/// }
///
/// let mut model = Sequential::new().seed(1);
/// let penalty = Regularizer::custom(NearOne { strength: 5.0 });
/// model.add(Dense::new(1).kernel_regularizer(penalty).input_shape([2]))?;
/// model.compile(Sgd::new(0.1), "mse", &[])?;
/// model.fit(array![[0., 0.]], array![[0.]], Fit::new().epochs(20).verbose(Verbose::Silent))?;
/// assert!(model.weights()[0].data().iter().all(|w| (w - 1.0).abs() < 1e-3));
///
/// // Files hold its name and config; to read them, say what the name means.
/// regularizers::register("NearOne", |config| {
///     let strength = config["strength"].as_f64().unwrap_or(1.0) as f32;
///     Ok(Regularizer::custom(NearOne { strength }))
/// });
/// let again = Model::from_bytes(&model.to_bytes()?, "near_one.keras")?;
/// assert_eq!(again.to_json(), model.to_json());
/// # Ok::<(), elman::Error>(())
/// ```
pub trait CustomRegularizer: Debug + Send + Sync + 'static {
    /// The name of its class, under which files hold it.
    fn class_name(&self) -> &str;

    /// Its arguments, as files hold them.
    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    /// The penalty on `x`.
    fn value(&self, x: &Tensor) -> f64;

    /// The gradient of the penalty with respect to `x`, of the shape of `x`.
    fn gradient(&self, x: &Tensor) -> Tensor;
}

/// Two are the same if files can't tell them apart.
impl PartialEq for dyn CustomRegularizer {
    fn eq(&self, other: &dyn CustomRegularizer) -> bool {
        self.class_name() == other.class_name() && self.config() == other.config()
    }
}
