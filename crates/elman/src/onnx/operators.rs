//! Operators that layers use often, as methods.

use elman_files::onnx::{Attribute, ElementKind};

use super::{Edge, Exporter};

/// ONNX's numbers of the types that graphs of elman have.
fn type_number(kind: ElementKind) -> i64 {
    match kind {
        ElementKind::I32 => 6,
        ElementKind::I64 => 7,
        ElementKind::Bool => 9,
        _ => 1,
    }
}

impl Exporter<'_> {
    /// `op(x)`.
    pub fn unary(&mut self, op: &str, x: &str) -> String {
        self.node(op, &[x], &[])
    }

    /// `op(a, b)`.
    pub fn binary(&mut self, op: &str, a: &str, b: &str) -> String {
        self.node(op, &[a, b], &[])
    }

    /// The axes in another order.
    pub fn transpose(&mut self, x: &str, order: &[usize]) -> String {
        let order = order.iter().map(|axis| *axis as i64).collect();
        self.node("Transpose", &[x], &[("perm", Attribute::Ints(order))])
    }

    /// Another shape: 0 keeps a dimension, -1 is what is left.
    pub fn reshape(&mut self, x: &str, shape: &[i64]) -> String {
        let shape = self.ints(shape);
        self.binary("Reshape", x, &shape)
    }

    /// Without axes of length 1.
    pub fn squeeze(&mut self, x: &str, axes: &[i64]) -> String {
        let axes = self.ints(axes);
        self.binary("Squeeze", x, &axes)
    }

    /// With further axes of length 1.
    pub fn unsqueeze(&mut self, x: &str, axes: &[i64]) -> String {
        let axes = self.ints(axes);
        self.binary("Unsqueeze", x, &axes)
    }

    /// Elements of another type.
    pub fn cast(&mut self, x: &str, kind: ElementKind) -> String {
        self.node("Cast", &[x], &[("to", Attribute::Int(type_number(kind)))])
    }

    /// A part along an axis, `x[start:end:step]` as Python has it.
    pub fn slice(&mut self, x: &str, axis: i64, start: i64, end: i64, step: i64) -> String {
        let of = [start, end, axis, step].map(|value| self.ints(&[value]));
        let [start, end, axis, step] = &of;
        self.node("Slice", &[x, start, end, axis, step], &[])
    }

    /// Along an axis from its end.
    pub fn reverse(&mut self, x: &str, axis: i64) -> String {
        self.slice(x, axis, -1, i64::MIN, -1)
    }

    /// Side by side along an axis.
    pub fn concat(&mut self, parts: &[&str], axis: i64) -> String {
        self.node("Concat", parts, &[("axis", Attribute::Int(axis))])
    }

    /// In parts of those lengths along an axis.
    pub fn split(&mut self, x: &str, axis: i64, lengths: &[usize]) -> Vec<String> {
        let sizes: Vec<i64> = lengths.iter().map(|n| *n as i64).collect();
        let sizes = self.ints(&sizes);
        let attributes = [("axis", Attribute::Int(axis))];
        self.nodes("Split", &[x, &sizes], &attributes, &vec![true; lengths.len()])
    }

    /// `ReduceSum`, `ReduceMean`, … over axes.
    pub fn reduce(&mut self, op: &str, x: &str, axes: &[i64], keep: bool) -> String {
        let keep = ("keepdims", Attribute::Int(i64::from(keep)));
        // The axes became an input in 13 for sums and in 18 for all others.
        if op == "ReduceSum" || self.opset() >= 18 {
            let axes = self.ints(axes);
            return self.node(op, &[x, &axes], &[keep]);
        }
        self.node(op, &[x], &[("axes", Attribute::Ints(axes.to_vec())), keep])
    }

    /// Within two bounds.
    pub fn clip(&mut self, x: &str, low: f64, high: f64) -> String {
        let (low, high) = (self.number(low), self.number(high));
        self.node("Clip", &[x, &low, &high], &[])
    }

    /// Where `condition`, a; elsewhere b.
    pub fn choose(&mut self, condition: &str, a: &str, b: &str) -> String {
        self.node("Where", &[condition, a, b], &[])
    }

    /// Some dimensions of a value as a list of integers.
    pub fn dims(&mut self, x: &str, start: i64, end: i64) -> String {
        let shape = self.unary("Shape", x);
        self.slice(&shape, 0, start, end, 1)
    }

    /// Zeros with the batch of `x`: `(batch, shape…)`.
    pub fn zeros_like_batch(&mut self, x: &str, shape: &[usize]) -> String {
        let batch = self.dims(x, 0, 1);
        let own: Vec<i64> = shape.iter().map(|n| *n as i64).collect();
        let own = self.ints(&own);
        let shape = self.concat(&[&batch, &own], 0);
        self.unary("ConstantOfShape", &shape)
    }

    /// A mask over its first axes as one with as many axes as the value has.
    pub fn mask_over(&mut self, x: &Edge) -> Option<String> {
        let mask = x.mask.as_ref()?;
        let missing: Vec<i64> = (mask.ndim..x.ndim()).map(|axis| axis as i64).collect();
        Some(match missing.is_empty() {
            true => mask.name.clone(),
            false => self.unsqueeze(&mask.name, &missing),
        })
    }
}
