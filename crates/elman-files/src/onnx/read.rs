//! ONNX from bytes.

use prost::Message;
use prost::bytes::Bytes;

use super::check;
use super::messages::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto,
};
use super::model::{Attribute, Dim, ElementKind, Graph, Model, Node, Value};
use super::{kinds, scan, tensor};
use crate::error::{Error, Result};
use crate::limits::MAX_RANK;

impl Model {
    /// Reads the bytes of a file; `name` is what errors call it.
    ///
    /// Only what stands in the bytes themselves is read: data in other files are refused. Operators
    /// stand in an order in which each finds its inputs, so no cycle is possible, and every value
    /// is made once.
    ///
    /// # Errors
    /// [`Error::Onnx`] that says what is wrong.
    ///
    /// ```
    /// assert!(elman_files::onnx::Model::from_vec(b"no ONNX".to_vec(), "a.onnx").is_err());
    /// ```
    pub fn from_vec(bytes: Vec<u8>, name: &str) -> Result<Model> {
        let bad = |problem: String| Error::Onnx { file: name.to_owned(), problem };
        scan::check(&bytes).map_err(bad)?;
        let proto = ModelProto::decode(Bytes::from(bytes))
            .map_err(|error| bad(format!("no ONNX model: {error}")))?;
        let model = model(proto).map_err(bad)?;
        check::graph(&model.graph).map_err(bad)?;
        Ok(model)
    }
}

fn model(proto: ModelProto) -> Result<Model, String> {
    if !proto.functions.is_empty() {
        return Err("it defines operators of its own, which are not read".into());
    }
    let own = |domain: &Option<String>| matches!(domain.as_deref(), None | Some("" | "ai.onnx"));
    let opset = proto.opset_import.iter().find(|opset| own(&opset.domain));
    let opset = opset.and_then(|opset| opset.version);
    let graph = proto.graph.ok_or("no ONNX model: it has no graph")?;
    Ok(Model {
        ir_version: proto.ir_version.unwrap_or_default(),
        opset: opset.ok_or("it doesn't say which version of the operators it is for")?,
        producer: proto.producer_name.unwrap_or_default(),
        producer_version: proto.producer_version.unwrap_or_default(),
        doc: proto.doc_string.unwrap_or_default(),
        metadata: proto
            .metadata_props
            .into_iter()
            .map(|entry| (entry.key.unwrap_or_default(), entry.value.unwrap_or_default()))
            .collect(),
        graph: self::graph(graph)?,
    })
}

fn graph(proto: GraphProto) -> Result<Graph, String> {
    if !proto.sparse_initializer.is_empty() {
        return Err("it has sparse arrays, which are not read".into());
    }
    let values = |values: Vec<ValueInfoProto>| -> Result<Vec<_>, String> {
        values.into_iter().map(value).collect()
    };
    let arrays: Result<Vec<_>, String> = proto.initializer.into_iter().map(tensor::read).collect();
    Ok(Graph {
        name: proto.name.unwrap_or_default(),
        inputs: values(proto.input)?,
        outputs: values(proto.output)?,
        nodes: proto.node.into_iter().map(node).collect::<Result<_, _>>()?,
        initializers: arrays?,
    })
}

fn value(proto: ValueInfoProto) -> Result<Value, String> {
    let name = proto.name.unwrap_or_default();
    let bad = |problem: &str| format!("value {name:?} {problem}");
    // In subgraphs, types may be left out.
    let Some(kind) = proto.r#type else {
        return Ok(Value { name, kind: ElementKind::F32, shape: None });
    };
    let array = kind.tensor_type.ok_or_else(|| bad("is not an array"))?;
    let kind = tensor::kind_of_number(array.elem_type.unwrap_or_default());
    let kind = kind.ok_or_else(|| bad("has elements of a type that is not read"))?;
    let dims = array.shape.map(|shape| shape.dim);
    if dims.as_ref().is_some_and(|dims| dims.len() > MAX_RANK) {
        return Err(bad(&format!("has more than {MAX_RANK} dimensions")));
    }
    let dim = |(size, word): (Option<i64>, Option<String>)| match (size, word) {
        (Some(size), _) => {
            usize::try_from(size).map(Dim::Known).map_err(|_| bad("has a negative dimension"))
        }
        (None, Some(word)) if !word.is_empty() => Ok(Dim::Named(word)),
        _ => Ok(Dim::Unknown),
    };
    let dims = dims.map(|dims| dims.into_iter().map(|d| dim((d.dim_value, d.dim_param))).collect());
    let shape: Option<Vec<Dim>> = dims.transpose()?;
    Ok(Value { name, kind, shape })
}

fn node(proto: NodeProto) -> Result<Node, String> {
    let domain = proto.domain.filter(|domain| domain != "ai.onnx").unwrap_or_default();
    let mut node = Node {
        name: proto.name.unwrap_or_default(),
        op: proto.op_type.unwrap_or_default(),
        domain,
        inputs: proto.input,
        outputs: proto.output,
        attributes: Vec::new(),
    };
    for proto in proto.attribute {
        let name = proto.name.clone().unwrap_or_default();
        let place = node.place();
        if node.attribute(&name).is_some() {
            return Err(format!("{place} has the attribute {name:?} twice"));
        }
        let value = attribute(proto)
            .map_err(|problem| format!("{place}, attribute {name:?}: {problem}"))?;
        node.attributes.push((name, value));
    }
    Ok(node)
}

fn attribute(proto: AttributeProto) -> Result<Attribute, String> {
    if proto.ref_attr_name.is_some_and(|name| !name.is_empty()) {
        return Err("it refers to an attribute of a function, which are not read".into());
    }
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).map_err(|_| "no UTF-8 text");
    let array = |t: Option<Box<TensorProto>>| tensor::read(*t.ok_or("it has no array")?);
    Ok(match proto.r#type.unwrap_or_default() {
        kinds::FLOAT => Attribute::Float(proto.f.unwrap_or_default()),
        kinds::INT => Attribute::Int(proto.i.unwrap_or_default()),
        kinds::TEXT => Attribute::Text(text(&proto.s.unwrap_or_default())?),
        kinds::TENSOR => Attribute::Tensor(array(proto.t)?.1),
        kinds::GRAPH => Attribute::Graph(graph(*proto.g.ok_or("it has no graph")?)?),
        kinds::FLOATS => Attribute::Floats(proto.floats),
        kinds::INTS => Attribute::Ints(proto.ints),
        kinds::TEXTS => Attribute::Texts(proto.strings.iter().map(text).collect::<Result<_, _>>()?),
        other => return Err(format!("its type {other} is not read")),
    })
}
