//! ONNX files: graphs of operators as bytes and back.
//!
//! Of the format is read what trained models use: one graph, arrays of numbers within the file. What
//! would change a model's meaning and isn't read (functions, sparse arrays, data in other files,
//! sequences) is an error. What the operators compute is for the caller.
//!
//! ```
//! use elman_files::onnx::{Dim, ElementKind, Graph, Model, Node, Value};
//!
//! let value = |name: &str| Value {
//!     name: name.into(),
//!     kind: ElementKind::F32,
//!     shape: Some(vec![Dim::Named("batch".into()), Dim::Known(3)]),
//! };
//! let node = Node {
//!     op: "Tanh".into(),
//!     inputs: vec!["x".into()],
//!     outputs: vec!["y".into()],
//!     ..Node::default()
//! };
//! let (inputs, outputs) = (vec![value("x")], vec![value("y")]);
//! let graph = Graph { name: "g".into(), inputs, outputs, nodes: vec![node], ..Graph::default() };
//! let model = Model { ir_version: 8, opset: 17, graph, ..Model::default() };
//! assert_eq!(Model::from_vec(model.to_bytes()?, "a.onnx")?, model);
//! # Ok::<(), elman_files::Error>(())
//! ```

mod check;
mod kinds;
mod messages;
mod model;
mod read;
mod scan;
mod tensor;
mod write;

pub use model::{Attribute, Dim, ElementKind, Graph, Model, Node, Value};
