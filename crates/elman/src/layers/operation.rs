//! The operations on masks that Keras writes into functional models.

mod onnx;

use serde_json::{Map, Value, json};

use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{
    Argument::*, Described, Description, Flow, Step, StepCall, StreamBuilder, refuse,
};
use crate::{Context, Error, Float, Parameters, Result, Shape, Tensor};

/// An operation of `keras.ops` in a functional model.
///
/// Keras 3 writes the masks of a functional model as operations of their own, such as `NotEqual`
/// for those of `Embedding(mask_zero=True)`, and hands their results to the layers. Truth values are
/// the numbers 0 and 1 here.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    base: Base,
    kind: Kind,
    /// The axis that `Any`, `All` and `ExpandDims` work on.
    axis: Option<i64>,
    keepdims: bool,
    /// What `Equal` and `NotEqual` compare with, which Keras keeps with the call.
    value: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Equal,
    NotEqual,
    LogicalAnd,
    LogicalOr,
    Any,
    All,
    ExpandDims,
    ZerosLike,
    OnesLike,
}

const KINDS: &[(&str, Kind)] = &[
    ("Equal", Kind::Equal),
    ("NotEqual", Kind::NotEqual),
    ("LogicalAnd", Kind::LogicalAnd),
    ("LogicalOr", Kind::LogicalOr),
    ("Any", Kind::Any),
    ("All", Kind::All),
    ("ExpandDims", Kind::ExpandDims),
    ("ZerosLike", Kind::ZerosLike),
    ("OnesLike", Kind::OnesLike),
];

impl Operation {
    /// The operation that a serialized object describes, if it is one of these.
    pub fn from_object(object: &Value) -> Option<Result<Box<dyn Layer>>> {
        let class = object.get("class_name")?.as_str()?;
        let kind = KINDS.iter().find(|(name, _)| *name == class)?.1;
        Some(Operation::read(kind, object).map(|operation| Box::new(operation) as Box<dyn Layer>))
    }

    fn read(kind: Kind, object: &Value) -> Result<Operation> {
        let config = &object["config"];
        let name = config["name"].as_str().unwrap_or_default();
        let refuse = |key: &str, value: &Value| Error::Unsupported {
            place: format!("operation \"{name}\""),
            option: format!("{key} = {value}"),
            advice: "only the operations that Keras makes of masks can be read".into(),
        };
        let axis = match &config["axis"] {
            Value::Null => None,
            value => Some(value.as_i64().ok_or_else(|| refuse("axis", value))?),
        };
        // The constant stands beside the tensor among the arguments of the only call.
        let args = &object["inbound_nodes"][0]["args"];
        let value = args.as_array().and_then(|args| args.iter().find_map(Value::as_f64));
        let compares = matches!(kind, Kind::Equal | Kind::NotEqual);
        if compares != value.is_some() {
            return Err(refuse("args", args));
        }
        if matches!(kind, Kind::Any | Kind::All | Kind::ExpandDims) && axis.is_none() {
            return Err(refuse("axis", &config["axis"]));
        }
        let keepdims = config["keepdims"].as_bool().unwrap_or(false);
        let base = Base { name: Some(name.into()), ..Base::default() };
        Ok(Operation { base, kind, axis, keepdims, value })
    }

    /// The axis, counted from the front, of `ndim` axes.
    fn axis_of(&self, ndim: usize, inputs: &[Shape]) -> Result<usize> {
        let axis = self.axis.unwrap_or(-1);
        let from_front = if axis < 0 { axis + ndim as i64 } else { axis };
        usize::try_from(from_front).ok().filter(|axis| *axis < ndim).ok_or_else(|| {
            Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: format!("one with an axis {axis}"),
                got: inputs[0].clone(),
            }
        })
    }

    /// Whether any, or all, of the values along the axis are true.
    fn reduce(&self, x: &Tensor, axis: usize, shape: &Shape) -> Tensor {
        let len = x.shape()[axis];
        let inner: usize = x.shape()[axis + 1..].iter().product();
        let outer: usize = x.shape()[..axis].iter().product();
        let mut data = Vec::with_capacity(outer * inner);
        for o in 0..outer {
            for i in 0..inner {
                let mut values = (0..len).map(|k| x.data()[(o * len + k) * inner + i] != 0.0);
                data.push(truth(match self.kind {
                    Kind::All => values.all(|v| v),
                    _ => values.any(|v| v),
                }));
            }
        }
        let dims: Vec<usize> = shape.dims().iter().map(|d| d.unwrap_or(1)).collect();
        Tensor::from_parts(dims, data)
    }
}

