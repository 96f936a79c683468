//! Initializers of the program's own.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::random::Stream;
use crate::{Float, Result};

/// A rule of the program's own for the first values of a weight.
///
/// ```
/// use elman::initializers::{self, CustomInitializer};
/// use elman::prelude::*;
/// use elman::random::Stream;
///
/// /// One random number of each row is 1, all others are 0.
/// #[derive(Debug)]
/// struct OneHot;
///
/// impl CustomInitializer for OneHot {
///     fn class_name(&self) -> &str {
///         "OneHot"
///     }
///
///     fn values(&self, shape: &[usize], stream: &mut Stream) -> elman::Result<Vec<f32>> {
///         let width = shape.last().copied().unwrap_or(1);
///         let mut values = vec![0.0; shape.iter().product()];
///         for row in values.chunks_mut(width) {
///             row[stream.below(width)] = 1.0;
///         }
///         Ok(values)
///     }
/// }
///
/// let mut model = Sequential::new();
/// let one_hot = Initializer::custom(OneHot);
/// model.add(Embedding::new(10, 4).embeddings_initializer(one_hot).input_shape([6]))?;
/// assert_eq!(model.weights()[0].data().iter().sum::<f32>(), 10.0);
///
/// // Files hold its name and config; to read them, say what the name means.
/// initializers::register("OneHot", |_config| Ok(Initializer::custom(OneHot)));
/// let again = Model::from_bytes(&model.to_bytes()?, "one_hot.keras")?;
/// assert_eq!(again.weights(), model.weights());
/// # Ok::<(), elman::Error>(())
/// ```
pub trait CustomInitializer: Debug + Send + Sync + 'static {
    /// The name of its class, under which files hold it.
    fn class_name(&self) -> &str;

    /// Its arguments, as files hold them.
    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    /// A seed of its own; `None` for the model's.
    fn seed(&self) -> Option<u64> {
        None
    }

    /// The values for a weight of that shape, row-major. Random numbers come from `stream`.
    ///
    /// # Errors
    /// A shape that it can't fill.
    fn values(&self, shape: &[usize], stream: &mut Stream) -> Result<Vec<Float>>;
}

/// Two are the same if files can't tell them apart.
impl PartialEq for dyn CustomInitializer {
    fn eq(&self, other: &dyn CustomInitializer) -> bool {
        self.class_name() == other.class_name() && self.config() == other.config()
    }
}
