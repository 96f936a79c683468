//! How the outputs of two directions become one.

use serde::{Deserialize, Serialize};

use crate::{Tensor, ops};

/// How [`Bidirectional`](super::Bidirectional) merges its two outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub enum MergeMode {
    /// Side by side: `[forward, backward]`.
    #[default]
    Concat,
    /// `forward + backward`.
    Sum,
    /// `(forward + backward) / 2`.
    Ave,
    /// `forward * backward`.
    Mul,
    /// Two separate outputs: Keras's `merge_mode=None`, null in files.
    None,
}

impl TryFrom<Option<String>> for MergeMode {
    type Error = String;

    fn try_from(name: Option<String>) -> Result<MergeMode, String> {
        Ok(match name.as_deref() {
            Some("concat") => MergeMode::Concat,
            Some("sum") => MergeMode::Sum,
            Some("ave") => MergeMode::Ave,
            Some("mul") => MergeMode::Mul,
            None => MergeMode::None,
            Some(other) => {
                return Err(format!(
                    "merge_mode must be concat, sum, ave, mul or null, got {other}"
                ));
            }
        })
    }
}

impl From<MergeMode> for Option<String> {
    fn from(mode: MergeMode) -> Option<String> {
        let name = match mode {
            MergeMode::Concat => "concat",
            MergeMode::Sum => "sum",
            MergeMode::Ave => "ave",
            MergeMode::Mul => "mul",
            MergeMode::None => return None,
        };
        Some(name.into())
    }
}

/// What the gradient of a merge needs of it.
pub(super) struct Merged {
    /// The units of the two directions.
    units: (usize, usize),
    /// Both outputs, where their product was taken.
    factors: Option<(Tensor, Tensor)>,
}

impl MergeMode {
    /// The number of outputs.
    pub(super) fn outputs(self) -> usize {
        if self == MergeMode::None { 2 } else { 1 }
    }

    /// The merged output, or both.
    pub(super) fn merge(self, y: Tensor, reverse: Tensor) -> Vec<Tensor> {
        match self {
            MergeMode::Concat => vec![ops::concatenate(&[&y, &reverse])],
            MergeMode::Sum => vec![ops::add(&y, &reverse)],
            MergeMode::Ave => vec![ops::scale(&ops::add(&y, &reverse), 0.5)],
            MergeMode::Mul => vec![ops::multiply(&y, &reverse)],
            MergeMode::None => vec![y, reverse],
        }
    }

    /// What [`MergeMode::unmerge`] needs of these outputs.
    pub(super) fn keep(self, y: &Tensor, reverse: &Tensor) -> Merged {
        let factors = (self == MergeMode::Mul).then(|| (y.clone(), reverse.clone()));
        Merged { units: (y.width(), reverse.width()), factors }
    }

    /// The gradients of the two outputs from those of what they were merged to.
    pub(super) fn unmerge(
        self,
        gradients: &[Option<Tensor>],
        Merged { units, factors }: Merged,
    ) -> (Option<Tensor>, Option<Tensor>) {
        let dy = gradients[0].as_ref();
        match self {
            MergeMode::Concat => {
                let part = |start, width| dy.map(|dy| ops::columns(dy, start, width));
                (part(0, units.0), part(units.0, units.1))
            }
            MergeMode::Sum => (dy.cloned(), dy.cloned()),
            MergeMode::Ave => {
                let half = dy.map(|dy| ops::scale(dy, 0.5));
                (half.clone(), half)
            }
            MergeMode::Mul => match (dy, factors) {
                (Some(dy), Some((y, reverse))) => {
                    (Some(ops::multiply(dy, &reverse)), Some(ops::multiply(dy, &y)))
                }
                _ => (None, None),
            },
            MergeMode::None => (gradients[0].clone(), gradients[1].clone()),
        }
    }
}
