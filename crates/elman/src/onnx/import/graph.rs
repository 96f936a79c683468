//! The walk over a graph's nodes.

use std::collections::HashMap;

use elman_files::Array;
use elman_files::onnx::{self, Dim, ElementKind, Graph};

use super::node::Reading;
use super::value::{Size, Value, View};
use super::{Imported, ImportedValue, batch, unreadable};
use crate::layers::{Input, Layer, LayerOptions};
use crate::models::{Functional, Shared, Symbolic};
use crate::{Error, Result, Shape, Tensor};

/// A graph while it is read.
pub(super) struct Importer<'g> {
    pub graph: &'g Graph,
    pub file: &'g str,
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

    /// The error of something that no layer does.
    pub fn refuse(&self, word: &str, problem: &str) -> Error {
        unreadable(self.file, format!("{word}: {problem}"))
    }
}
