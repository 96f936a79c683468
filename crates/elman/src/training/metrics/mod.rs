//! Keras's metrics: what is measured over all samples that were seen since the last reset.
//!
//! The structs here hold Keras's arguments; [`Definition::metric`] and [`Definition::named`] make
//! the [`Metric`] that takes in batches. [`get`] makes one from Keras's name.
//!
//! - accuracy: [`BinaryAccuracy`], [`CategoricalAccuracy`], [`SparseCategoricalAccuracy`],
//!   [`TopKCategoricalAccuracy`], [`SparseTopKCategoricalAccuracy`], [`Accuracy`] (equality)
//! - right and wrong at thresholds: [`Precision`], [`Recall`], [`Auc`], [`TruePositives`],
//!   [`FalsePositives`], [`TrueNegatives`], [`FalseNegatives`], [`PrecisionAtRecall`],
//!   [`RecallAtPrecision`], [`SensitivityAtSpecificity`], [`SpecificityAtSensitivity`]
//! - scores of classes: [`F1Score`], [`FBetaScore`], [`Iou`], [`BinaryIou`], [`MeanIou`],
//!   [`OneHotIou`], [`OneHotMeanIou`]
//! - regression: [`RootMeanSquaredError`], [`R2Score`], [`CosineSimilarity`],
//!   [`PearsonCorrelation`], [`ConcordanceCorrelation`]
//! - the mean of any loss: [`MeanLoss`]; of any values: [`Mean`], [`Sum`]
//!
//! Means take the mask of the predictions into account, as in Keras; metrics that count (precision,
//! the scores, …) don't, as in Keras: give those sample weights.

mod accuracy;
mod auc;
mod config;
mod confusion;
mod correlation;
mod count;
mod definition;
mod f_score;
mod iou;
mod iou_kinds;
mod mean;
mod mean_loss;
mod mean_of;
mod measure;
mod metric;
mod operating_point;
mod precision;
mod r2_score;
mod registry;
mod regression;
mod thresholds;
mod top_k;

pub use accuracy::{Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use auc::{Auc, Curve, SummationMethod};
pub use config::from_object;
pub use correlation::{ConcordanceCorrelation, PearsonCorrelation};
pub use count::{FalseNegatives, FalsePositives, TrueNegatives, TruePositives};
pub use definition::{Defined, Definition};
pub use f_score::{Average, F1Score, FBetaScore};
pub use iou::Iou;
pub use iou_kinds::{BinaryIou, MeanIou, OneHotIou, OneHotMeanIou};
pub use mean::{Mean, Sum};
pub use mean_loss::MeanLoss;
pub use mean_of::MeanOf;
pub use measure::Measure;
pub use metric::Metric;
pub use operating_point::{
    PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity,
};
pub use precision::{Precision, Recall};
pub use r2_score::{ClassAggregation, R2Score};
pub use registry::get;
pub(crate) use registry::{by_shape, class_of};
pub use regression::{CosineSimilarity, RootMeanSquaredError};
pub use top_k::{SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy};

use crate::training::losses::{broadcast, mismatch};
use crate::{Float, Result, Shape, Tensor};

/// Weights of samples or of rows, one for each element of an array of that shape.
fn element_weights(place: &str, weights: Option<&Tensor>, shape: &[usize]) -> Result<Vec<Float>> {
    let Some(weights) = weights else { return Ok(vec![1.0; shape.iter().product()]) };
    let spread = broadcast(weights.data(), weights.shape(), shape).ok_or_else(|| {
        let expected = format!("a leading part of {}", Shape::from(shape));
        mismatch(place, "sample_weight", expected, weights)
    })?;
    Ok(spread.into_owned())
}

/// `a / b`, and 0 where `b` is.
fn divide(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}
