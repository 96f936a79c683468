//! The tensors of models that are there.

use elman::Model;
use pyo3::prelude::*;

use crate::error::OrRaise;
use crate::layers::Layer;
use crate::symbolic::Symbolic;

/// The inputs, the outputs, and for each call the layer's name, the layer as it may be called again,
/// what it is called on, and what it gives.
pub type Symbols =
    (Vec<Symbolic>, Vec<Symbolic>, Vec<(String, Layer, Vec<Symbolic>, Vec<Symbolic>)>);

pub fn of(model: &Model) -> PyResult<Symbols> {
    let symbols = model.symbols().or_raise()?;
    let wrap = |list: Vec<elman::models::Symbolic>| list.into_iter().map(Symbolic).collect();
    let calls = symbols.calls.into_iter().map(|call| {
        let name = model.layers()[call.layer].base().name().to_owned();
        (name, Layer::of_shared(call.shared), wrap(call.inputs), wrap(call.outputs))
    });
    let calls = calls.collect();
    Ok((wrap(symbols.inputs), wrap(symbols.outputs), calls))
}
