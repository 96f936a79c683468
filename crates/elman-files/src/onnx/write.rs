//! ONNX as bytes.

use std::path::Path;

use prost::Message;

use super::messages::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use super::model::{Attribute, Dim, Graph, Model, Node, Value};
use super::{kinds, tensor};
use crate::error::{Error, Result};
use crate::{atomic, paths};

/// The most bytes that a protobuf message, and so a model, may have.
const MAX_MESSAGE_BYTES: usize = i32::MAX as usize;

impl Model {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`Model::from_vec`], and what prevents reading.
    ///
    /// ```
    /// assert!(elman_files::onnx::Model::read("none.onnx".as_ref()).is_err());
    /// ```
    pub fn read(path: &Path) -> Result<Model> {
        Model::from_vec(paths::read_file(path)?, &path.display().to_string())
    }

    /// The bytes of the file. The same model gives the same bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`]: protobuf has no messages of 2 GB.
    ///
    /// ```
    /// use elman_files::onnx::Model;
    /// let model = Model { ir_version: 8, opset: 17, ..Model::default() };
    /// assert_eq!(Model::from_vec(model.to_bytes()?, "a.onnx")?, model);
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let entry = |(key, value): (&String, &String)| StringStringEntryProto {
            key: Some(key.clone()),
            value: Some(value.clone()),
        };
        let proto = ModelProto {
            ir_version: Some(self.ir_version),
            opset_import: vec![OperatorSetIdProto {
                domain: Some(String::new()),
                version: Some(self.opset),
            }],
            producer_name: text(&self.producer),
            producer_version: text(&self.producer_version),
            doc_string: text(&self.doc),
            graph: Some(graph(&self.graph)),
            metadata_props: self.metadata.iter().map(entry).collect(),
            functions: Vec::new(),
        };
        let bytes = proto.encoded_len();
        if bytes > MAX_MESSAGE_BYTES {
            let (file, what) = ("the ONNX model to write".into(), "it".into());
            let (bytes, limit) = (bytes as u64, MAX_MESSAGE_BYTES as u64);
            return Err(Error::TooLarge { file, what, bytes, limit });
        }
        Ok(proto.encode_to_vec())
    }

    /// Writes the file in one step.
    ///
    /// # Errors
    /// As [`Model::to_bytes`], and what prevents writing.
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &self.to_bytes()?)
    }
}

fn graph(graph: &Graph) -> GraphProto {
    GraphProto {
        node: graph.nodes.iter().map(node).collect(),
        name: Some(graph.name.clone()),
        initializer: graph.initializers.iter().map(|(name, a)| tensor::write(name, a)).collect(),
        sparse_initializer: Vec::new(),
        doc_string: None,
        input: graph.inputs.iter().map(value).collect(),
        output: graph.outputs.iter().map(value).collect(),
    }
}

fn value(value: &Value) -> ValueInfoProto {
    let dim = |dim: &Dim| match dim {
        Dim::Known(size) => DimensionProto { dim_value: Some(*size as i64), dim_param: None },
        Dim::Named(word) => DimensionProto { dim_value: None, dim_param: Some(word.clone()) },
        Dim::Unknown => DimensionProto::default(),
    };
    let shape = value.shape.as_ref();
    let shape = shape.map(|dims| TensorShapeProto { dim: dims.iter().map(dim).collect() });
    let kind = Some(tensor::number_of(value.kind));
    let array = TensorTypeProto { elem_type: kind, shape };
    ValueInfoProto {
        name: Some(value.name.clone()),
        r#type: Some(TypeProto { tensor_type: Some(array) }),
    }
}

fn node(node: &Node) -> NodeProto {
    NodeProto {
        input: node.inputs.clone(),
        output: node.outputs.clone(),
        name: Some(node.name.clone()),
        op_type: Some(node.op.clone()),
        domain: (!node.domain.is_empty()).then(|| node.domain.clone()),
        attribute: node.attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
    }
}

fn attribute(name: &str, value: &Attribute) -> AttributeProto {
    let mut proto = AttributeProto { name: Some(name.to_owned()), ..AttributeProto::default() };
    let kind = match value {
        Attribute::Float(value) => {
            proto.f = Some(*value);
            kinds::FLOAT
        }
        Attribute::Int(value) => {
            proto.i = Some(*value);
            kinds::INT
        }
        Attribute::Text(value) => {
            proto.s = Some(value.clone().into());
            kinds::TEXT
        }
        Attribute::Tensor(value) => {
            proto.t = Some(Box::new(tensor::write("", value)));
            kinds::TENSOR
        }
        Attribute::Graph(value) => {
            proto.g = Some(Box::new(graph(value)));
            kinds::GRAPH
        }
        Attribute::Floats(values) => {
            proto.floats = values.clone();
            kinds::FLOATS
        }
        Attribute::Ints(values) => {
            proto.ints = values.clone();
            kinds::INTS
        }
        Attribute::Texts(values) => {
            proto.strings = values.iter().map(|v| v.clone().into()).collect();
            kinds::TEXTS
        }
    };
    proto.r#type = Some(kind);
    proto
}
