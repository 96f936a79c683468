//! The walk over a graph's nodes.

use std::collections::HashMap;

use elman_files::onnx::{self, Attribute, Dim, ElementKind, Graph};
use elman_files::{Array, Data};

use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use super::{Imported, ImportedValue, batch, unreadable};
use crate::layers::{Input, Layer, LayerOptions};
use crate::models::{Functional, Shared, Symbolic};
use crate::{Error, Result, Shape, Tensor};

/// A graph while it is read.
pub(super) struct Importer<'g> {
    graph: &'g Graph,
    file: &'g str,
    opset: i64,
    constants: &'g HashMap<String, Array>,
    pub values: HashMap<&'g str, Value>,
    /// The weights of layers by name.
    weights: Vec<(String, Vec<Tensor>)>,
    /// How many layers have names that begin so.
    names: HashMap<String, usize>,
    /// How many dimensions are unknown.
    unknown: usize,
    /// Nodes that were read with one before.
    pub done: Vec<*const onnx::Node>,
}

impl<'g> Importer<'g> {
    pub fn new(
        model: &'g onnx::Model,
        constants: &'g HashMap<String, Array>,
        file: &'g str,
    ) -> Result<Importer<'g>> {
        let graph = &model.graph;
        let is_input = |name: &String| graph.inputs.iter().any(|input| input.name == *name);
        if let Some(name) = constants.keys().find(|name| !is_input(name)) {
            return Err(unreadable(file, format!("the graph has no input {name:?}")));
        }
        Ok(Importer {
            graph,
            file,
            opset: model.opset,
            constants,
            values: HashMap::new(),
            weights: Vec::new(),
            names: HashMap::new(),
            unknown: 0,
            done: Vec::new(),
        })
    }

    pub fn run(mut self) -> Result<Imported> {
        for (name, array) in &self.graph.initializers {
            self.values.insert(name, Value::Constant(array.clone()));
        }
        let (mut inputs, mut symbols) = (Vec::new(), Vec::new());
        for input in &self.graph.inputs {
            if let Some(array) = self.constants.get(&input.name) {
                self.values.insert(&input.name, Value::Constant(array.clone()));
            } else if !self.values.contains_key(&*input.name) {
                let (value, symbol) = self.input(input)?;
                inputs.push(value);
                symbols.push(symbol);
            }
        }
        for node in &self.graph.nodes {
            if self.done.contains(&std::ptr::from_ref(node)) {
                continue;
            }
            let reading = Reading { node, file: self.file, opset: self.opset };
            let outputs = self.node(reading)?;
            for (name, value) in node.outputs.iter().zip(outputs) {
                if !name.is_empty() {
                    self.values.insert(name, value);
                }
            }
        }
        let (mut outputs, mut last) = (Vec::new(), Vec::new());
        for output in &self.graph.outputs {
            let name = &output.name;
            let view = match self.values.get(&**name).cloned() {
                Some(Value::View(view)) => view,
                Some(Value::Stack(stack)) => self.join(&stack, name)?,
                _ => {
                    let problem = format!("the output {name:?} does not depend on any input");
                    return Err(unreadable(self.file, problem));
                }
            };
            let batch_axis = view.batch_axis().ok_or_else(|| {
                unreadable(self.file, format!("the output {name:?} has no axis that is the batch"))
            })?;
            let view = self.batch_first(&view, name)?;
            outputs.push(ImportedValue { name: name.clone(), batch_axis });
            last.push(view.x);
        }
        let mut model = Functional::new(&symbols[..], &last[..]).build()?;
        for (layer, weights) in std::mem::take(&mut self.weights) {
            // Layers on which no output depends are not in the model.
            if let Ok(mut layer) = model.layer_mut(&layer) {
                layer.set_weights(weights)?;
            }
        }
        Ok(Imported { model, inputs, outputs })
    }

    /// An input of the graph as one of the model.
    fn input(&mut self, input: &'g onnx::Value) -> Result<(ImportedValue, Symbolic)> {
        let name = &input.name;
        let bad = |problem: &str| unreadable(self.file, format!("the input {name:?} {problem}"));
        if matches!(input.kind, ElementKind::Text | ElementKind::Bool) {
            return Err(bad("is not of numbers"));
        }
        let dims = input.shape.as_ref().ok_or_else(|| bad("has no shape"))?;
        if dims.is_empty() {
            return Err(bad("has no batch"));
        }
        let batch_axis = batch::axis_of(self.graph, name, dims.len());
        let mut order: Vec<usize> = vec![batch_axis];
        order.extend((0..dims.len()).filter(|axis| *axis != batch_axis));
        let mut sizes = Vec::new();
        let mut shape = Vec::new();
        for axis in &order {
            match &dims[*axis] {
                Dim::Known(size) => {
                    sizes.push(Size::known(*size));
                    shape.push(Some(*size));
                }
                _ => {
                    sizes.push(Size::unknown(self.next_unknown()));
                    shape.push(None);
                }
            }
        }
        let layer = Input::with_batch_shape(Shape::from(shape)).name(&self.layer_name(name));
        let x = layer.symbolic();
        let mut axes = vec![Vec::new(); dims.len()];
        for (own, axis) in order.iter().enumerate() {
            axes[*axis] = vec![own];
        }
        let view = View { x: x.clone(), sizes, axes, ends: [None, None] };
        self.values.insert(name, Value::View(view));
        Ok((ImportedValue { name: name.clone(), batch_axis }, x))
    }

    /// The number of a dimension that is not known.
    pub fn next_unknown(&mut self) -> usize {
        self.unknown += 1;
        self.unknown - 1
    }

    /// A name that no layer has, without what Keras's can't hold.
    pub fn layer_name(&mut self, word: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let word: String = word.trim_matches('/').chars().take(40).map(plain).collect();
        let word = if word.is_empty() { "layer".to_owned() } else { word };
        loop {
            let count = self.names.entry(word.clone()).or_insert(0);
            let name = if *count == 0 { word.clone() } else { format!("{word}_{count}") };
            *count += 1;
            if *count == 1 || !self.names.contains_key(&name) {
                self.names.entry(name.clone()).or_insert(1);
                return name;
            }
        }
    }

    /// Applies a layer with weights, under a name that begins as `word`.
    pub fn apply(
        &mut self,
        mut layer: Box<dyn Layer>,
        word: &str,
        inputs: &[Symbolic],
        weights: Vec<Tensor>,
    ) -> Result<Vec<Symbolic>> {
        let name = self.layer_name(word);
        layer.base_mut().name = Some(name.clone());
        let outputs = Shared::new(layer).apply_all(inputs)?;
        if !weights.is_empty() {
            self.weights.push((name, weights));
        }
        Ok(outputs)
    }

    /// Applies a layer without weights to one value.
    pub fn map(&mut self, layer: impl Layer, word: &str, x: &Symbolic) -> Result<Symbolic> {
        self.map_with(layer, word, x, Vec::new())
    }

    /// Applies a layer to one value.
    pub fn map_with(
        &mut self,
        layer: impl Layer,
        word: &str,
        x: &Symbolic,
        weights: Vec<Tensor>,
    ) -> Result<Symbolic> {
        let outputs = self.apply(Box::new(layer), word, std::slice::from_ref(x), weights)?;
        outputs.into_iter().next().ok_or_else(|| unreadable(self.file, "a layer without outputs"))
    }

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

    /// The error of something that no layer does.
    pub fn refuse(&self, word: &str, problem: &str) -> Error {
        unreadable(self.file, format!("{word}: {problem}"))
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
