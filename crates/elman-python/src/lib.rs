//! `elman._elman`: what the Python package `elman` stands on.
//!
//! Python's classes (`python/elman`) hold signatures, defaults and documentation; here is what they
//! hand over to: configurations become JSON that the library's own registries read, arrays become
//! tensors, errors become exceptions. Nothing is computed here.
#![forbid(unsafe_code)]

mod arrays;
mod config;
mod data;
mod error;
mod layers;
mod metrics;
mod models;
mod objects;
mod plot;
mod preprocessing;
mod streaming;
mod symbolic;
mod training;

use pyo3::prelude::*;

/// Makes automatic names and their numbers start anew.
#[pyfunction]
fn clear_session() {
    elman::clear_session();
}

/// Makes the seeds of all models from here on follow from this one.
#[pyfunction]
fn set_random_seed(seed: u64) {
    elman::random::set_random_seed(seed);
}

#[pymodule]
fn _elman(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", elman::VERSION)?;
    module.add("KERAS_VERSION", elman::KERAS_VERSION)?;
    module.add_class::<data::Windows>()?;
    module.add_class::<layers::Layer>()?;
    module.add_class::<metrics::Mean>()?;
    module.add_class::<metrics::Metric>()?;
    module.add_class::<metrics::Sum>()?;
    module.add_class::<models::Model>()?;
    module.add_class::<streaming::Stream>()?;
    module.add_class::<streaming::Streams>()?;
    module.add_class::<symbolic::Symbolic>()?;
    module.add_class::<training::Bar>()?;
    module.add_class::<training::Callback>()?;
    module.add_function(wrap_pyfunction!(layers::classes, module)?)?;
    module.add_function(wrap_pyfunction!(objects::complete, module)?)?;
    module.add_function(wrap_pyfunction!(data::pad_sequences, module)?)?;
    module.add_function(wrap_pyfunction!(data::timeseries, module)?)?;
    module.add_function(wrap_pyfunction!(objects::schedule_at, module)?)?;
    module.add_function(wrap_pyfunction!(objects::initialize, module)?)?;
    module.add_function(wrap_pyfunction!(objects::activate, module)?)?;
    module.add_function(wrap_pyfunction!(objects::loss_value, module)?)?;
    module.add_function(wrap_pyfunction!(objects::regularize, module)?)?;
    module.add_function(wrap_pyfunction!(objects::constrain, module)?)?;
    module.add_function(wrap_pyfunction!(plot::hidden_states, module)?)?;
    module.add_function(wrap_pyfunction!(plot::plot_history, module)?)?;
    module.add_function(wrap_pyfunction!(plot::plot_model, module)?)?;
    module.add_function(wrap_pyfunction!(plot::plot_states, module)?)?;
    module.add_function(wrap_pyfunction!(plot::recurrent_layers, module)?)?;
    module.add_function(wrap_pyfunction!(models::seeded, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::adapt, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::vocabulary, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::vocabulary_size, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::set_vocabulary, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::set_vocabulary_from_file, module)?)?;
    module.add_function(wrap_pyfunction!(preprocessing::look_up, module)?)?;
    module.add_function(wrap_pyfunction!(clear_session, module)?)?;
    module.add_function(wrap_pyfunction!(set_random_seed, module)?)?;
    Ok(())
}
