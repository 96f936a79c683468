//! The names of Keras's metrics.

use serde_json::Map;

use super::accuracy::AccuracyByShape;
use super::{Definition, MeanLoss, Metric};
use crate::training::losses::{self, Arguments, Crossentropy};
use crate::{Error, Result};

/// The metric of Keras's name, short (`mse`), long (`mean_squared_error`) or class
/// (`MeanSquaredError`), with its defaults; it keeps that name in logs.
///
/// `accuracy` (or `acc`) is decided by the shapes: with one output it is [`BinaryAccuracy`];
/// targets with an axis less, or a last axis of one, are class numbers
/// ([`SparseCategoricalAccuracy`]); otherwise they are one-hot ([`CategoricalAccuracy`]). So is
/// `crossentropy` (or `ce`), as in Keras 2.
///
/// [`BinaryAccuracy`]: super::BinaryAccuracy
/// [`CategoricalAccuracy`]: super::CategoricalAccuracy
/// [`SparseCategoricalAccuracy`]: super::SparseCategoricalAccuracy
///
/// # Errors
/// [`Error::Unknown`] with the names that exist; [`Error::Config`] for a metric that needs an
/// argument.
///
/// ```
/// use elman::prelude::*;
/// let mut metric = elman::training::metrics::get("accuracy")?;
/// // One output a row: a binary model, so everything above 0.5 counts as 1.
/// let (y, p) = (array![[1], [0], [1]].into(), array![[0.9], [0.2], [0.4]].into());
/// metric.update(&y, &p, None)?;
/// assert!((metric.result() - 2.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn get(name: &str) -> Result<Box<dyn Metric>> {
    make_by_name(Arguments { kind: "metric", class: name.into(), config: Map::new() }, name)
}

/// As [`make`], where the class may be one of the strings that the shapes decide.
pub(super) fn make_by_name(arguments: Arguments, name: &str) -> Result<Box<dyn Metric>> {
    match class_of(&arguments.class) {
        Some(AccuracyByShape::CLASS_NAME) => {
            arguments.none()?;
            Ok(Box::new(AccuracyByShape {}.named(name)))
        }
        Some("crossentropy") => {
            arguments.none()?;
            Ok(Box::new(MeanLoss::new(name, Crossentropy)))
        }
        _ => make(arguments, Some(name)),
    }
}

/// Whether the shapes decide which class a string means.
pub(crate) fn by_shape(name: &str) -> bool {
    matches!(name, "accuracy" | "acc" | "crossentropy" | "ce")
}

/// Keras's other strings for a class, beside its name in small letters.
fn without_alias(name: &str) -> &str {
    match name {
        "bce" => "binary_crossentropy",
        "mse" => "mean_squared_error",
        "mae" => "mean_absolute_error",
        "mape" => "mean_absolute_percentage_error",
        "msle" => "mean_squared_logarithmic_error",
        // Keras 2's.
        "kld" => "kl_divergence",
        "logcosh" => "log_cosh_error",
        name => name,
    }
}

