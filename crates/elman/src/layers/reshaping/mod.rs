//! Layers that put values elsewhere and compute nothing.
//!
//! As in Keras none of them passes a mask on: its steps would be others.

mod cropping1d;
mod permute;
mod repeat_vector;
mod reshape;
mod up_sampling1d;
mod zero_padding1d;

use serde::{Deserialize, Serialize};

use crate::Tensor;

pub use cropping1d::Cropping1d;
pub use permute::Permute;
pub use repeat_vector::RepeatVector;
pub use reshape::Reshape;
pub use up_sampling1d::UpSampling1d;
pub use zero_padding1d::ZeroPadding1d;

/// A number of steps at the beginning and at the end: `(2, 3)`, or `2` for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "(usize, usize)")]
pub struct Ends {
    /// Steps at the beginning.
    pub start: usize,
    /// Steps at the end.
    pub end: usize,
}

/// The two ways in which a configuration may hold [`Ends`].
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Both(usize),
    Each(usize, usize),
}

impl From<Written> for Ends {
    fn from(written: Written) -> Ends {
        match written {
            Written::Both(both) => both.into(),
            Written::Each(start, end) => (start, end).into(),
        }
    }
}

impl From<usize> for Ends {
    fn from(both: usize) -> Ends {
        Ends { start: both, end: both }
    }
}

impl From<(usize, usize)> for Ends {
    fn from((start, end): (usize, usize)) -> Ends {
        Ends { start, end }
    }
}

impl From<Ends> for (usize, usize) {
    fn from(ends: Ends) -> (usize, usize) {
        (ends.start, ends.end)
    }
}

impl Ends {
    fn sum(self) -> usize {
        self.start.saturating_add(self.end)
    }

    /// `(batch, time, features)` with steps of zeros added at both ends.
    fn pad(self, x: &Tensor) -> Tensor {
        let width = x.width();
        let (batch, time) = (x.shape()[0], x.shape()[1]);
        let mut y = Tensor::zeros([batch, self.start + time + self.end, width]);
        let longer = ((self.start + time + self.end) * width).max(1);
        let samples = x.data().chunks_exact((time * width).max(1));
        for (to, from) in y.data_mut().chunks_exact_mut(longer).zip(samples) {
            to[self.start * width..(self.start + time) * width].copy_from_slice(from);
        }
        y
    }

    /// `(batch, time, features)` without the steps at both ends, of which there must be enough.
    fn crop(self, x: &Tensor) -> Tensor {
        let width = x.width();
        let (batch, time) = (x.shape()[0], x.shape()[1]);
        let left = time - self.sum();
        let mut data = Vec::with_capacity(batch * left * width);
        for sample in x.data().chunks_exact((time * width).max(1)) {
            data.extend_from_slice(&sample[self.start * width..(self.start + left) * width]);
        }
        Tensor::from_parts([batch, left, width], data)
    }
}
