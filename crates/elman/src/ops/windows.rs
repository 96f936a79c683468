//! The windows that a convolution or a pooling looks through.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Tensor;

/// What a convolution or a pooling does at the ends of an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Padding {
    /// Windows lie within the axis, which so gets shorter.
    #[default]
    Valid,
    /// Zeros stand before and behind, such that with strides of 1 the axis keeps its length.
    Same,
    /// As many zeros stand before, and none behind: no window sees the future. `Conv1D` alone
    /// has this.
    Causal,
}

impl TryFrom<String> for Padding {
    type Error = String;

    fn try_from(name: String) -> Result<Padding, String> {
        // In whatever case, as in Keras.
        match name.to_lowercase().as_str() {
            "valid" => Ok(Padding::Valid),
            "same" => Ok(Padding::Same),
            "causal" => Ok(Padding::Causal),
            _ => Err(format!("padding must be valid, same or causal, got {name}")),
        }
    }
}

/// The windows over the axes between batch and channels.
///
/// A convolution is the product of the windows, as rows, with a kernel
/// `(window…, channels, filters)`, as a matrix. The gradient of the input is that of the windows,
/// put back.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// The size of a window along each axis.
    pub size: Vec<usize>,
    /// The distance between windows along each axis.
    pub strides: Vec<usize>,
    /// The distance between the entries of a window along each axis.
    pub dilation: Vec<usize>,
    /// What is beyond the ends. Without, windows lie within the axes; else one starts at every
    /// stride.
    pub padding: Padding,
}

impl Windows {
    /// How many windows there are along each axis; none if one fits nowhere.
    pub fn count(&self, space: &[usize]) -> Option<Vec<usize>> {
        let along = |(axis, length): (usize, &usize)| match self.padding {
            Padding::Same | Padding::Causal => Some(length.div_ceil(self.strides[axis])),
            Padding::Valid => Some(length.checked_sub(self.extent(axis))? / self.strides[axis] + 1),
        };
        space.iter().enumerate().map(along).collect()
    }

    /// The length of axis that a window covers.
    pub fn extent(&self, axis: usize) -> usize {
        (self.size[axis] - 1).saturating_mul(self.dilation[axis]).saturating_add(1)
    }

    /// How many zeros stand before an axis. As in TensorFlow, an odd one stands behind.
    fn zeros_before(&self, axis: usize, length: usize) -> usize {
        match self.padding {
            Padding::Valid => 0,
            Padding::Causal => self.extent(axis) - 1,
            Padding::Same => {
                let last = (length.div_ceil(self.strides[axis]).max(1) - 1) * self.strides[axis];
                last.saturating_add(self.extent(axis)).saturating_sub(length) / 2
            }
        }
    }

    /// The positions along an axis from the first that window `number` covers to its last.
    pub fn covered(&self, axis: usize, number: usize, length: usize) -> Range<usize> {
        let (start, before) = (number * self.strides[axis], self.zeros_before(axis, length));
        let end = start.saturating_add(self.extent(axis)).saturating_sub(before);
        start.saturating_sub(before)..end.min(length)
    }

    /// For every entry of every window, window by window, the position in the space that it shows,
    /// if that is no padding.
    fn positions(&self, space: &[usize]) -> Vec<Option<usize>> {
        let windows = self.count(space).unwrap_or_default();
        // Along each axis, for each window and each entry.
        let along: Vec<Vec<Option<usize>>> = (0..windows.len())
            .map(|axis| {
                let (length, before) = (space[axis], self.zeros_before(axis, space[axis]));
                let at = |i: usize| {
                    let (window, entry) = (i / self.size[axis], i % self.size[axis]);
                    let at = window * self.strides[axis] + entry * self.dilation[axis];
                    at.checked_sub(before).filter(|at| *at < length)
                };
                (0..windows[axis] * self.size[axis]).map(at).collect()
            })
            .collect();
        let entries: usize = self.size.iter().product();
        let position = |number: usize| {
            let (mut window, mut entry) = (number / entries, number % entries);
            let (mut at, mut stride) = (Some(0), 1);
            for axis in (0..space.len()).rev() {
                let i = window % windows[axis] * self.size[axis] + entry % self.size[axis];
                at = at.zip(along[axis][i]).map(|(at, along)| at + along * stride);
                stride *= space[axis];
                window /= windows[axis];
                entry /= self.size[axis];
            }
            at
        };
        (0..windows.iter().product::<usize>() * entries).map(position).collect()
    }

    /// All windows over `x (batch, space…, channels)`, one in each row: `(rows, window * channels)`,
    /// zero where they show padding.
    pub fn of(&self, x: &Tensor) -> Tensor {
        let (space, channels) = (&x.shape()[1..x.ndim() - 1], x.width());
        let positions = self.positions(space);
        let row: usize = self.size.iter().product::<usize>() * channels;
        let sample: usize = x.shape()[1..].iter().product();
        let values = positions.len() * channels;
        let mut y = Tensor::zeros([x.shape()[0] * values / row.max(1), row]);
        let samples = x.data().chunks_exact(sample.max(1));
        for (x, y) in samples.zip(y.data_mut().chunks_exact_mut(values.max(1))) {
            for (number, at) in positions.iter().enumerate() {
                let Some(at) = at else { continue };
                y[number * channels..][..channels].copy_from_slice(&x[at * channels..][..channels]);
            }
        }
        y
    }

