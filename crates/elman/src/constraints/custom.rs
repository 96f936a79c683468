//! Constraints of the program's own.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::Tensor;

/// A constraint of the program's own.
///
/// ```
/// use elman::constraints::{self, CustomConstraint};
/// use elman::prelude::*;
/// use serde_json::{Map, Value};
///
/// /// Values of at most `limit` in size.
/// #[derive(Debug)]
/// struct Clip {
///     limit: f32,
/// }
///
/// impl CustomConstraint for Clip {
///     fn class_name(&self) -> &str {
///         "Clip"
///     }
///
///     fn config(&self) -> Map<String, Value> {
///         Map::from_iter([("limit".to_string(), self.limit.into())])
///     }
///
///     fn project(&self, w: &Tensor) -> Tensor {
///         let mut clipped = w.clone();
///         clipped.data_mut().iter_mut().for_each(|v| *v = v.clamp(-self.limit, self.limit));
///         clipped
///     }
/// }
///
/// let mut model = Sequential::new();
/// let clip = Constraint::custom(Clip { limit: 0.25 });
/// model.add(SimpleRnn::new(4).recurrent_constraint(clip).input_shape([5, 2]))?;
/// model.compile("sgd", "mse", &[])?;
/// model.train_on_batch(ndarray::Array3::<f32>::ones((1, 5, 2)), ndarray::Array2::<f32>::ones((1, 4)))?;
/// assert!(model.weights()[1].data().iter().all(|w| w.abs() <= 0.25));
///
/// // Files hold its name and config; to read them, say what the name means.
/// constraints::register("Clip", |config| {
///     let limit = config["limit"].as_f64().unwrap_or(1.0) as f32;
///     Ok(Constraint::custom(Clip { limit }))
/// });
/// assert_eq!(Model::from_json(&model.to_json())?.count_params(), model.count_params());
/// # Ok::<(), elman::Error>(())
/// ```
pub trait CustomConstraint: Debug + Send + Sync + 'static {
    /// The name of its class, under which files hold it.
    fn class_name(&self) -> &str;

    /// Its arguments, as files hold them.
    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    /// The values of a weight as the constraint has them, in the weight's shape.
    fn project(&self, w: &Tensor) -> Tensor;
}

/// Two are the same if files can't tell them apart.
impl PartialEq for dyn CustomConstraint {
    fn eq(&self, other: &dyn CustomConstraint) -> bool {
        self.class_name() == other.class_name() && self.config() == other.config()
    }
}