/// A step of an operation.
struct OperationStep {
    kind: Kind,
    value: Float,
    /// How many numbers are joined to one, and how many of those stand side by side.
    joined: [usize; 2],
    /// The numbers of the output.
    size: usize,
}

impl Step for OperationStep {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let inputs = call.inputs;
        let (x, y) = (inputs.get(0), call.outputs.get(0));
        let [length, inner] = self.joined;
        for (i, y) in y.iter_mut().enumerate() {
            let own = x.get(i).copied().unwrap_or_default();
            let start = i / inner * length * inner + i % inner;
            let mut along = (0..length).map(|k| x[start + k * inner] != 0.0);
            *y = match self.kind {
                Kind::Equal => truth(own == self.value),
                Kind::NotEqual => truth(own != self.value),
                Kind::ZerosLike => 0.0,
                Kind::OnesLike => 1.0,
                Kind::ExpandDims => own,
                Kind::Any => truth(along.any(|v| v)),
                Kind::All => truth(along.all(|v| v)),
                Kind::LogicalAnd => truth(own != 0.0 && inputs.get(1)[i] != 0.0),
                Kind::LogicalOr => truth(own != 0.0 || inputs.get(1)[i] != 0.0),
            };
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let size = Count(self.size);
        let all = Description::default();
        Ok(match self.kind {
            Kind::Equal | Kind::NotEqual => {
                let equal = Flag(self.kind == Kind::Equal);
                all.call("compare", [Input(0), Output(0), size, Number(self.value), equal])
            }
            Kind::ZerosLike => all.call("fill", [Output(0), Number(0.0), size]),
            Kind::OnesLike => all.call("fill", [Output(0), Number(1.0), size]),
            Kind::ExpandDims => all.call("copy", [Input(0), Output(0), size]),
            Kind::Any | Kind::All => {
                let [length, inner] = self.joined.map(Count);
                let every = Flag(self.kind == Kind::All);
                all.call("join", [Input(0), Output(0), size, length, inner, every])
            }
            Kind::LogicalAnd | Kind::LogicalOr => {
                let both = Flag(self.kind == Kind::LogicalAnd);
                all.call("logic", [Input(0), Input(1), Output(0), size, both])
            }
        })
    }
}

fn truth(value: bool) -> Float {
    if value { 1.0 } else { 0.0 }
}

/// The shape that two broadcast to; a dimension of one stretches.
fn broadcast(a: &Shape, b: &Shape) -> Option<Shape> {
    let (long, short) = if a.ndim() >= b.ndim() { (a, b) } else { (b, a) };
    let mut dims = long.dims().to_vec();
    let offset = long.ndim() - short.ndim();
    for (dim, other) in dims[offset..].iter_mut().zip(short.dims()) {
        *dim = match (*dim, *other) {
            (a, b) if a == b => a,
            (Some(1), b) => b,
            (a, Some(1)) => a,
            (None, b) => b,
            (a, None) => a,
            _ => return None,
        };
    }
    Some(dims.into())
}

/// The value of `x` at a position of the shape that it is broadcast to.
fn broadcast_value(x: &Tensor, shape: &[usize], mut position: usize) -> Float {
    let (mut index, mut stride) = (0, 1);
    let mut own = x.shape().iter().rev();
    for dim in shape.iter().rev() {
        let at = position % dim;
        position /= dim;
        if let Some(&own) = own.next() {
            index += if own == 1 { 0 } else { at * stride };
            stride *= own;
        }
    }
    x.data()[index]
}

impl Layer for Operation {
    fn class_name(&self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("Operation", |(name, _)| name)
    }