    /// The gradient of `x`, which has that shape, in [`Windows::of`] from that of the windows.
    pub fn backward(&self, windows: &Tensor, shape: &[usize]) -> Tensor {
        let (space, channels) = (&shape[1..shape.len() - 1], shape[shape.len() - 1]);
        let positions = self.positions(space);
        let mut dx = Tensor::zeros(shape);
        let sample: usize = shape[1..].iter().product();
        let values = (positions.len() * channels).max(1);
        let samples = dx.data_mut().chunks_exact_mut(sample.max(1));
        for (dx, windows) in samples.zip(windows.data().chunks_exact(values)) {
            for (number, at) in positions.iter().enumerate() {
                let Some(at) = at else { continue };
                let from = &windows[number * channels..][..channels];
                dx[at * channels..][..channels].iter_mut().zip(from).for_each(|(x, d)| *x += d);
            }
        }
        dx
    }
}

#[cfg(test)]
mod tests {
    use super::Padding::{Causal, Same, Valid};
    use super::*;

    /// One axis written out by hand: the positions that each window shows, -1 for padding.
    #[test]
    fn windows_show_what_keras_convolves() {
        let case = |size, stride, dilation, padding, length: usize| {
            let windows = Windows {
                size: vec![size],
                strides: vec![stride],
                dilation: vec![dilation],
                padding,
            };
            let x: Vec<crate::Float> = (1..=length).map(|v| v as crate::Float).collect();
            let x = Tensor::from_parts([1, length, 1], x);
            let rows = windows.of(&x);
            let shown = |row: &[crate::Float]| row.iter().map(|v| *v as i32 - 1).collect();
            rows.data().chunks(size).map(shown).collect::<Vec<Vec<i32>>>()
        };
        assert_eq!(case(2, 1, 1, Valid, 4), [[0, 1], [1, 2], [2, 3]]);
        assert_eq!(case(2, 2, 1, Valid, 5), [[0, 1], [2, 3]]);
        assert_eq!(case(2, 1, 2, Valid, 4), [[0, 2], [1, 3]]);
        assert_eq!(case(3, 1, 1, Same, 3), [[-1, 0, 1], [0, 1, 2], [1, 2, -1]]);
        // An even window reaches further to the end.
        assert_eq!(case(2, 1, 1, Same, 3), [[0, 1], [1, 2], [2, -1]]);
        assert_eq!(case(3, 2, 1, Same, 4), [[0, 1, 2], [2, 3, -1]]);
        assert_eq!(case(2, 1, 2, Same, 3), [[-1, 1], [0, 2], [1, -1]]);
        assert_eq!(case(3, 1, 2, Causal, 3), [[-1, -1, 0], [-1, -1, 1], [-1, 0, 2]]);
        assert_eq!(case(3, 3, 1, Causal, 4), [[-1, -1, 0], [1, 2, 3]]);
        let wide = Windows { size: vec![3], strides: vec![1], dilation: vec![1], padding: Valid };
        assert_eq!(wide.count(&[2]), None);
        let same = Windows { strides: vec![2], padding: Same, ..wide };
        assert_eq!([0, 1].map(|number| same.covered(0, number, 4)), [0..3, 2..4]);
        assert_eq!([0, 1, 2].map(|number| same.covered(0, number, 5)), [0..2, 1..4, 3..5]);
    }

    /// Windows and their gradient are transposes of each other.
    #[test]
    fn backward_is_the_transpose() {
        for padding in [Valid, Same, Causal] {
            for (strides, dilation) in [([1, 2], [1, 1]), ([1, 1], [2, 1])] {
                let windows = Windows {
                    size: vec![2, 3],
                    strides: strides.to_vec(),
                    dilation: dilation.to_vec(),
                    padding,
                };
                let shape = [2, 4, 5, 3];
                let mut stream = crate::random::Stream::new(1, "x");
                let mut noise = |shape: &[usize]| {
                    let len = shape.iter().product();
                    let values = (0..len).map(|_| stream.normal() as crate::Float).collect();
                    Tensor::from_parts(shape, values)
                };
                let x = noise(&shape);
                let y = windows.of(&x);
                let d = noise(y.shape());
                let dx = windows.backward(&d, &shape);
                let dot = |a: &Tensor, b: &Tensor| {
                    a.data().iter().zip(b.data()).map(|(a, b)| a * b).sum::<crate::Float>()
                };
                assert!((dot(&y, &d) - dot(&x, &dx)).abs() < 1e-3);
            }
        }
    }
}