macro_rules! metrics {
    (
        losses { $($loss_name:literal $metric_class:literal $default_name:literal $loss:literal,)* }
        float32 { $($defined:ident $name:literal,)* }
        with_dtype { $($typed:ident $typed_name:literal,)* }
    ) => {
        /// The class that a string means.
        pub(crate) fn class_of(name: &str) -> Option<&'static str> {
            let name = crate::names::snake_case(name);
            // Decided by the shapes, before the class of that name.
            if ["accuracy", "acc"].contains(&&name[..]) {
                return Some(<AccuracyByShape as Definition>::CLASS_NAME);
            }
            Some(match without_alias(&name) {
                "crossentropy" | "ce" => "crossentropy",
                $($loss_name => $metric_class,)*
                $($name => super::$defined::CLASS_NAME,)*
                $($typed_name => super::$typed::CLASS_NAME,)*
                _ => return None,
            })
        }

        /// The class of the metric that is the mean of a class of losses.
        pub(super) fn metric_of_loss(loss: &str) -> Option<&'static str> {
            Some(match loss {
                $($loss => $metric_class,)*
                _ => return None,
            })
        }

        /// The metric of a class, by any of its names, with these arguments.
        pub(super) fn make(
            mut arguments: Arguments,
            name: Option<&str>,
        ) -> Result<Box<dyn Metric>> {
            let class = crate::names::snake_case(&arguments.class);
            Ok(match without_alias(&class) {
                "mean" | "sum" => {
                    return Err(Error::Unsupported {
                        place: arguments.place(),
                        option: "the mean or sum of values, as a metric of a model,".into(),
                        advice: "use metrics::Mean or metrics::Sum with your own values".into(),
                    });
                }
                $($loss_name => {
                    arguments.take_dtype()?;
                    arguments.class = $loss.into();
                    Box::new(MeanLoss::of(name.unwrap_or($default_name), losses::make(arguments)?))
                })*
                $($name => {
                    arguments.take_dtype()?;
                    defined(arguments.read::<super::$defined>()?, name)?
                })*
                $($typed_name => {
                    if arguments.config.get("dtype").is_some_and(serde_json::Value::is_null) {
                        arguments.take("dtype");
                    }
                    defined(arguments.read::<super::$typed>()?, name)?
                })*
                _ => {
                    let known = ["accuracy", $($loss_name,)* $($name,)* $($typed_name,)*];
                    let name = arguments.class;
                    return Err(Error::Unknown { what: "metric", name, known: known.join(", ") });
                }
            })
        }
    };
}

fn defined<D: Definition>(definition: D, name: Option<&str>) -> Result<Box<dyn Metric>> {
    definition.check()?;
    Ok(Box::new(definition.named(name.unwrap_or(D::NAME))))
}

