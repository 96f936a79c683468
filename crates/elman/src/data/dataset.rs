//! What gives batches.

use super::Batch;
use crate::Result;

/// The batches of an epoch.
pub type BatchIterator<'d> = Box<dyn Iterator<Item = Result<Batch>> + 'd>;

/// Something that gives batches, epoch by epoch.
///
/// A data set of one's own, which need not fit into memory:
/// ```
/// use elman::data::{Batch, BatchIterator, Dataset};
/// use elman::prelude::*;
///
/// struct Sums;
///
/// impl Dataset for Sums {
///     fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>, elman::Error> {
///         Ok(Box::new((0..10).map(move |i| {
///             let x = ndarray::Array2::from_shape_fn((4, 2), |(r, c)| (epoch + i + r + c) as f32);
///             let y = x.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
///             Ok(Batch::new(x, y))
///         })))
///     }
///
///     fn num_batches(&self) -> Option<usize> {
///         Some(10)
///     }
/// }
///
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([2]))?;
/// model.compile(Adam::new(0.01), "mse", &[])?;
/// model.fit_dataset(Sums, Fit::new().epochs(2).verbose(Verbose::Silent))?;
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.utils.PyDataset")]
pub trait Dataset {
    /// The batches of an epoch, counted from 0. A validation always takes those of epoch 0.
    ///
    /// # Errors
    /// Whatever keeps the batches from being made, here or in the iterator; it ends the training.
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>>;

    /// The number of batches in an epoch, where it is known before they are made.
    fn num_batches(&self) -> Option<usize> {
        None
    }

    /// Words that tell this data set from others, if asking for the batches of an epoch once more
    /// gives the same batches. Only then can a training be taken up from a backup, which compares
    /// the words.
    fn identity(&self) -> Option<String> {
        None
    }
}

impl<D: Dataset + ?Sized> Dataset for &mut D {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        (**self).batches(epoch)
    }

    fn num_batches(&self) -> Option<usize> {
        (**self).num_batches()
    }

    fn identity(&self) -> Option<String> {
        (**self).identity()
    }
}

impl<D: Dataset + ?Sized> Dataset for Box<D> {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        (**self).batches(epoch)
    }

    fn num_batches(&self) -> Option<usize> {
        (**self).num_batches()
    }

    fn identity(&self) -> Option<String> {
        (**self).identity()
    }
}
