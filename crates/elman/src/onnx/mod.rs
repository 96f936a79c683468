//! Models as ONNX graphs, and how layers take part in that.
//!
//! [`Model::save_onnx`](crate::Model::save_onnx) writes a model for prediction with other programs,
//! such as ONNX Runtime; [`Model::to_onnx`](crate::Model::to_onnx) gives the graph as data. [`Import`]
//! reads recurrent models that others wrote.
//!
//! A layer says what it is in ONNX in [`Layer::onnx`](crate::layers::Layer::onnx): it adds operators
//! to an [`Exporter`], from [`Edge`]s, which are the values of the model as a graph sees them. What
//! ONNX's operators don't compute exactly as elman does is refused, never approximated.

mod activation;
mod edge;
mod export;
mod exporter;
mod graph;
mod import;
mod masks;
mod operators;
mod options;
mod recurrent;
mod scan;
mod windows;

pub use edge::{Edge, EdgeMask};
pub use exporter::Exporter;
pub(crate) use exporter::refuse;
pub(crate) use graph::{refuse_cell, sequence};
pub(crate) use import::load;
pub use import::{Import, Imported, ImportedValue};
pub use options::OnnxOptions;
pub use recurrent::{CellOperator, EdgeOutputs, EdgeSequence};
pub(crate) use recurrent::{final_states, initial_states, run as run_operator};
