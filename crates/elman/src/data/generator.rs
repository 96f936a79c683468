//! Batches of iterators.

use super::{Batch, BatchIterator, Dataset};
use crate::Result;

/// The batches of an iterator, Keras's generator: an epoch goes on where the one before ended, so
/// [`Fit::steps_per_epoch`](crate::training::Fit::steps_per_epoch) says how long it is. A training
/// on it can't be taken up from a backup, since what an iterator gave it doesn't give again.
///
/// ```
/// use elman::data::{Batch, generate};
/// use elman::prelude::*;
/// let endless = (0..).map(|i| {
///     let x = ndarray::Array2::from_elem((4, 1), (i % 5) as f32);
///     Ok(Batch::new(&x, &x * 2.0))
/// });
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile("sgd", "mse", &[])?;
/// let fit = Fit::new().epochs(2).steps_per_epoch(10).verbose(Verbose::Silent);
/// model.fit_dataset(generate(endless), fit)?;
/// # Ok::<(), elman::Error>(())
/// ```
pub fn generate<I: Iterator<Item = Result<Batch>>>(batches: I) -> Generator<I> {
    Generator(batches)
}

/// See [`generate`].
#[derive(Clone, Debug)]
pub struct Generator<I>(I);

impl<I: Iterator<Item = Result<Batch>>> Dataset for Generator<I> {
    fn batches(&mut self, _epoch: usize) -> Result<BatchIterator<'_>> {
        Ok(Box::new(self.0.by_ref()))
    }
}

/// The batches of an iterator that is made anew for each epoch, by a function of the epoch's number.
///
/// ```
/// use elman::data::{Batch, Dataset, from_fn};
/// let mut data = from_fn(|epoch| {
///     Ok((0..3).map(move |i| {
///         let x = ndarray::Array2::from_elem((4, 1), (epoch + i) as f32);
///         Ok(Batch::new(&x, &x))
///     }))
/// });
/// assert_eq!(data.batches(0)?.count(), 3);
/// assert_eq!(data.batches(1)?.count(), 3);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn from_fn<F, I>(make: F) -> FromFn<F>
where
    F: FnMut(usize) -> Result<I>,
    I: Iterator<Item = Result<Batch>>,
{
    FromFn { make, identity: None }
}

/// See [`from_fn`].
#[derive(Clone, Debug)]
pub struct FromFn<F> {
    make: F,
    identity: Option<String>,
}

impl<F> FromFn<F> {
    /// Says that the function gives the same batches whenever it is asked for those of an epoch, and
    /// what tells them from others: see [`Dataset::identity`].
    pub fn identity(mut self, words: impl Into<String>) -> FromFn<F> {
        self.identity = Some(words.into());
        self
    }
}

impl<F, I> Dataset for FromFn<F>
where
    F: FnMut(usize) -> Result<I>,
    I: Iterator<Item = Result<Batch>> + 'static,
{
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        Ok(Box::new((self.make)(epoch)?))
    }

    fn identity(&self) -> Option<String> {
        self.identity.clone()
    }
}
