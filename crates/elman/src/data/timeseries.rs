//! Windows of a series.

use super::{RowDataset, Rows};
use crate::{Error, Result, Tensor};

/// Windows of a series, with targets: Keras's `timeseries_dataset_from_array`.
///
/// `data` is `(time, …)`. Window `i` starts at step `i * sequence_stride` of what `start_index` and
/// `end_index` leave, and has `sequence_length` steps, each `sampling_rate` after the one before.
/// Its target is the row of `targets` at the step where the window starts: to predict a later value,
/// shift them. [`Timeseries::build`] makes the data set.
///
/// The windows are Keras's, exactly. With `shuffle`, their order is not: it is that of
/// [`RowDataset::shuffle`], new in each epoch, and over all windows, where Keras shuffles once and
/// then within some batches.
///
/// ```
/// use elman::data::{Dataset, timeseries_dataset_from_array};
/// let series = ndarray::Array1::from_iter((0..10).map(|i| i as f32));
/// // Three steps, to predict the next.
/// let (data, targets) = (series.slice(ndarray::s![..-3]), series.slice(ndarray::s![3..]));
/// let mut windows = timeseries_dataset_from_array(&data, 3).targets(&targets).build()?;
/// let first = windows.batches(0)?.next().unwrap()?;
/// let (x, y): (Vec<_>, Vec<_>) = (first.x.into(), first.y.into());
/// assert_eq!(x[0].shape(), [5, 3]);
/// assert_eq!(x[0].data()[3..6], [1., 2., 3.]);
/// assert_eq!(y[0].data()[1], 4.);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.utils.timeseries_dataset_from_array")]
pub fn timeseries_dataset_from_array(
    data: impl Into<Tensor>,
    sequence_length: usize,
) -> Timeseries {
    Timeseries {
        data: data.into(),
        targets: None,
        sequence_length,
        sequence_stride: 1,
        sampling_rate: 1,
        batch_size: 128,
        shuffle: false,
        seed: None,
        start_index: 0,
        end_index: None,
    }
}

/// The arguments of [`timeseries_dataset_from_array`], with Keras's defaults.
#[derive(Clone, Debug)]
pub struct Timeseries {
    data: Tensor,
    targets: Option<Tensor>,
    sequence_length: usize,
    sequence_stride: usize,
    sampling_rate: usize,
    batch_size: usize,
    shuffle: bool,
    seed: Option<u64>,
    start_index: usize,
    end_index: Option<usize>,
}

impl Timeseries {
    /// What belongs to the window that starts at each step (none).
    pub fn targets(mut self, targets: impl Into<Tensor>) -> Timeseries {
        self.targets = Some(targets.into());
        self
    }

    /// How many steps lie between the starts of two windows (1).
    pub fn sequence_stride(mut self, sequence_stride: usize) -> Timeseries {
        self.sequence_stride = sequence_stride;
        self
    }

    /// How many steps of the series a step of a window takes (1).
    pub fn sampling_rate(mut self, sampling_rate: usize) -> Timeseries {
        self.sampling_rate = sampling_rate;
        self
    }

    /// The number of windows in a batch (128). Keras's `None` gives windows without a batch, which
    /// no model takes.
    pub fn batch_size(mut self, batch_size: usize) -> Timeseries {
        self.batch_size = batch_size;
        self
    }

    /// Whether to take the windows in a random order, new in each epoch (false).
    pub fn shuffle(mut self, shuffle: bool) -> Timeseries {
        self.shuffle = shuffle;
        self
    }

    /// The seed of that order (a random one).
    pub fn seed(mut self, seed: u64) -> Timeseries {
        self.seed = Some(seed);
        self
    }

    /// The first step to use (0).
    pub fn start_index(mut self, start_index: usize) -> Timeseries {
        self.start_index = start_index;
        self
    }

    /// The step before which to end (that after the last).
    pub fn end_index(mut self, end_index: usize) -> Timeseries {
        self.end_index = Some(end_index);
        self
    }

