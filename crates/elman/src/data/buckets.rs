//! Batches of sequences of nearly equal lengths.

use super::{Batch, BatchIterator, Dataset, Side};
use crate::random::Stream;
use crate::training::{Tensors, check_batch_size};
use crate::{Error, Float, Mask, Result, Shape, Tensor};

/// Sequences of any length in batches of similar ones, padded to the longest of the batch and
/// masked, so that little is computed in vain: TensorFlow's `bucket_by_sequence_length`.
///
/// A sequence belongs to the bucket between two boundaries that holds its length; a batch is of one
/// bucket. Sequences are taken in their order or, with [`shuffle`](Buckets::shuffle), in a new
/// one in each epoch; a bucket's batch comes when it is full, and what is left in the end.
///
/// Each sequence is `(time,)` or `(time, features)`; its target is the row of an array, or a
/// sequence as long as it is, which is padded likewise.
/// ```
/// use elman::data::{Buckets, Dataset};
/// let sequences = [5, 2, 6, 1].map(|time| ndarray::Array2::<f32>::ones((time, 3)));
/// let mut data = Buckets::new(&sequences, [4]).y(ndarray::array![[0.], [1.], [2.], [3.]])?.batch_size(2);
/// let mut shapes = Vec::new();
/// for batch in data.batches(0)? {
///     let x: Vec<elman::Tensor> = batch?.x.into();
///     shapes.push(x[0].shape().to_vec());
/// }
/// assert_eq!(shapes, [[2, 6, 3], [2, 2, 3]]);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Buckets {
    sequences: Vec<Tensor>,
    boundaries: Vec<usize>,
    targets: Targets,
    batch_size: usize,
    padding: Side,
    value: Float,
    seed: Option<u64>,
}

#[derive(Clone, Debug)]
enum Targets {
    None,
    Rows(Tensor),
    Sequences(Vec<Tensor>),
}

impl Buckets {
    /// Sequences and the lengths at which buckets begin: `[4, 8]` makes three, of lengths below 4,
    /// from 4 to 7, and from 8 on.
    pub fn new<S>(sequences: &[S], boundaries: impl Into<Vec<usize>>) -> Buckets
    where
        for<'s> &'s S: Into<Tensor>,
    {
        Buckets {
            sequences: sequences.iter().map(Into::into).collect(),
            boundaries: boundaries.into(),
            targets: Targets::None,
            batch_size: 32,
            padding: Side::Post,
            value: 0.0,
            seed: None,
        }
    }

    /// A target for each sequence: the rows of an array.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if there are not as many.
    pub fn y(mut self, rows: impl Into<Tensor>) -> Result<Buckets> {
        let rows = rows.into();
        if rows.shape().first() != Some(&self.sequences.len()) {
            let got = Shape::from(rows.shape()).to_string();
            return Err(self.mismatch("y", "a row for each", got));
        }
        self.targets = Targets::Rows(rows);
        Ok(self)
    }

    /// A target for each step of each sequence. What is padded doesn't count, since the mask goes
    /// on to the loss.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if there are not as many, or of other lengths.
    pub fn y_sequences<S>(mut self, sequences: &[S]) -> Result<Buckets>
    where
        for<'s> &'s S: Into<Tensor>,
    {
        let targets: Vec<Tensor> = sequences.iter().map(Into::into).collect();
        if targets.len() != self.sequences.len() {
            let got = targets.len().to_string();
            return Err(self.mismatch("y_sequences", "a sequence for each", got));
        }
        let pairs = self.sequences.iter().zip(&targets);
        let differs = |(x, y): (&Tensor, &Tensor)| x.shape().first() != y.shape().first();
        if let Some(i) = pairs.map(differs).position(|differs| differs) {
            let got = format!("{} for sequence {i}", Shape::from(targets[i].shape()));
            return Err(self.mismatch("y_sequences", "the same steps", got));
        }
        self.targets = Targets::Sequences(targets);
        Ok(self)
    }

    fn mismatch(&self, what: &str, expected: &str, got: String) -> Error {
        let expected = format!("{expected} of the {} sequences", self.sequences.len());
        Error::Mismatch { place: "Buckets".into(), what: what.into(), expected, got }
    }

    /// The number of sequences in a batch (32); the last of a bucket may have fewer.
    pub fn batch_size(mut self, batch_size: usize) -> Buckets {
        self.batch_size = batch_size;
        self
    }

    /// Where to pad (at the end).
    pub fn padding(mut self, padding: Side) -> Buckets {
        self.padding = padding;
        self
    }