metrics! {
    losses {
    "mean_squared_error" "MeanSquaredError" "mean_squared_error" "MeanSquaredError",
    "mean_absolute_error" "MeanAbsoluteError" "mean_absolute_error" "MeanAbsoluteError",
    "mean_absolute_percentage_error" "MeanAbsolutePercentageError" "mean_absolute_percentage_error"
        "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error" "MeanSquaredLogarithmicError" "mean_squared_logarithmic_error"
        "MeanSquaredLogarithmicError",
    "log_cosh_error" "LogCoshError" "logcosh" "LogCosh",
    "kl_divergence" "KLDivergence" "kl_divergence" "KLDivergence",
    "poisson" "Poisson" "poisson" "Poisson",
    "hinge" "Hinge" "hinge" "Hinge",
    "squared_hinge" "SquaredHinge" "squared_hinge" "SquaredHinge",
    "categorical_hinge" "CategoricalHinge" "categorical_hinge" "CategoricalHinge",
    "binary_crossentropy" "BinaryCrossentropy" "binary_crossentropy" "BinaryCrossentropy",
    "categorical_crossentropy" "CategoricalCrossentropy" "categorical_crossentropy"
        "CategoricalCrossentropy",
    "sparse_categorical_crossentropy" "SparseCategoricalCrossentropy"
        "sparse_categorical_crossentropy" "SparseCategoricalCrossentropy",
    }
    float32 {
    Accuracy "accuracy",
    BinaryAccuracy "binary_accuracy",
    CategoricalAccuracy "categorical_accuracy",
    SparseCategoricalAccuracy "sparse_categorical_accuracy",
    TopKCategoricalAccuracy "top_k_categorical_accuracy",
    SparseTopKCategoricalAccuracy "sparse_top_k_categorical_accuracy",
    Precision "precision",
    Recall "recall",
    Auc "auc",
    TruePositives "true_positives",
    FalsePositives "false_positives",
    TrueNegatives "true_negatives",
    FalseNegatives "false_negatives",
    SensitivityAtSpecificity "sensitivity_at_specificity",
    SpecificityAtSensitivity "specificity_at_sensitivity",
    PrecisionAtRecall "precision_at_recall",
    RecallAtPrecision "recall_at_precision",
    F1Score "f1_score",
    FBetaScore "f_beta_score",
    RootMeanSquaredError "root_mean_squared_error",
    R2Score "r2_score",
    CosineSimilarity "cosine_similarity",
    PearsonCorrelation "pearson_correlation",
    ConcordanceCorrelation "concordance_correlation",
    }
    with_dtype {
    Iou "io_u",
    BinaryIou "binary_io_u",
    MeanIou "mean_io_u",
    OneHotIou "one_hot_io_u",
    OneHotMeanIou "one_hot_mean_io_u",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_of_keras_are_known() {
        // Printed from keras.metrics.ALL_OBJECTS_DICT, without the base classes, `Mean` and `Sum`.
        for (class, name) in [
            ("AUC", "auc"),
            ("Accuracy", "accuracy"),
            ("BinaryAccuracy", "binary_accuracy"),
            ("BinaryCrossentropy", "binary_crossentropy"),
            ("BinaryIoU", "binary_io_u"),
            ("CategoricalAccuracy", "categorical_accuracy"),
            ("CategoricalCrossentropy", "categorical_crossentropy"),
            ("CategoricalHinge", "categorical_hinge"),
            ("ConcordanceCorrelation", "concordance_correlation"),
            ("CosineSimilarity", "cosine_similarity"),
            ("F1Score", "f1_score"),
            ("FBetaScore", "f_beta_score"),
            ("FalseNegatives", "false_negatives"),
            ("FalsePositives", "false_positives"),
            ("Hinge", "hinge"),
            ("KLDivergence", "kl_divergence"),
            ("LogCoshError", "log_cosh_error"),
            ("MeanAbsoluteError", "mean_absolute_error"),
            ("MeanAbsolutePercentageError", "mean_absolute_percentage_error"),
            ("MeanSquaredError", "mean_squared_error"),
            ("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"),
            ("PearsonCorrelation", "pearson_correlation"),
            ("Poisson", "poisson"),
            ("Precision", "precision"),
            ("R2Score", "r2_score"),
            ("Recall", "recall"),
            ("RootMeanSquaredError", "root_mean_squared_error"),
            ("SparseCategoricalAccuracy", "sparse_categorical_accuracy"),
            ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
            ("SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy"),
            ("SquaredHinge", "squared_hinge"),
            ("TopKCategoricalAccuracy", "top_k_categorical_accuracy"),
            ("TrueNegatives", "true_negatives"),
            ("TruePositives", "true_positives"),
            ("BinaryCrossentropy", "bce"),
            ("BinaryCrossentropy", "BCE"),
            ("MeanSquaredError", "mse"),
            ("MeanSquaredError", "MSE"),
            ("MeanAbsoluteError", "mae"),
            ("MeanAbsoluteError", "MAE"),
            ("MeanAbsolutePercentageError", "mape"),
            ("MeanAbsolutePercentageError", "MAPE"),
            ("MeanSquaredLogarithmicError", "msle"),
            ("MeanSquaredLogarithmicError", "MSLE"),
        ] {
            let expected = if name == "accuracy" { name } else { class };
            assert_eq!(class_of(name), Some(expected));
            assert_eq!(class_of(class), class_of(name));
            let metric = get(name).unwrap();
            assert_eq!(metric.name(), name);
            assert_eq!(metric.to_object(), name);
        }
    }

    #[test]
    fn what_needs_an_argument_says_so() {
        for (name, missing) in [
            ("mean_io_u", "num_classes"),
            ("IoU", "num_classes"),
            ("one_hot_mean_io_u", "num_classes"),
            ("OneHotIoU", "num_classes"),
            ("precision_at_recall", "recall"),
            ("RecallAtPrecision", "precision"),
            ("sensitivity_at_specificity", "specificity"),
            ("specificity_at_sensitivity", "sensitivity"),
        ] {
            let error = get(name).err().expect("an argument is missing").to_string();
            assert!(error.contains(&format!("missing field `{missing}`")), "{error}");
        }
        for name in ["mean", "Sum"] {
            let error = get(name).err().expect("not of a model").to_string();
            assert!(error.contains("metrics::Mean"), "{error}");
        }
    }
}