    /// The data set. As in Keras, it has no batch if the series is shorter than a window.
    ///
    /// # Errors
    /// What Keras refuses: indices, strides and rates out of range; targets that end before the
    /// windows do; and a `sequence_length` or `batch_size` of 0.
    pub fn build(self) -> Result<RowDataset> {
        let length = self.data.shape().first().copied().unwrap_or(0);
        let check = |ok: bool, argument: &'static str, expected: String, got: usize| match ok {
            true => Ok(()),
            false => Err(Error::InvalidArgument {
                place: "timeseries_dataset_from_array".into(),
                argument,
                expected,
                got: got.to_string(),
            }),
        };
        let (start, end) = (self.start_index, self.end_index.unwrap_or(length));
        let below = format!("lower than the length of the data, {length}");
        let inside = format!("1 or more and {below}");
        check(start == 0 || start < length, "start_index", below.clone(), start)?;
        if let Some(end) = self.end_index {
            let expected = format!("above start_index, {start}, and {below}");
            check(end > start && end < length, "end_index", expected, end)?;
        }
        let within = |number| (1..length).contains(&number);
        check(within(self.sampling_rate), "sampling_rate", inside.clone(), self.sampling_rate)?;
        check(within(self.sequence_stride), "sequence_stride", inside, self.sequence_stride)?;
        check(self.sequence_length > 0, "sequence_length", "1 or more".into(), 0)?;
        check(self.batch_size > 0, "batch_size", "1 or more".into(), 0)?;
        let span = (self.sequence_length - 1).saturating_mul(self.sampling_rate);
        let mut starts = (end - start).saturating_sub(span);
        if let Some(targets) = &self.targets {
            starts = starts.min(targets.shape().first().copied().unwrap_or(0));
        }
        let firsts: Vec<usize> =
            (0..starts).step_by(self.sequence_stride).map(|first| start + first).collect();
        let mut dataset = RowDataset::new().batch_size(self.batch_size);
        if self.shuffle {
            dataset = dataset.shuffle(self.seed.unwrap_or_else(crate::random::entropy));
        }
        if let Some(targets) = self.targets {
            let rows = targets.shape().first().copied().unwrap_or(0);
            if let Some(last) = firsts.last().filter(|last| **last >= rows) {
                return Err(Error::Mismatch {
                    place: "timeseries_dataset_from_array".into(),
                    what: "targets".into(),
                    expected: format!("{} rows or more, for the last window", last + 1),
                    got: crate::Shape::from(targets.shape()).to_string(),
                });
            }
            dataset = dataset.y(Picked { data: targets, rows: firsts.clone() });
        }
        let (length, rate) = (self.sequence_length, self.sampling_rate);
        Ok(dataset.x(Windows { data: self.data, firsts, length, rate }))
    }
}

/// Windows as rows, cut when they are read.
struct Windows {
    data: Tensor,
    firsts: Vec<usize>,
    length: usize,
    rate: usize,
}

impl Rows for Windows {
    fn len(&self) -> usize {
        self.firsts.len()
    }

    fn shape(&self) -> Vec<usize> {
        [&[self.length], &self.data.shape()[1..]].concat()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        let steps = (0..self.length).map(|step| step * self.rate);
        let steps: Vec<usize> = rows
            .iter()
            .flat_map(|row| steps.clone().map(|step| self.firsts[*row] + step))
            .collect();
        let shape: Vec<usize> = [&[rows.len()], &self.shape()[..]].concat();
        self.data.select(&steps).reshape(shape)
    }
}

/// Some rows of an array.
struct Picked {
    data: Tensor,
    rows: Vec<usize>,
}

impl Rows for Picked {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn shape(&self) -> Vec<usize> {
        self.data.shape()[1..].to_vec()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        let rows: Vec<usize> = rows.iter().map(|row| self.rows[*row]).collect();
        Ok(self.data.select(&rows))
    }
}
