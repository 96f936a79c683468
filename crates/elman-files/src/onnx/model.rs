//! An ONNX model as data.

use std::collections::BTreeMap;

use crate::Array;

/// An ONNX model: a graph of operators, with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The version of the file format.
    pub ir_version: i64,
    /// The version of ONNX's own operators.
    pub opset: i64,
    /// What made the file.
    pub producer: String,
    /// The version of that.
    pub producer_version: String,
    /// A text about the model.
    pub doc: String,
    /// Notes.
    pub metadata: BTreeMap<String, String>,
    /// What it computes.
    pub graph: Graph,
}

/// Operators in an order in which each finds its inputs computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Its name.
    pub name: String,
    /// The values that it is given. Some may have a default among the initializers.
    pub inputs: Vec<Value>,
    /// The values that it gives.
    pub outputs: Vec<Value>,
    /// What is computed.
    pub nodes: Vec<Node>,
    /// Values that are there from the start, such as weights.
    pub initializers: Vec<(String, Array)>,
}

/// One operator at work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Its name, perhaps empty.
    pub name: String,
    /// The operator: `LSTM`.
    pub op: String,
    /// The set that the operator is of; empty for ONNX's own.
    pub domain: String,
    /// The names of the values that it reads; empty for one left out.
    pub inputs: Vec<String>,
    /// The names of the values that it makes; empty for one not wanted.
    pub outputs: Vec<String>,
    /// Its attributes.
    pub attributes: Vec<(String, Attribute)>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants are named for what they hold")]
pub enum Attribute {
    Float(f32),
    Int(i64),
    Text(String),
    Tensor(Array),
    Graph(Graph),
    Floats(Vec<f32>),
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

/// An input or output of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub kind: ElementKind,
    /// Its shape, if that is known.
    pub shape: Option<Vec<Dim>>,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// One of a fixed size.
    Known(usize),
    /// One of any size, with a name: those of one name are the same.
    Named(String),
    /// One of any size.
    Unknown,
}

/// The type of the elements of a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants are named for what they are")]
pub enum ElementKind {
    F16,
    BF16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
    Text,
}

impl ElementKind {
    /// The type's name in NumPy.
    ///
    /// ```
    /// assert_eq!(elman_files::onnx::ElementKind::F32.name(), "float32");
    /// ```
    pub fn name(self) -> &'static str {
        match super::tensor::kind(self) {
            Some(kind) => kind.name(),
            None => "string",
        }
    }
}

impl Node {
    /// The attribute of a name.
    ///
    /// ```
    /// use elman_files::onnx::{Attribute, Node};
    /// let node = Node { attributes: vec![("axis".into(), Attribute::Int(1))], ..Node::default() };
    /// assert_eq!(node.attribute("axis"), Some(&Attribute::Int(1)));
    /// ```
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The node as messages name it: `node "rnn" (LSTM)`. One without a name is told by what it
    /// makes.
    ///
    /// ```
    /// # use elman_files::onnx::Node;
    /// let node = Node { op: "Add".into(), outputs: vec!["y".into()], ..Node::default() };
    /// assert_eq!(node.place(), "the node of \"y\" (Add)");
    /// ```
    pub fn place(&self) -> String {
        match (&*self.name, self.outputs.first()) {
            ("", Some(output)) => format!("the node of {output:?} ({})", self.op),
            (name, _) => format!("node {name:?} ({})", self.op),
        }
    }
}
