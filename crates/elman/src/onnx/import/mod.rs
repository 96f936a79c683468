//! ONNX graphs as functional models.
//!
//! The axes of values are tracked, not moved: layers of elman have the batch first, while recurrent
//! operators have time first, and files turn values to and fro. What a graph computes with shapes is
//! followed symbolically.

mod arithmetic;
mod axes;
mod batch;
mod concat;
mod constants;
mod graph;
mod node;
mod operands;
mod parts;
mod pointwise;
mod recurrent;
mod reshape;
mod select;
mod shapes;
mod value;

use std::collections::HashMap;
use std::path::Path;

use elman_files::{Array, onnx};

use crate::models::Model;
use crate::{Error, Result};
use graph::Importer;

/// Reads ONNX graphs of recurrent models, such as PyTorch's exporter and tf2onnx write them, as
/// functional models that predict, stream, train and are saved as all others.
///
/// `RNN`, `LSTM` and `GRU`, in both layouts and all directions, become layers of elman, and so do the
/// operators that are usual around them: `Transpose`, `Reshape`, `Squeeze`, `Unsqueeze`, `Flatten`,
/// `Slice`, `Split`, `Gather` (of a table, or of one step), `Concat`, `MatMul`, `Gemm`, `Add`, `Sub`, `Mul`, `Div`,
/// activations, `Softmax`, `Cast`, `Identity`, `Dropout`, `ReduceMean`, `ReduceMax`, `ReduceSum`,
/// `ReverseSequence` of whole sequences, `Constant`, and `Shape`, `Expand`, `ConstantOfShape` and others as far as they make
/// shapes and zeros. Anything else is an error that names node and operator.
///
/// [`load_model`](crate::load_model) reads `.onnx` files so, too.
///
/// ```no_run
/// let imported = elman::onnx::Import::new().read("model.onnx")?;
/// print!("{}", imported.model.summary());
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Import {
    constants: HashMap<String, Array>,
}

/// A model with what its inputs and outputs are in the graph.
#[derive(Clone)]
pub struct Imported {
    /// The model, with the batch first in all inputs and outputs.
    pub model: Model,
    /// Its inputs in turn.
    pub inputs: Vec<ImportedValue>,
    /// Its outputs in turn.
    pub outputs: Vec<ImportedValue>,
}

/// An input or output of an imported model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedValue {
    /// Its name in the graph.
    pub name: String,
    /// Which axis the batch is in the graph; in the model it is the first, with the others in order.
    pub batch_axis: usize,
}

impl Import {
    /// Of graphs whose inputs are all data.
    pub fn new() -> Import {
        Import::default()
    }

    /// The value of an input of the graph that isn't data, such as weights that are not in the file.
    pub fn constant(mut self, name: &str, array: Array) -> Import {
        self.constants.insert(name.to_owned(), array);
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with the file; [`Error::Config`] with the node and the operator that can't be
    /// read.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Imported> {
        let path = path.as_ref();
        self.graph(&onnx::Model::read(path)?, &path.display().to_string())
    }

    /// The model of a graph; `name` stands for the file in errors.
    ///
    /// # Errors
    /// As [`Import::read`].
    pub fn graph(&self, model: &onnx::Model, name: &str) -> Result<Imported> {
        Importer::new(model, &self.constants, name)?.run()
    }
}

/// The model of an ONNX file.
pub(crate) fn load(bytes: Vec<u8>, name: &str) -> Result<Model> {
    let graph = onnx::Model::from_vec(bytes, name)?;
    let imported = Import::new().graph(&graph, name)?;
    let mut model = imported.model;
    for (word, values) in [("input", &imported.inputs), ("output", &imported.outputs)] {
        for value in values.iter().filter(|value| value.batch_axis != 0) {
            let ImportedValue { name, batch_axis } = value;
            model.warn(format!(
                "{word} {name} has its batch first, and not along axis {batch_axis} as in the file"
            ));
        }
    }
    Ok(model)
}

/// The error of a graph that can't be read.
fn unreadable(file: &str, problem: impl Into<String>) -> Error {
    Error::Config { place: file.to_owned(), problem: problem.into() }
}
