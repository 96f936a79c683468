//! Batches of rows.

use std::ops::Range;

use super::rows::describe;
use super::{Batch, BatchIterator, Dataset, IntoRows, Rows};
use crate::random::Stream;
use crate::training::{Tensors, check_batch_size};
use crate::{Error, Result, Tensor};

/// Batches of [`Rows`], in their order or shuffled anew in each epoch.
///
/// ```
/// use elman::data::{Dataset, NpyRows, RowDataset};
/// # let path = std::env::temp_dir().join(format!("elman-rows-{}.npy", std::process::id()));
/// # elman_files::npy::write(&path, &elman_files::Array::f32([5, 2], vec![0.5; 10])).unwrap();
/// let y = ndarray::Array2::<f32>::zeros((5, 1));
/// let mut data = RowDataset::new().x(NpyRows::open(&path)?).y(&y).batch_size(2);
/// assert_eq!(data.num_batches(), Some(3));
/// assert_eq!(data.batches(0)?.count(), 3);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
pub struct RowDataset {
    x: Vec<Box<dyn Rows>>,
    y: Vec<Box<dyn Rows>>,
    sample_weight: Vec<Box<dyn Rows>>,
    batch_size: usize,
    seed: Option<u64>,
    range: Option<Range<usize>>,
}

impl Default for RowDataset {
    fn default() -> Self {
        RowDataset::new()
    }
}

impl RowDataset {
    /// Batches of 32 in the order of the rows, of nothing yet.
    pub fn new() -> RowDataset {
        RowDataset {
            x: Vec::new(),
            y: Vec::new(),
            sample_weight: Vec::new(),
            batch_size: 32,
            seed: None,
            range: None,
        }
    }

    /// Adds the rows of an input.
    pub fn x(mut self, rows: impl IntoRows) -> RowDataset {
        self.x.push(rows.into_rows());
        self
    }

    /// Adds the rows of a target.
    pub fn y(mut self, rows: impl IntoRows) -> RowDataset {
        self.y.push(rows.into_rows());
        self
    }

    /// Adds the rows' weights: one for all outputs, or one for each.
    pub fn sample_weight(mut self, rows: impl IntoRows) -> RowDataset {
        self.sample_weight.push(rows.into_rows());
        self
    }

    /// The number of rows in a batch (32). The last batch of an epoch may have fewer.
    pub fn batch_size(mut self, batch_size: usize) -> RowDataset {
        self.batch_size = batch_size;
        self
    }

    /// Takes the rows in a new random order in each epoch: for a seed, in the one in which
    /// [`Model::fit`](crate::Model::fit) takes arrays with a model of that seed.
    pub fn shuffle(mut self, seed: u64) -> RowDataset {
        self.seed = Some(seed);
        self
    }

    /// Takes these rows alone, for example those that aren't kept for validation.
    pub fn range(mut self, range: Range<usize>) -> RowDataset {
        self.range = Some(range);
        self
    }

    /// The number of rows of an epoch.
    ///
    /// # Errors
    /// Arrays of different numbers of rows, or none; a range beyond them.
    pub fn num_rows(&self) -> Result<usize> {
        Ok(self.checked()?.len())
    }

    fn arrays(&self) -> impl Iterator<Item = (&'static str, &dyn Rows)> {
        let of = |name: &'static str, list| std::iter::repeat(name).zip(list);
        let all = of("x", &self.x).chain(of("y", &self.y));
        all.chain(of("sample_weight", &self.sample_weight)).map(|(name, rows)| (name, &**rows))
    }

    /// The rows to take, once it is sure that all arrays have them.
    fn checked(&self) -> Result<Range<usize>> {
        let refuse = |argument, expected: String, got: String| Error::InvalidArgument {
            place: "RowDataset".into(),
            argument,
            expected,
            got,
        };
        check_batch_size("RowDataset", self.batch_size)?;
        let Some(first) = self.x.first().map(|rows| rows.len()) else {
            return Err(refuse("x", "the rows of one input or more".into(), "none".into()));
        };
        if let Some((name, rows)) = self.arrays().find(|(_, rows)| rows.len() != first) {
            return Err(Error::Mismatch {
                place: "RowDataset".into(),
                what: name.into(),
                expected: format!("{first} rows, as many as the first input"),
                got: describe(rows),
            });
        }
        let range = self.range.clone().unwrap_or(0..first);
        if range.start > range.end || range.end > first {
            let expected = format!("within the {first} rows");
            return Err(refuse("range", expected, format!("{range:?}")));
        }
        Ok(range)
    }
}

impl Dataset for RowDataset {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        let range = self.checked()?;
        let (start, count, size) = (range.start, range.len(), self.batch_size);
        let order = self.seed.map(|seed| {
            // As `fit` does it.
            Stream::new(seed, &format!("shuffle@{epoch}")).permutation(count)
        });
        Ok(Box::new((0..count).step_by(size).map(move |first| {
            let last = count.min(first + size);
            let rows: Vec<usize> = match &order {
                Some(order) => order[first..last].iter().map(|row| start + row).collect(),
                None => (start + first..start + last).collect(),
            };
            let read = |list: &mut Vec<Box<dyn Rows>>| -> Result<Tensors> {
                let arrays = list.iter_mut().map(|array| array.read(&rows));
                Ok(arrays.collect::<Result<Vec<Tensor>>>()?.into())
            };
            let batch = Batch::new(read(&mut self.x)?, read(&mut self.y)?);
            Ok(match self.sample_weight.is_empty() {
                true => batch,
                false => batch.sample_weight(read(&mut self.sample_weight)?),
            })
        })))
    }

    fn num_batches(&self) -> Option<usize> {
        self.checked().ok().map(|range| range.len().div_ceil(self.batch_size))
    }

    fn identity(&self) -> Option<String> {
        let arrays: Vec<String> =
            self.arrays().map(|(name, rows)| format!("{name} {}", describe(rows))).collect();
        let order = match self.seed {
            Some(seed) => format!("shuffled by {seed}"),
            None => "in order".into(),
        };
        let range = self.range.as_ref().map(|range| format!(", rows {range:?}"));
        let (arrays, range) = (arrays.join(", "), range.unwrap_or_default());
        Some(format!("{arrays}{range}, {order}, with batch_size {}", self.batch_size))
    }
}