    fn module(&self) -> &'static str {
        "keras.src.ops.numpy"
    }

    fn registered_name(&self) -> Option<String> {
        Some(self.class_name().into())
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = Map::new();
        config.insert("name".into(), json!(self.base.name));
        match self.kind {
            Kind::Any | Kind::All => {
                config.insert("axis".into(), json!(self.axis));
                config.insert("keepdims".into(), json!(self.keepdims));
            }
            Kind::ExpandDims => {
                config.insert("axis".into(), json!(self.axis));
            }
            Kind::ZerosLike | Kind::OnesLike => {
                config.insert("dtype".into(), json!("bool"));
            }
            _ => {}
        }
        config
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn call_arguments(&self, mut inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        inputs.extend(self.value.map(|value| json!(value)));
        (inputs, Map::new())
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let takes = if matches!(self.kind, Kind::LogicalAnd | Kind::LogicalOr) { 2 } else { 1 };
        if inputs.len() != takes {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("{takes} inputs"),
                got: inputs.len(),
            });
        }
        let x = &inputs[0];
        Ok(vec![match self.kind {
            Kind::LogicalAnd | Kind::LogicalOr => {
                broadcast(x, &inputs[1]).ok_or_else(|| Error::InputShape {
                    layer: self.place(),
                    index: 1,
                    expected: format!("a shape that fits {x}"),
                    got: inputs[1].clone(),
                })?
            }
            Kind::Any | Kind::All => {
                let axis = self.axis_of(x.ndim(), inputs)?;
                let mut dims = x.dims().to_vec();
                if self.keepdims {
                    dims[axis] = Some(1);
                } else {
                    dims.remove(axis);
                }
                dims.into()
            }
            Kind::ExpandDims => {
                let axis = self.axis_of(x.ndim() + 1, inputs)?;
                let mut dims = x.dims().to_vec();
                dims.insert(axis, Some(1));
                dims.into()
            }
            _ => x.clone(),
        }])
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let shapes: Vec<Shape> = inputs.iter().map(|flow| flow.shape().clone()).collect();
        let output = self.output_shapes(&shapes)?.remove(0);
        let kinds = || inputs.iter().map(|flow| (flow.is_sequence(), flow.step_shape()));
        if kinds().any(|kind| kind != (x.is_sequence(), x.step_shape())) {
            return Err(refuse(self, "its inputs have different shapes"));
        }
        let reduces = matches!(self.kind, Kind::Any | Kind::All);
        let mut joined = [1; 2];
        if reduces || self.kind == Kind::ExpandDims {
            let axis = self.axis_of(x.shape().ndim() + usize::from(!reduces), &shapes)?;
            if axis < x.first_axis() {
                return Err(refuse(self, "it works along time"));
            }
            if reduces {
                let behind = &x.step_shape()[axis - x.first_axis()..];
                joined = [behind[0], behind[1..].iter().product()];
            }
        }
        let value = self.value.unwrap_or(0.0) as Float;
        let size = x.step_size() / joined[0];
        let step = OperationStep { kind: self.kind, value, joined, size };
        builder.push(step, inputs, &[(output, x.is_sequence())])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        self.export(inputs, exporter)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        let shape = self.output_shapes(&shapes)?.remove(0);
        let x = &inputs[0];
        let each = |f: &dyn Fn(Float) -> bool| {
            Tensor::from_parts(x.shape(), x.data().iter().map(|v| truth(f(*v))).collect())
        };
        let value = self.value.unwrap_or(0.0) as Float;
        Ok(vec![match self.kind {
            Kind::Equal => each(&|v| v == value),
            Kind::NotEqual => each(&|v| v != value),
            Kind::ZerosLike => each(&|_| false),
            Kind::OnesLike => each(&|_| true),
            Kind::ExpandDims => {
                let dims: Vec<usize> = shape.dims().iter().map(|d| d.unwrap_or(1)).collect();
                x.clone().reshape(dims)?
            }
            Kind::Any | Kind::All => self.reduce(x, self.axis_of(x.ndim(), &shapes)?, &shape),
            Kind::LogicalAnd | Kind::LogicalOr => {
                let dims: Vec<usize> = shape.dims().iter().map(|d| d.unwrap_or(1)).collect();
                let both = |position| {
                    let a = broadcast_value(x, &dims, position) != 0.0;
                    let b = broadcast_value(&inputs[1], &dims, position) != 0.0;
                    truth(if self.kind == Kind::LogicalAnd { a && b } else { a || b })
                };
                let len = dims.iter().product();
                Tensor::from_parts(dims.clone(), (0..len).map(both).collect())
            }
        }])
    }

    fn backward(
        &self,
        _gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        // Truth values have no gradient.
        Ok(vec![None; 2])
    }
}
