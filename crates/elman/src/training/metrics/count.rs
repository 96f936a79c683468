//! How many predictions are right or wrong.

use serde::{Deserialize, Serialize};

use super::Definition;
use super::confusion::{Counts, Selection};
use super::thresholds::Thresholds;
use crate::training::losses::one_or_many;
use crate::{Result, Tensor};

macro_rules! count {
    ($name:ident $class:literal $snake:literal $counts:ident $what:literal $example:literal) => {
        #[doc = concat!("The number of ", $what, ", weighed, at each threshold.")]
        ///
        /// As in Keras, the mask of the predictions isn't considered.
        ///
        /// ```
        /// use elman::prelude::*;
        #[doc = concat!("use elman::training::metrics::{Definition, Metric, ", $class, "};")]
        #[doc = concat!("let mut metric = ", $class, "::default().metric();")]
        /// let y = array![[1], [1], [1], [1], [0], [0], [0]];
        /// let p = array![[0.9], [0.8], [0.7], [0.1], [0.2], [0.3], [0.6]];
        /// metric.update(&y.into(), &p.into(), None)?;
        #[doc = concat!("assert_eq!(metric.result(), ", $example, ");")]
        /// # Ok::<(), elman::Error>(())
        /// ```
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// What a positive prediction is above, each from 0 to 1 (0.5).
            #[serde(with = "one_or_many")]
            pub thresholds: Vec<f64>,
        }

        impl Definition for $name {
            const CLASS_NAME: &'static str = $class;
            const NAME: &'static str = $snake;
            type State = Counts;

            fn check(&self) -> Result<()> {
                Thresholds::check(Self::CLASS_NAME, &self.thresholds)
            }

            fn update(
                &self,
                place: &str,
                state: &mut Counts,
                y_true: &Tensor,
                y_pred: &Tensor,
                weights: Option<&Tensor>,
            ) -> Result<()> {
                let thresholds = Thresholds::new(&self.thresholds, 0.5);
                let selection = Selection::default();
                state.update(place, &thresholds, selection, (y_true, y_pred), weights)
            }

            fn results(&self, state: &Counts) -> Vec<f64> {
                match state.$counts.is_empty() {
                    true => vec![0.0; self.thresholds.len().max(1)],
                    false => state.$counts.clone(),
                }
            }
        }
    };
}

count!(TruePositives "TruePositives" "true_positives" true_positives
    "targets of 1 that were predicted" "3.0");
count!(FalsePositives "FalsePositives" "false_positives" false_positives
    "predictions where the target is 0" "1.0");
count!(TrueNegatives "TrueNegatives" "true_negatives" true_negatives
    "targets of 0 that were not predicted" "2.0");
count!(FalseNegatives "FalseNegatives" "false_negatives" false_negatives
    "targets of 1 that were not predicted" "1.0");
