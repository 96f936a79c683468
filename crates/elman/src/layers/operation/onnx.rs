//! Operations on masks in ONNX graphs, where truth is a number here.

use elman_files::onnx::ElementKind;

use super::{Kind, Operation};
use crate::onnx::{Edge, Exporter};
use crate::{Result, Shape};

impl Operation {
    /// The operators, on truth values, and their result as numbers.
    pub(super) fn export(&self, inputs: &[Edge], e: &mut Exporter) -> Result<Vec<Edge>> {
        let x = &inputs[0];
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape.clone()).collect();
        let truths: Vec<String> = match self.kind {
            Kind::LogicalAnd | Kind::LogicalOr => {
                inputs.iter().map(|x| e.cast(&x.name, ElementKind::Bool)).collect()
            }
            _ => Vec::new(),
        };
        let y = match self.kind {
            Kind::Equal | Kind::NotEqual => {
                let value = e.number(self.value.unwrap_or(0.0));
                let equal = e.binary("Equal", &x.name, &value);
                let truth = if self.kind == Kind::Equal { equal } else { e.unary("Not", &equal) };
                e.cast(&truth, ElementKind::F32)
            }
            Kind::LogicalAnd | Kind::LogicalOr => {
                let op = if self.kind == Kind::LogicalAnd { "And" } else { "Or" };
                let truth = e.binary(op, &truths[0], &truths[1]);
                e.cast(&truth, ElementKind::F32)
            }
            Kind::Any | Kind::All => {
                let axis = self.axis_of(x.ndim(), &shapes)? as i64;
                let truth = e.cast(&x.name, ElementKind::Bool);
                let truth = e.cast(&truth, ElementKind::F32);
                let op = if self.kind == Kind::Any { "ReduceMax" } else { "ReduceMin" };
                e.reduce(op, &truth, &[axis], self.keepdims)
            }
            Kind::ExpandDims => {
                let axis = self.axis_of(x.ndim() + 1, &shapes)? as i64;
                e.unsqueeze(&x.name, &[axis])
            }
            Kind::ZerosLike | Kind::OnesLike => {
                let shape = e.unary("Shape", &x.name);
                let zeros = e.unary("ConstantOfShape", &shape);
                if self.kind == Kind::ZerosLike { zeros } else { e.plus(&zeros, 1.0) }
            }
        };
        e.output(self, inputs, y)
    }
}
