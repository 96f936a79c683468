//! After which epochs a training evaluates.

use super::fit_dataset::invalid;
use crate::Result;

/// After which epochs a training evaluates its data for validation: Keras's `validation_freq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValidationFreq {
    /// After every so many epochs.
    Every(usize),
    /// After these, counted from 1.
    Epochs(Vec<usize>),
}

impl Default for ValidationFreq {
    fn default() -> ValidationFreq {
        ValidationFreq::Every(1)
    }
}

impl From<usize> for ValidationFreq {
    fn from(epochs: usize) -> ValidationFreq {
        ValidationFreq::Every(epochs)
    }
}

impl From<Vec<usize>> for ValidationFreq {
    fn from(epochs: Vec<usize>) -> ValidationFreq {
        ValidationFreq::Epochs(epochs)
    }
}

impl<const N: usize> From<[usize; N]> for ValidationFreq {
    fn from(epochs: [usize; N]) -> ValidationFreq {
        ValidationFreq::Epochs(epochs.into())
    }
}

impl ValidationFreq {
    pub(super) fn check(&self) -> Result<()> {
        match self {
            ValidationFreq::Every(0) => {
                Err(invalid("validation_freq", "1 or more, or a list".into(), "0".into()))
            }
            _ => Ok(()),
        }
    }

    /// Whether an epoch, counted from 0, is one of them.
    pub(super) fn is_due(&self, epoch: usize) -> bool {
        match self {
            ValidationFreq::Every(epochs) => (epoch + 1).is_multiple_of(*epochs),
            ValidationFreq::Epochs(epochs) => epochs.contains(&(epoch + 1)),
        }
    }
}
