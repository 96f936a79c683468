//! Models whose numbers follow from a seed of their own.

use elman::Sequential;
use pyo3::prelude::*;

use super::Model;

/// A chain without layers whose weights, dropout and order of samples follow from `seed` alone.
#[pyfunction]
pub fn seeded(name: Option<&str>, seed: u64) -> Model {
    let model = name.map_or_else(Sequential::new, Sequential::with_name);
    Model::new(model.seed(seed).into())
}
