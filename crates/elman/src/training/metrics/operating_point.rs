//! The best of one rate where another is high enough.

use serde::{Deserialize, Serialize};

use super::confusion::{Counts, Selection};
use super::thresholds::{MAX_THRESHOLDS, Thresholds};
use super::{Definition, divide};
use crate::{Error, Result, Tensor};

/// `TP / (TP + FN)` at a threshold: recall, or sensitivity.
fn sensitivity(counts: &Counts, i: usize) -> f64 {
    divide(counts.true_positives[i], counts.true_positives[i] + counts.false_negatives[i])
}

/// `TN / (TN + FP)` at a threshold.
fn specificity(counts: &Counts, i: usize) -> f64 {
    divide(counts.true_negatives[i], counts.true_negatives[i] + counts.false_positives[i])
}

/// `TP / (TP + FP)` at a threshold.
fn precision(counts: &Counts, i: usize) -> f64 {
    divide(counts.true_positives[i], counts.true_positives[i] + counts.false_positives[i])
}

macro_rules! operating_point {
    (
        $name:ident $class:literal $snake:literal
        best $best:ident where $given:ident: $given_rate:ident, $what:literal
    ) => {
        #[doc = concat!("The largest ", $what, "; 0 if there is none.")]
        ///
        /// Thresholds lie evenly from 0 to 1. As in Keras, the mask of the predictions isn't
        /// considered.
        ///
        /// ```
        /// use elman::prelude::*;
        #[doc = concat!("use elman::training::metrics::{Definition, Metric, ", $class, "};")]
        #[doc = concat!("let mut metric = ", $class, "::new(0.5).metric();")]
        /// let (y, p) = (array![[0], [0], [1], [1]], array![[0.], [0.3], [0.6], [1.]]);
        /// metric.update(&y.into(), &p.into(), None)?;
        /// assert_eq!(metric.result(), 1.0);
        /// # Ok::<(), elman::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Only the column of this class counts (all).
            #[serde(default)]
            pub class_id: Option<usize>,
            /// The number of thresholds (200).
            #[serde(default = "thresholds")]
            pub num_thresholds: usize,
            #[doc = concat!("How high the ", stringify!($given), " must be, from 0 to 1.")]
            pub $given: f64,
        }

        impl $name {
            #[doc = concat!("Where the ", stringify!($given), " is so high at least.")]
            pub fn new($given: f64) -> $name {
                $name { class_id: None, num_thresholds: thresholds(), $given }
            }
        }

        impl Definition for $name {
            const CLASS_NAME: &'static str = $class;
            const NAME: &'static str = $snake;
            type State = Counts;

            fn check(&self) -> Result<()> {
                check(Self::CLASS_NAME, stringify!($given), self.$given, self.num_thresholds)
            }

            fn update(
                &self,
                place: &str,
                state: &mut Counts,
                y_true: &Tensor,
                y_pred: &Tensor,
                weights: Option<&Tensor>,
            ) -> Result<()> {
                let thresholds = Thresholds::evenly(self.num_thresholds);
                let selection = Selection { class_id: self.class_id, ..Selection::default() };
                state.update(place, &thresholds, selection, (y_true, y_pred), weights)
            }

            fn results(&self, state: &Counts) -> Vec<f64> {
                let points = 0..state.true_positives.len();
                // Keras compares in f32.
                let high = |i: &usize| $given_rate(state, *i) as f32 >= self.$given as f32;
                vec![points.filter(high).map(|i| $best(state, i)).fold(0.0, f64::max)]
            }
        }
    };
}

fn thresholds() -> usize {
    200
}

fn check(place: &str, argument: &'static str, rate: f64, num_thresholds: usize) -> Result<()> {
    let error = |argument, expected: &str, got| {
        let (place, expected) = (place.into(), expected.into());
        Err(Error::InvalidArgument { place, argument, expected, got })
    };
    match () {
        () if !(0.0..=1.0).contains(&rate) => {
            error(argument, "a number from 0 to 1", rate.to_string())
        }
        () if !(1..=MAX_THRESHOLDS).contains(&num_thresholds) => {
            let expected = format!("an integer from 1 to {MAX_THRESHOLDS}");
            error("num_thresholds", &expected, num_thresholds.to_string())
        }
        () => Ok(()),
    }
}

operating_point!(SensitivityAtSpecificity "SensitivityAtSpecificity" "sensitivity_at_specificity"
    best sensitivity where specificity: specificity,
    "sensitivity, `TP / (TP + FN)`, where the specificity, `TN / (TN + FP)`, is so high");
operating_point!(SpecificityAtSensitivity "SpecificityAtSensitivity" "specificity_at_sensitivity"
    best specificity where sensitivity: sensitivity,
    "specificity, `TN / (TN + FP)`, where the sensitivity, `TP / (TP + FN)`, is so high");
operating_point!(PrecisionAtRecall "PrecisionAtRecall" "precision_at_recall"
    best precision where recall: sensitivity,
    "precision, `TP / (TP + FP)`, where the recall, `TP / (TP + FN)`, is so high");
operating_point!(RecallAtPrecision "RecallAtPrecision" "recall_at_precision"
    best sensitivity where precision: precision,
    "recall, `TP / (TP + FN)`, where the precision, `TP / (TP + FP)`, is so high");
