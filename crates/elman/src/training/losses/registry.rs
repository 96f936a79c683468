//! The names of Keras's losses.

use serde_json::Map;

use super::{Arguments, Loss};
use crate::{Error, Result};

/// The loss of Keras's name, short (`mse`), long (`mean_squared_error`) or class
/// (`MeanSquaredError`), with its defaults.
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
///
/// ```
/// use elman::training::losses;
/// assert_eq!(losses::get("huber")?.class_name(), "Huber");
/// assert!(losses::get("hubert").is_err());
/// # Ok::<(), elman::Error>(())
/// ```
pub fn get(name: &str) -> Result<Box<dyn Loss>> {
    make(Arguments { kind: "loss", class: name.into(), config: Map::new() })
}

/// Keras's other strings for a class, beside its name in small letters.
fn without_alias(name: &str) -> &str {
    match name {
        "bce" => "binary_crossentropy",
        "ce" => "crossentropy",
        "kld" | "kullback_leibler_divergence" => "kl_divergence",
        "mae" => "mean_absolute_error",
        "mse" => "mean_squared_error",
        "mape" => "mean_absolute_percentage_error",
        "msle" => "mean_squared_logarithmic_error",
        "logcosh" => "log_cosh",
        "huber_loss" => "huber",
        name => name,
    }
}

macro_rules! losses {
    (
        plain { $($plain:ident $plain_name:literal,)* }
        configured { $($configured:ident $name:literal,)* }
    ) => {
        /// The loss of a class, by any of its names, with these arguments.
        pub(crate) fn make(arguments: Arguments) -> Result<Box<dyn Loss>> {
            let name = crate::names::snake_case(&arguments.class);
            let loss: Box<dyn Loss> = match without_alias(&name) {
                $($plain_name => {
                    arguments.none()?;
                    Box::new(super::$plain)
                })*
                $($name => Box::new(arguments.read::<super::$configured>()?),)*
                _ => {
                    return Err(Error::Unknown {
                        what: "loss",
                        name: arguments.class,
                        known: [$($plain_name,)* $($name,)*].join(", "),
                    });
                }
            };
            loss.check()?;
            Ok(loss)
        }
    };
}

losses! {
    plain {
    MeanSquaredError "mean_squared_error",
    MeanAbsoluteError "mean_absolute_error",
    MeanAbsolutePercentageError "mean_absolute_percentage_error",
    MeanSquaredLogarithmicError "mean_squared_logarithmic_error",
    LogCosh "log_cosh",
    Poisson "poisson",
    KLDivergence "kl_divergence",
    Hinge "hinge",
    SquaredHinge "squared_hinge",
    CategoricalHinge "categorical_hinge",
    Crossentropy "crossentropy",
    Ctc "ctc",
    }
    configured {
    Huber "huber",
    CosineSimilarity "cosine_similarity",
    BinaryCrossentropy "binary_crossentropy",
    BinaryFocalCrossentropy "binary_focal_crossentropy",
    CategoricalCrossentropy "categorical_crossentropy",
    CategoricalFocalCrossentropy "categorical_focal_crossentropy",
    SparseCategoricalCrossentropy "sparse_categorical_crossentropy",
    CategoricalGeneralizedCrossEntropy "categorical_generalized_cross_entropy",
    Dice "dice",
    Tversky "tversky",
    Circle "circle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_of_keras_are_known() {
        // Printed from keras.losses.ALL_OBJECTS_DICT, without the base classes.
        for name in [
            "KLDivergence",
            "Poisson",
            "BinaryCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalCrossentropy",
            "CategoricalFocalCrossentropy",
            "SparseCategoricalCrossentropy",
            "MeanSquaredError",
            "MeanAbsoluteError",
            "MeanAbsolutePercentageError",
            "MeanSquaredLogarithmicError",
            "CosineSimilarity",
            "LogCosh",
            "Huber",
            "Hinge",
            "SquaredHinge",
            "CategoricalHinge",
            "Dice",
            "Tversky",
            "Circle",
            "CTC",
            "kl_divergence",
            "poisson",
            "binary_crossentropy",
            "binary_focal_crossentropy",
            "categorical_crossentropy",
            "categorical_focal_crossentropy",
            "sparse_categorical_crossentropy",
            "mean_squared_error",
            "mean_absolute_error",
            "mean_absolute_percentage_error",
            "mean_squared_logarithmic_error",
            "cosine_similarity",
            "log_cosh",
            "huber",
            "hinge",
            "squared_hinge",
            "categorical_hinge",
            "dice",
            "tversky",
            "circle",
            "ctc",
            "bce",
            "BCE",
            "kld",
            "KLD",
            "mae",
            "MAE",
            "mse",
            "MSE",
            "mape",
            "MAPE",
            "msle",
            "MSLE",
            // Resolved by `compile`, and a class that isn't in that table.
            "crossentropy",
            "ce",
            "CategoricalGeneralizedCrossEntropy",
        ] {
            let loss = get(name).unwrap();
            let snake = crate::names::snake_case(loss.class_name());
            assert_eq!(without_alias(&crate::names::snake_case(name)), snake);
        }
    }
}
