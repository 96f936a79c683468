//! Batches that Python gives: generators, `PyDataset`s and `Sequence`s, and whatever can be iterated
//! over, such as the data loaders of other libraries.

use elman::data::{Batch, BatchIterator, Dataset};
use elman::random::Stream;
use elman::training::Tensors;
use elman::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::failure::Failure;
use crate::arrays;
use crate::data::Windows;

/// A source of batches.
pub struct Batches {
    source: Py<PyAny>,
    /// Whether batches are had by their numbers, as those of a `PyDataset`.
    by_number: bool,
    inputs: Vec<String>,
    outputs: Vec<String>,
    failure: Failure,
    /// The seed of the order of batches that are had by their numbers.
    seed: Option<u64>,
    /// Told before each batch how many there were.
    watch: Option<Watch>,
}

type Watch = Box<dyn FnMut(usize) -> Result<()> + Send>;

impl Batches {
    pub fn new(
        source: &Bound<'_, PyAny>,
        inputs: Vec<String>,
        outputs: Vec<String>,
        failure: &Failure,
    ) -> Batches {
        let has = |name: &str| source.hasattr(name).unwrap_or(false);
        Batches {
            by_number: has("__getitem__") && has("__len__"),
            source: source.clone().unbind(),
            inputs,
            outputs,
            failure: failure.clone(),
            seed: None,
            watch: None,
        }
    }

    /// As Keras takes the batches of a `PyDataset`: in another order in each epoch. Windows of a
    /// series have an order of their own.
    pub fn shuffled(self, seed: Option<u64>) -> Batches {
        let is_windows = Python::attach(|py| self.source.bind(py).is_instance_of::<Windows>());
        Batches { seed: seed.filter(|_| !is_windows), ..self }
    }

    /// The same, telling before each batch, and after the last, how many there were.
    pub fn watched(self, watch: impl FnMut(usize) -> Result<()> + Send + 'static) -> Batches {
        Batches { watch: Some(Box::new(watch)), ..self }
    }

    fn failed(&self, exception: PyErr) -> Error {
        self.failure.keep("data set", exception)
    }

    /// What Python gave as a batch: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.
    fn batch(&self, given: &Bound<'_, PyAny>) -> PyResult<Batch> {
        let parts: Vec<Bound<'_, PyAny>> = match given.cast::<PyTuple>() {
            Ok(tuple) => tuple.iter().collect(),
            // As lists, which data loaders make of tuples.
            Err(_) => match given.cast::<PyList>() {
                Ok(list) if self.inputs.len() == 1 && (2..=3).contains(&list.len()) => {
                    list.iter().collect()
                }
                _ => vec![given.clone()],
            },
        };
        if parts.is_empty() || parts.len() > 3 {
            let expected = "(x,), (x, y) or (x, y, sample_weight)";
            return Err(crate::error::invalid(
                "a batch",
                expected,
                format!("{} parts", parts.len()),
            ));
        }
        let arrays = |place: &str, i: usize, names: &[String]| match parts.get(i) {
            Some(part) => arrays::several(place, part, names),
            None => Ok(Vec::new()),
        };
        let x: Tensors = arrays("x of a batch", 0, &self.inputs)?.into();
        let y: Tensors = arrays("y of a batch", 1, &self.outputs)?.into();
        let weights = arrays("sample_weight of a batch", 2, &self.outputs)?;
        let batch = Batch::new(x, y);
        Ok(if weights.is_empty() { batch } else { batch.sample_weight(weights) })
    }

    /// The batches by their numbers, or one after another.
    fn start(&self, epoch: usize) -> PyResult<Next> {
        Python::attach(|py| {
            let source = self.source.bind(py);
            if self.by_number && source.hasattr("on_epoch_begin")? {
                source.call_method0("on_epoch_begin")?;
            }
            Ok(match self.by_number {
                true => {
                    let count = source.len()?;
                    let order = self.seed.map(|seed| {
                        Stream::new(seed, &format!("shuffle@{epoch}")).permutation(count)
                    });
                    Next::Number(0, count, order)
                }
                false => Next::Iterator(source.try_iter()?.into_any().unbind()),
            })
        })
    }

    fn next(&self, next: &mut Next) -> PyResult<Option<Batch>> {
        Python::attach(|py| {
            py.check_signals()?;
            let given = match next {
                Next::Number(number, end, order) if *number < *end => {
                    let index = order.as_ref().map_or(*number, |order| order[*number]);
                    let given = self.source.bind(py).get_item(index)?;
                    *number += 1;
                    Some(given)
                }
                Next::Number(..) => None,
                Next::Iterator(iterator) => iterator.bind(py).try_iter()?.next().transpose()?,
            };
            given.map(|given| self.batch(&given)).transpose()
        })
    }

    /// Tells a `PyDataset` that its epoch is over.
    fn end(&self) -> PyResult<()> {
        Python::attach(|py| {
            let source = self.source.bind(py);
            if self.by_number && source.hasattr("on_epoch_end")? {
                source.call_method0("on_epoch_end")?;
            }
            Ok(())
        })
    }
}

/// Where an epoch stands.
enum Next {
    /// The next, the number of all, and the order if it is another.
    Number(usize, usize, Option<Vec<usize>>),
    Iterator(Py<PyAny>),
}

impl Dataset for Batches {
    fn batches(&mut self, epoch: usize) -> Result<BatchIterator<'_>> {
        let mut state = self.start(epoch).map_err(|exception| self.failed(exception))?;
        let (mut over, mut count) = (false, 0);
        Ok(Box::new(std::iter::from_fn(move || {
            if over {
                return None;
            }
            if let Some(watch) = &mut self.watch
                && let Err(error) = watch(count)
            {
                over = true;
                return Some(Err(error));
            }
            count += 1;
            let given = self.next(&mut state).and_then(|batch| {
                if batch.is_none() {
                    self.end()?;
                }
                Ok(batch)
            });
            over = !matches!(given, Ok(Some(_)));
            given.map_err(|exception| self.failed(exception)).transpose()
        })))
    }

    fn num_batches(&self) -> Option<usize> {
        Python::attach(|py| self.source.bind(py).len().ok())
    }
}
