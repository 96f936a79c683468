//! How many of the predictions are right, and how many of the targets were found.

use serde::{Deserialize, Serialize};

use super::confusion::{Counts, Selection};
use super::thresholds::{LOWEST, Thresholds};
use super::{Definition, divide};
use crate::training::losses::one_or_many;
use crate::{Error, Result, Tensor};

macro_rules! share {
    (
        $(#[$doc:meta])* $name:ident $class:literal $snake:literal $missing:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            /// What a positive prediction is above, each from 0 to 1 (0.5; with `top_k`, anything).
            #[serde(with = "one_or_many")]
            pub thresholds: Vec<f64>,
            /// Only the largest so many predictions of a row can be positive (all).
            pub top_k: Option<usize>,
            /// Only the column of this class counts (all).
            pub class_id: Option<usize>,
        }

        impl Definition for $name {
            const CLASS_NAME: &'static str = $class;
            const NAME: &'static str = $snake;
            type State = Counts;

            fn check(&self) -> Result<()> {
                check_top_k(Self::CLASS_NAME, self.top_k)?;
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
                let default = if self.top_k.is_some() { LOWEST } else { 0.5 };
                let thresholds = Thresholds::new(&self.thresholds, default);
                let (top_k, class_id) = (self.top_k, self.class_id);
                let selection = Selection { top_k, class_id, ..Selection::default() };
                state.update(place, &thresholds, selection, (y_true, y_pred), weights)
            }

            fn results(&self, state: &Counts) -> Vec<f64> {
                if state.true_positives.is_empty() {
                    return vec![0.0; self.thresholds.len().max(1)];
                }
                let share = |(hits, missing): (&f64, &f64)| divide(*hits, hits + missing);
                state.true_positives.iter().zip(&state.$missing).map(share).collect()
            }
        }
    };
}

share! {
    /// The share of positive predictions that are right: `TP / (TP + FP)`.
    ///
    /// As in Keras, the mask of the predictions isn't considered.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::metrics::{Definition, Metric, Precision};
    /// let mut metric = Precision { thresholds: vec![0.2, 0.5], ..Precision::default() }.metric();
    /// metric.update(&array![[1], [0], [1]].into(), &array![[0.9], [0.3], [0.4]].into(), None)?;
    /// assert_eq!(metric.results(), [2. / 3., 1.]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    Precision "Precision" "precision" false_positives
}

share! {
    /// The share of targets of 1 that were predicted: `TP / (TP + FN)`.
    ///
    /// As in Keras, the mask of the predictions isn't considered.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::metrics::{Definition, Metric, Recall};
    /// let mut metric = Recall { top_k: Some(1), ..Recall::default() }.metric();
    /// metric.update(&array![[1, 0, 1]].into(), &array![[0.3, 0.2, 0.1]].into(), None)?;
    /// assert_eq!(metric.result(), 0.5);
    /// # Ok::<(), elman::Error>(())
    /// ```
    Recall "Recall" "recall" false_negatives
}

fn check_top_k(class: &str, top_k: Option<usize>) -> Result<()> {
    match top_k {
        Some(0) => Err(Error::InvalidArgument {
            place: class.into(),
            argument: "top_k",
            expected: "a positive integer".into(),
            got: "0".into(),
        }),
        _ => Ok(()),
    }
}
