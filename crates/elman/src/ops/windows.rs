//! The windows that a convolution looks through.

use crate::Tensor;

/// The windows of a convolution over the axes between batch and channels.
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
    /// Whether the axes are padded with zeros, so that a window starts at every stride: Keras's
    /// `same`. Otherwise windows lie within the axes: `valid`.
    pub padded: bool,
}

impl Windows {
    /// How many windows there are along each axis; none if one fits nowhere.
    pub fn count(&self, space: &[usize]) -> Option<Vec<usize>> {
        let along = |(axis, length): (usize, &usize)| match self.padded {
            true => Some(length.div_ceil(self.strides[axis])),
            false => Some(length.checked_sub(self.extent(axis))? / self.strides[axis] + 1),
        };
        space.iter().enumerate().map(along).collect()
    }

    /// The length of axis that a window covers.
    fn extent(&self, axis: usize) -> usize {
        (self.size[axis] - 1).saturating_mul(self.dilation[axis]).saturating_add(1)
    }

    /// How many zeros stand before an axis. As in TensorFlow, an odd one stands behind.
    fn padding(&self, axis: usize, length: usize) -> usize {
        if !self.padded {
            return 0;
        }
        let last = (length.div_ceil(self.strides[axis]).max(1) - 1) * self.strides[axis];
        last.saturating_add(self.extent(axis)).saturating_sub(length) / 2
    }

    /// Calls `visit` with every entry of every window: its number, counting window by window, and
    /// the position in the space that it shows, if that is no padding.
    fn for_each(&self, space: &[usize], mut visit: impl FnMut(usize, Option<usize>)) {
        let windows = self.count(space).unwrap_or_default();
        // Along each axis, for each window and each entry, the position.
        let positions: Vec<Vec<Option<usize>>> = (0..space.len())
            .map(|axis| {
                let (length, padding) = (space[axis], self.padding(axis, space[axis]));
                let at = |i: usize| {
                    let (window, entry) = (i / self.size[axis], i % self.size[axis]);
                    let at = window * self.strides[axis] + entry * self.dilation[axis];
                    at.checked_sub(padding).filter(|at| *at < length)
                };
                (0..windows[axis] * self.size[axis]).map(at).collect()
            })
            .collect();
        let entries: usize = self.size.iter().product();
        for number in 0..windows.iter().product::<usize>() * entries {
            let (mut window, mut entry) = (number / entries, number % entries);
            let (mut at, mut stride) = (Some(0), 1);
            for axis in (0..space.len()).rev() {
                let i = window % windows[axis] * self.size[axis] + entry % self.size[axis];
                at = at.zip(positions[axis][i]).map(|(at, along)| at + along * stride);
                stride *= space[axis];
                window /= windows[axis];
                entry /= self.size[axis];
            }
            visit(number, at);
        }
    }

    /// All windows over `x (batch, space…, channels)`, one in each row: `(rows, window * channels)`,
    /// zero where they show padding.
    pub fn of(&self, x: &Tensor) -> Tensor {
        let (space, channels) = (&x.shape()[1..x.ndim() - 1], x.width());
        let windows: usize = self.count(space).unwrap_or_default().iter().product();
        let row: usize = self.size.iter().product::<usize>() * channels;
        let mut y = Tensor::zeros([x.shape()[0] * windows, row]);
        let sample: usize = x.shape()[1..].iter().product();
        let samples = x.data().chunks_exact(sample.max(1));
        let rows = y.data_mut().chunks_exact_mut((windows * row).max(1));
        for (x, y) in samples.zip(rows) {
            self.for_each(space, |number, at| {
                let Some(at) = at else { return };
                y[number * channels..][..channels].copy_from_slice(&x[at * channels..][..channels]);
            });
        }
        y
    }

    /// The gradient of `x`, which has that shape, in [`Windows::of`] from that of the windows.
    pub fn backward(&self, windows: &Tensor, shape: &[usize]) -> Tensor {
        let (space, channels) = (&shape[1..shape.len() - 1], shape[shape.len() - 1]);
        let mut dx = Tensor::zeros(shape);
        let sample: usize = shape[1..].iter().product();
        let rows = windows.len() / shape[0].max(1);
        let samples = dx.data_mut().chunks_exact_mut(sample.max(1));
        for (dx, windows) in samples.zip(windows.data().chunks_exact(rows.max(1))) {
            self.for_each(space, |number, at| {
                let Some(at) = at else { return };
                let from = &windows[number * channels..][..channels];
                dx[at * channels..][..channels].iter_mut().zip(from).for_each(|(x, d)| *x += d);
            });
        }
        dx
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One axis written out by hand: the positions that each window shows, -1 for padding.
    #[test]
    fn windows_show_what_keras_convolves() {
        let case = |size, stride, dilation, padded, length: usize| {
            let windows = Windows {
                size: vec![size],
                strides: vec![stride],
                dilation: vec![dilation],
                padded,
            };
            let x: Vec<crate::Float> = (1..=length).map(|v| v as crate::Float).collect();
            let x = Tensor::from_parts([1, length, 1], x);
            let rows = windows.of(&x);
            let shown = |row: &[crate::Float]| row.iter().map(|v| *v as i32 - 1).collect();
            rows.data().chunks(size).map(shown).collect::<Vec<Vec<i32>>>()
        };
        assert_eq!(case(2, 1, 1, false, 4), [[0, 1], [1, 2], [2, 3]]);
        assert_eq!(case(2, 2, 1, false, 5), [[0, 1], [2, 3]]);
        assert_eq!(case(2, 1, 2, false, 4), [[0, 2], [1, 3]]);
        assert_eq!(case(3, 1, 1, true, 3), [[-1, 0, 1], [0, 1, 2], [1, 2, -1]]);
        // An even window reaches further to the end.
        assert_eq!(case(2, 1, 1, true, 3), [[0, 1], [1, 2], [2, -1]]);
        assert_eq!(case(3, 2, 1, true, 4), [[0, 1, 2], [2, 3, -1]]);
        assert_eq!(case(2, 1, 2, true, 3), [[-1, 1], [0, 2], [1, -1]]);
        let wide = Windows { size: vec![3], strides: vec![1], dilation: vec![1], padded: false };
        assert_eq!(wide.count(&[2]), None);
    }

    /// Windows and their gradient are transposes of each other.
    #[test]
    fn backward_is_the_transpose() {
        for padded in [false, true] {
            for (strides, dilation) in [([1, 2], [1, 1]), ([1, 1], [2, 1])] {
                let windows = Windows {
                    size: vec![2, 3],
                    strides: strides.to_vec(),
                    dilation: dilation.to_vec(),
                    padded,
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