    /// What to pad with (0). It changes no result, since it is masked.
    pub fn value(mut self, value: Float) -> Buckets {
        self.value = value;
        self
    }

    /// Takes the sequences in a new random order in each epoch.
    pub fn shuffle(mut self, seed: u64) -> Buckets {
        self.seed = Some(seed);
        self
    }

    fn length(&self, sequence: usize) -> usize {
        self.sequences[sequence].shape()[0]
    }

    fn check(&self) -> Result<()> {
        check_batch_size("Buckets", self.batch_size)?;
        if !self.boundaries.is_sorted_by(|a, b| a < b) || self.boundaries.first() == Some(&0) {
            return Err(Error::InvalidArgument {
                place: "Buckets".into(),
                argument: "boundaries",
                expected: "lengths above 0, each larger than the one before".into(),
                got: format!("{:?}", self.boundaries),
            });
        }
        let of_step = self.sequences.first().and_then(|sequence| sequence.shape().get(1..));
        for (i, sequence) in self.sequences.iter().enumerate() {
            let fits = sequence.shape().first().is_some_and(|length| *length > 0)
                && sequence.shape().get(1..) == of_step;
            if !fits {
                return Err(Error::Mismatch {
                    place: "Buckets".into(),
                    what: format!("sequence {i}"),
                    expected: "one step or more, each of the same shape".into(),
                    got: Shape::from(sequence.shape()).to_string(),
                });
            }
        }
        Ok(())
    }

    /// The sequences of each batch of an epoch.
    fn plan(&self, epoch: usize) -> Vec<Vec<usize>> {
        let count = self.sequences.len();
        let order = match self.seed {
            Some(seed) => Stream::new(seed, &format!("buckets@{epoch}")).permutation(count),
            None => (0..count).collect(),
        };
        let mut buckets = vec![Vec::new(); self.boundaries.len() + 1];
        let mut batches = Vec::new();
        for sequence in order {
            let length = self.length(sequence);
            let bucket = self.boundaries.partition_point(|boundary| *boundary <= length);
            buckets[bucket].push(sequence);
            if buckets[bucket].len() == self.batch_size {
                batches.push(std::mem::take(&mut buckets[bucket]));
            }
        }
        batches.extend(buckets.into_iter().filter(|bucket| !bucket.is_empty()));
        batches
    }

    /// Some sequences as one array, and which steps count.
    fn pad(&self, sequences: &[Tensor], chosen: &[usize]) -> Result<Tensor> {
        let time = chosen.iter().map(|i| self.length(*i)).max().unwrap_or(0);
        let of_step = &sequences[chosen[0]].shape()[1..];
        let step: usize = of_step.iter().product();
        let mut data = vec![self.value; chosen.len() * time * step];
        let mut used = vec![false; chosen.len() * time];
        for (row, i) in chosen.iter().enumerate() {
            let length = self.length(*i);
            let gap = if self.padding == Side::Pre { time - length } else { 0 };
            let start = row * time + gap;
            used[start..start + length].fill(true);
            let source = sequences[*i].data();
            data[start * step..(start + length) * step].copy_from_slice(source);
        }
        let shape: Vec<usize> = [&[chosen.len(), time], of_step].concat();
        Tensor::new(shape, data)?.with_mask(Mask::new([chosen.len(), time], used)?)
    }
}

impl Dataset for Buckets {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        self.check()?;
        let plan = self.plan(epoch);
        Ok(Box::new(plan.into_iter().map(|chosen| {
            let x = self.pad(&self.sequences, &chosen)?;
            let y: Tensors = match &self.targets {
                Targets::None => Tensors::default(),
                Targets::Rows(rows) => rows.select(&chosen).into(),
                Targets::Sequences(sequences) => {
                    self.pad(sequences, &chosen)?.replace_mask(None).into()
                }
            };
            Ok(Batch::new(x, y))
        })))
    }

    fn num_batches(&self) -> Option<usize> {
        // Buckets fill up alike in any order.
        self.check().ok().map(|()| self.plan(0).len())
    }

    fn identity(&self) -> Option<String> {
        let steps: usize = self.sequences.iter().map(|s| s.shape().first().unwrap_or(&0)).sum();
        let (count, size) = (self.sequences.len(), self.batch_size);
        let order = self.seed.map_or("in order".into(), |seed| format!("shuffled by {seed}"));
        let boundaries = &self.boundaries;
        Some(format!(
            "{count} sequences of {steps} steps, buckets at {boundaries:?}, {order}, with \
             batch_size {size}"
        ))
    }
}
