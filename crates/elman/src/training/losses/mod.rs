//! Keras's losses.
//!
//! A loss gives one value for each sample, or for each step of a sequence. Sample weights and the
//! mask of the predictions weigh the values; a [`Reduction`] makes one number of them, which
//! training minimises. [`get`] knows all of Keras's names.
//!
//! - regression: [`MeanSquaredError`], [`MeanAbsoluteError`], [`MeanAbsolutePercentageError`],
//!   [`MeanSquaredLogarithmicError`], [`Huber`], [`LogCosh`], [`CosineSimilarity`], [`Poisson`]
//! - classes: [`BinaryCrossentropy`], [`BinaryFocalCrossentropy`], [`CategoricalCrossentropy`],
//!   [`CategoricalFocalCrossentropy`], [`SparseCategoricalCrossentropy`],
//!   [`CategoricalGeneralizedCrossEntropy`], [`KLDivergence`], and [`Crossentropy`], which the
//!   shapes decide
//! - margins: [`Hinge`], [`SquaredHinge`], [`CategoricalHinge`]
//! - overlap: [`Dice`], [`Tversky`]; similarity: [`Circle`]; sequences of labels: [`Ctc`]

mod align;
mod axis;
mod binary_crossentropy;
mod binary_focal_crossentropy;
mod by_shape;
mod categorical_crossentropy;
mod categorical_focal_crossentropy;
mod circle;
mod class_weight;
mod config;
mod cosine_similarity;
mod ctc;
mod gradient;
mod hinge;
mod huber;
mod labels;
mod lattice;
mod loss;
mod mean_error;
mod overlap;
mod probabilistic;
mod reduced;
mod reduction;
mod registry;
mod relative_error;
mod rows;
mod sparse_categorical_crossentropy;
mod weights;

pub use binary_crossentropy::BinaryCrossentropy;
pub use binary_focal_crossentropy::BinaryFocalCrossentropy;
pub use by_shape::Crossentropy;
pub use categorical_crossentropy::CategoricalCrossentropy;
pub use categorical_focal_crossentropy::{Alpha, CategoricalFocalCrossentropy};
pub use circle::Circle;
pub use class_weight::class_weight_to_sample_weights;
pub use config::{from_object, to_object};
pub use cosine_similarity::CosineSimilarity;
pub use ctc::Ctc;
pub use gradient::{Evaluated, Gradient};
pub use hinge::{CategoricalHinge, Hinge, SquaredHinge};
pub use huber::{Huber, LogCosh};
pub use loss::{IntoLoss, Loss};
pub use mean_error::{MeanAbsoluteError, MeanSquaredError};
pub use overlap::{Dice, Tversky};
pub use probabilistic::{KLDivergence, Poisson};
pub use reduced::Reduced;
pub use reduction::{Reduction, value_and_gradient};
pub use registry::get;
pub use relative_error::{MeanAbsolutePercentageError, MeanSquaredLogarithmicError};
pub use sparse_categorical_crossentropy::{
    CategoricalGeneralizedCrossEntropy, SparseCategoricalCrossentropy,
};

pub(crate) use align::{align, mismatch};
pub(crate) use axis::{move_last, resolve};
pub(crate) use by_shape::ClassKind;
pub(crate) use class_weight::argmax;
pub(crate) use config::{Arguments, one_or_many};
pub(crate) use reduction::value;
pub(crate) use registry::make;
pub(crate) use weights::{broadcast, masked, same_rank};

/// Keras's `epsilon()`: probabilities are kept this far from 0 and 1.
pub(crate) const EPSILON: crate::Float = 1e-7;
