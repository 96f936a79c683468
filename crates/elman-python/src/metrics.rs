//! Metrics that stand alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

use elman::training::metrics::{self, Metric as Inner};
use pyo3::prelude::*;

use crate::arrays;
use crate::config::to_json;
use crate::error::OrRaise;

/// A metric that adds up batch by batch: the native part of Python's `Metric`.
#[pyclass(frozen, module = "elman._elman")]
pub struct Metric(Mutex<Box<dyn Inner>>);

impl Metric {
    fn lock(&self) -> MutexGuard<'_, Box<dyn Inner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Metric {
    #[new]
    fn new(object: &Bound<'_, PyAny>) -> PyResult<Metric> {
        let metric = metrics::from_object(&to_json("metric", object)?).or_raise()?;
        Ok(Metric(Mutex::new(metric)))
    }

    #[getter]
    fn name(&self) -> String {
        self.lock().name().into()
    }

    #[pyo3(signature = (y_true, y_pred, sample_weight=None))]
    fn update(
        &self,
        y_true: &Bound<'_, PyAny>,
        y_pred: &Bound<'_, PyAny>,
        sample_weight: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let y_true = arrays::tensor("y_true", y_true)?;
        let y_pred = arrays::tensor("y_pred", y_pred)?;
        let weights = sample_weight.map(|w| arrays::tensor("sample_weight", w)).transpose()?;
        self.lock().update(&y_true, &y_pred, weights.as_ref()).or_raise()
    }

    fn results(&self) -> Vec<f64> {
        self.lock().results()
    }

    fn reset(&self) {
        self.lock().reset();
    }
}

/// Defines a running mean or sum of numbers.
macro_rules! of_values {
    ($name:ident, $what:literal) => {
        #[doc = $what]
        #[pyclass(frozen, module = "elman._elman")]
        #[derive(Default)]
        pub struct $name(Mutex<metrics::$name>);

        #[pymethods]
        impl $name {
            #[new]
            fn new() -> $name {
                $name::default()
            }

            #[pyo3(signature = (values, sample_weight=None))]
            fn update(
                &self,
                values: &Bound<'_, PyAny>,
                sample_weight: Option<&Bound<'_, PyAny>>,
            ) -> PyResult<()> {
                let values = arrays::tensor("values", values)?;
                let weights =
                    sample_weight.map(|w| arrays::tensor("sample_weight", w)).transpose()?;
                let mut metric = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                metric.update(&values, weights.as_ref()).or_raise()
            }

            fn result(&self) -> f64 {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).result()
            }

            fn reset(&self) {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).reset();
            }
        }
    };
}
of_values!(Mean, "The mean of numbers, batch by batch.");
of_values!(Sum, "The sum of numbers, batch by batch.");
