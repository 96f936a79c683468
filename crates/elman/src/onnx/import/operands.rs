//! What a node reads, and who reads what it gives.

use elman_files::onnx::{self, Attribute};
use elman_files::{Array, Data};

use super::graph::Importer;
use super::node::Reading;
use super::unreadable;
use super::value::{Size, Stack, Value, View};
use crate::Result;
use crate::models::Symbolic;

impl<'g> Importer<'g> {
    /// An input of a node.
    pub fn value(&self, reading: Reading, index: usize) -> Result<Value> {
        let name = reading.input(index);
        let value = name.and_then(|name| self.values.get(name));
        value.cloned().ok_or_else(|| reading.refuse(format!("it has no input {index}")))
    }

    /// An input of a node that is a value of the model.
    pub fn view(&mut self, reading: Reading, index: usize) -> Result<View> {
        match self.value(reading, index)? {
            Value::View(view) => Ok(view),
            Value::Stack(stack) => self.join(&stack, &reading.node.op),
            _ => Err(reading.refuse(format!("its input {index} does not depend on any input"))),
        }
    }

    /// An input of a node that is constant, and there.
    pub fn constant(&self, reading: Reading, index: usize) -> Result<Option<Array>> {
        match reading.input(index).map(|name| self.values.get(name)) {
            None => Ok(None),
            Some(Some(Value::Constant(array))) => Ok(Some(array.clone())),
            Some(_) => Err(reading.refuse(format!("its input {index} must be constant"))),
        }
    }

    /// Integers, given as an input or, in older versions, as an attribute.
    pub fn integers(&self, reading: Reading, index: usize, name: &str) -> Result<Option<Vec<i64>>> {
        if let Some(values) = reading.ints(name)? {
            return Ok(Some(values));
        }
        match reading.input(index).map(|name| self.values.get(name)) {
            Some(Some(Value::Dims { sizes, .. })) => {
                let numbers: Option<Vec<i64>> = sizes
                    .iter()
                    .map(|size| size.number().and_then(|n| i64::try_from(n).ok()))
                    .collect();
                let refuse = || reading.refuse(format!("its input {index} must be known"));
                Ok(Some(numbers.ok_or_else(refuse)?))
            }
            _ => self.constant(reading, index)?.map(|a| integers(&a, reading)).transpose(),
        }
    }

    /// The only node that reads a value, if it isn't an output as well.
    pub fn only_reader(&self, name: &str) -> Option<&'g onnx::Node> {
        if self.graph.outputs.iter().any(|output| output.name == name) {
            return None;
        }
        let mut readers =
            self.graph.nodes.iter().filter(|node| node.inputs.iter().any(|input| input == name));
        let first = readers.next()?;
        readers.next().is_none().then_some(first)
    }

    /// Whether some part of a value is picked behind it.
    pub fn is_picked(&self, name: &str) -> bool {
        let mut names = vec![name];
        let mut at = 0;
        while let Some(name) = names.get(at).copied() {
            at += 1;
            for node in &self.graph.nodes {
                if node.inputs.first().is_none_or(|input| input != name) {
                    continue;
                }
                match &*node.op {
                    "Gather" | "Slice" | "Split" => return true,
                    "Squeeze" | "Unsqueeze" | "Transpose" | "Identity" => {
                        let new = node.outputs.first().filter(|n| !names.contains(&n.as_str()));
                        names.extend(new.map(String::as_str));
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// Parts side by side as one value.
    pub fn join(&mut self, stack: &Stack, word: &str) -> Result<View> {
        let refuse = |file: &str| unreadable(file, format!("what {word} reads can't be joined"));
        let first = stack.parts.first().ok_or_else(|| refuse(self.file))?;
        if let [part] = &stack.parts[..] {
            let mut axes = part.axes.clone();
            axes.insert(stack.axis, Vec::new());
            return Ok(part.with_axes(axes));
        }
        let last = first.sizes.len() - 1;
        let alike = stack.parts.iter().all(|p| p.axes == first.axes && p.sizes == first.sizes);
        let width = first.sizes[last].number().filter(|_| alike && last > 0);
        let width = width.ok_or_else(|| refuse(self.file))?;
        let parts: Vec<Symbolic> = stack.parts.iter().map(|part| part.x.clone()).collect();
        let count = parts.len();
        let joined =
            self.apply(Box::new(crate::layers::Concatenate::new()), "concatenate", &parts, vec![])?;
        let mut target: Vec<Size> = first.sizes[1..last].to_vec();
        target.extend([Size::known(count), Size::known(width)]);
        let x = self.reshaped(&joined[0], &target, word)?;
        let mut axes: Vec<Vec<usize>> = first
            .axes
            .iter()
            .map(|axes| axes.iter().map(|a| if *a == last { last + 1 } else { *a }).collect())
            .collect();
        axes.insert(stack.axis, vec![last]);
        let mut sizes = first.sizes.clone();
        sizes.insert(last, Size::known(count));
        Ok(View { x, sizes, axes, ends: [None, None] })
    }
}

/// The integers of an array.
pub(super) fn integers(array: &Array, reading: Reading) -> Result<Vec<i64>> {
    match &array.data {
        Data::I64(values) => Ok(values.clone()),
        Data::I32(values) => Ok(values.iter().map(|v| i64::from(*v)).collect()),
        _ => Err(reading.refuse(format!("it reads integers, not {}", array.dtype()))),
    }
}

/// The array of a `Constant`.
pub(super) fn constant(reading: Reading) -> Result<Array> {
    Ok(match reading.node.attributes.first().map(|(name, value)| (&**name, value)) {
        Some(("value", Attribute::Tensor(array))) => array.clone(),
        Some(("value_float", Attribute::Float(value))) => Array::f32_scalar(*value),
        Some(("value_int", Attribute::Int(value))) => Array::i64_scalar(*value),
        Some(("value_floats", Attribute::Floats(values))) => {
            Array::f32([values.len()], values.clone())
        }
        Some(("value_ints", Attribute::Ints(values))) => {
            Array { shape: vec![values.len()], data: Data::I64(values.clone()) }
        }
        _ => return Err(reading.refuse("its value is not of numbers")),
    })
}
