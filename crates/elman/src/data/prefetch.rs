//! Batches made ahead, on a thread.

use std::any::Any;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::{Batch, BatchIterator, Dataset};
use crate::{Error, Result};

/// A data set whose next batches are made on a thread of their own while the model computes: the
/// same batches in the same order.
///
/// An error of the data set is one of this, and a panic in it becomes an error. When the batches are
/// dropped, the thread ends with the one that it is making.
///
/// ```
/// use elman::data::{Dataset, Prefetch, RowDataset};
/// let x = ndarray::Array2::<f32>::zeros((100, 3));
/// let mut data = Prefetch::new(RowDataset::new().x(&x), 2);
/// assert_eq!(data.batches(0)?.count(), 4);
/// # Ok::<(), elman::Error>(())
/// ```
pub struct Prefetch<D> {
    /// Away while a thread makes batches; gone for good if it panicked.
    dataset: Option<D>,
    ahead: usize,
    num_batches: Option<usize>,
    identity: Option<String>,
}

impl<D: Dataset + Send + 'static> Prefetch<D> {
    /// Makes so many batches ahead, one at least.
    pub fn new(dataset: D, ahead: usize) -> Prefetch<D> {
        let (num_batches, identity) = (dataset.num_batches(), dataset.identity());
        Prefetch { dataset: Some(dataset), ahead: ahead.max(1), num_batches, identity }
    }
}

impl<D: Dataset + Send + 'static> Dataset for Prefetch<D> {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        let Some(mut dataset) = self.dataset.take() else {
            return Err(failed("the data set panicked before"));
        };
        // One waits in the sender's hands beside those in the channel.
        let (sender, receiver) = sync_channel(self.ahead - 1);
        let work = move || {
            match dataset.batches(epoch) {
                Ok(batches) => {
                    for batch in batches {
                        let is_last = batch.is_err();
                        // Nobody waits for it any more, or for one after an error.
                        if sender.send(batch).is_err() || is_last {
                            break;
                        }
                    }
                }
                Err(error) => drop(sender.send(Err(error))),
            }
            // Before the channel closes, which says that all went well.
            dataset
        };
        let thread = Builder::new().name("elman-prefetch".into()).spawn(work);
        let thread = thread.map_err(|error| failed(&format!("no thread: {error}")))?;
        let batches =
            Batches { back: &mut self.dataset, thread: Some(thread), receiver: Some(receiver) };
        Ok(Box::new(batches))
    }

    fn num_batches(&self) -> Option<usize> {
        self.num_batches
    }

    fn identity(&self) -> Option<String> {
        self.identity.clone()
    }
}

/// What a thread sends, until it ends.
struct Batches<'p, D> {
    back: &'p mut Option<D>,
    thread: Option<JoinHandle<D>>,
    receiver: Option<Receiver<Result<Batch>>>,
}

impl<D> Batches<'_, D> {
    /// Waits for the end of the thread and takes the data set back.
    fn end(&mut self) -> Result<()> {
        // The thread stops at once where it waits for someone to take a batch.
        self.receiver = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        match thread.join() {
            Ok(dataset) => {
                *self.back = Some(dataset);
                Ok(())
            }
            Err(panic) => Err(failed(&format!("the data set panicked: {}", message(&*panic)))),
        }
    }
}

impl<D> Iterator for Batches<'_, D> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        match self.receiver.as_ref()?.recv() {
            Ok(batch) => Some(batch),
            Err(_) => self.end().err().map(Err),
        }
    }
}

impl<D> Drop for Batches<'_, D> {
    fn drop(&mut self) {
        // Who dropped the batches doesn't want to hear of them; the next epoch will.
        let _ = self.end();
    }
}

fn failed(problem: &str) -> Error {
    Error::Custom { place: "Prefetch".into(), problem: problem.into() }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
