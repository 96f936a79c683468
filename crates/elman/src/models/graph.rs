//! Calls of layers on each other's outputs: what every model consists of.

use super::symbolic::wrong_kind;
use crate::layers::{Assets, Layer};
use crate::parameters::{Builder, Parameters};
use crate::{Context, Error, Float, Mask, Result, Shape, Tensor};

/// Calls of layers, in an order in which each call finds its inputs computed.
///
/// Values are numbered: first the graph's inputs, then the outputs of each call in turn. The weights
/// lie elsewhere: with the model ([`Network`](super::network::Network)), or with the model that this
/// one is nested in.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    /// In Keras's order, which summaries and files follow.
    pub layers: Vec<Box<dyn Layer>>,
    pub calls: Vec<Call>,
    /// The shapes of all values.
    pub values: Vec<Shape>,
    /// The layers that declare the inputs; none in a chain, where no layer is listed for them.
    pub input_layers: Vec<usize>,
    pub inputs: usize,
    pub outputs: Vec<usize>,
    /// The call after which nobody reads a value; none for the graph's outputs.
    pub last_uses: Vec<Option<usize>>,
}

/// One call of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub layer: usize,
    /// Which of the layer's calls this is, from 0.
    pub number: usize,
    /// The layer's inputs, then the masks that are values of the graph (0 or 1).
    pub inputs: Vec<usize>,
    /// For each of these masks, the input that it is for.
    pub masks: Vec<usize>,
    pub outputs: std::ops::Range<usize>,
    /// Whether masks change nothing but the masks of the outputs: Keras 3 ignores them beside
    /// initial states, and a file that it wrote means that.
    pub ignores_mask: bool,
    /// The `training` that Keras's file has with the call; see [`Model::call`](super::Model::call).
    pub training: Option<bool>,
}

/// Where a value comes from: Keras's `keras_history`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub layer: usize,
    pub call: usize,
    pub tensor: usize,
}

impl Call {
    /// The values that are the layer's inputs.
    pub fn tensors(&self) -> &[usize] {
        &self.inputs[..self.inputs.len() - self.masks.len()]
    }

    /// The inputs with their masks, from the values of [`Call::inputs`].
    fn with_masks(&self, mut values: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let masks = values.split_off(self.tensors().len());
        for (input, mask) in self.masks.iter().zip(masks) {
            let used = mask.data().iter().map(|v| *v != 0.0).collect();
            let mask = Mask::new(mask.shape(), used)?;
            values[*input] = values[*input].clone().with_mask(mask)?;
        }
        Ok(values)
    }
}

/// So many numbers (256 MB) are had without asking whether there is memory for them.
const ANY_MEMORY: usize = 1 << 26;

impl Graph {
    /// A graph that gives back its inputs.
    pub fn new(inputs: Vec<Shape>) -> Graph {
        let mut graph = Graph {
            inputs: inputs.len(),
            outputs: (0..inputs.len()).collect(),
            ..Graph::default()
        };
        graph.values = inputs;
        graph.note_last_uses();
        graph
    }

    /// Adds a layer that is called on the graph's outputs, which its own replace.
    pub fn append(&mut self, layer: Box<dyn Layer>) -> Result<()> {
        let inputs: Vec<Shape> = self.outputs.iter().map(|v| self.values[*v].clone()).collect();
        // Text is nothing but an input, and what that is the first layer says.
        if layer.takes_text(0) && !self.calls.is_empty() {
            return Err(wrong_kind(&layer.place(), 0, &inputs[0], true));
        }
        let outputs = layer.output_shapes(&inputs)?;
        let start = self.values.len();
        self.values.extend(outputs);
        self.calls.push(Call {
            layer: self.layers.len(),
            number: 0,
            inputs: std::mem::take(&mut self.outputs),
            masks: Vec::new(),
            outputs: start..self.values.len(),
            ignores_mask: false,
            training: None,
        });
        self.outputs = (start..self.values.len()).collect();
        self.layers.push(layer);
        self.note_last_uses();
        Ok(())
    }

    /// Takes the layer that was appended last out again.
    pub fn pop(&mut self) {
        if let (Some(_), Some(call)) = (self.layers.pop(), self.calls.pop()) {
            self.values.truncate(call.outputs.start);
            self.outputs = call.inputs;
            self.note_last_uses();
        }
    }

    pub(super) fn note_last_uses(&mut self) {
        self.last_uses = vec![None; self.values.len()];
        for (i, call) in self.calls.iter().enumerate() {
            for v in &call.inputs {
                self.last_uses[*v] = Some(i);
            }
        }
        for v in &self.outputs {
            self.last_uses[*v] = None;
        }
    }

    /// Where the weights of a layer lie, below those of the model.
    pub fn place_of(&self, layer: usize) -> String {
        let class_name = self.layers[layer].class_name();
        let class = crate::names::snake_case(class_name);
        let before = self.layers[..layer].iter();
        match before.filter(|other| other.class_name() == class_name).count() {
            0 => format!("layers/{class}"),
            k => format!("layers/{class}_{k}"),
        }
    }

    /// Builds a layer for the shapes of its first call; those of further calls must need the same
    /// weights.
    pub fn build_layer(&mut self, index: usize, builder: &mut Builder) -> Result<()> {
        let shapes_of = |call: &Call| -> Vec<Shape> {
            call.tensors().iter().map(|v| self.values[*v].clone()).collect()
        };
        let calls: Vec<Vec<Shape>> =
            self.calls.iter().filter(|call| call.layer == index).map(shapes_of).collect();
        let Some((first, others)) = calls.split_first() else { return Ok(()) };
        for other in others.iter().filter(|other| *other != first) {
            let weights = |shapes: &[Shape]| -> Result<Vec<Vec<usize>>> {
                let mut scratch = Parameters::default();
                let mut builder = Builder::unfilled(&mut scratch);
                self.layers[index].clone().build(shapes, &mut builder)?;
                Ok(scratch.entries().iter().map(|entry| entry.shape.clone()).collect())
            };
            if weights(first)? != weights(other)? {
                return Err(Error::InputShape {
                    layer: self.layers[index].place(),
                    index: 0,
                    expected: format!("one that needs the weights it has for {}", first[0]),
                    got: other[0].clone(),
                });
            }
        }
        self.layers[index].build(first, builder)
    }

    pub fn input_shapes(&self) -> &[Shape] {
        &self.values[..self.inputs]
    }

    pub fn output_shapes(&self) -> Vec<Shape> {
        self.outputs.iter().map(|v| self.values[*v].clone()).collect()
    }

    /// The shapes of all values for those input shapes.
    pub fn shapes_for(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let mut values = inputs.to_vec();
        for call in &self.calls {
            let inputs: Vec<Shape> = call.tensors().iter().map(|v| values[*v].clone()).collect();
            values.extend(self.layers[call.layer].output_shapes(&inputs)?);
        }
        Ok(values)
    }

    /// The output shapes of the last call of a layer, which summaries show; an input's own shape.
    pub fn layer_output_shapes(&self, layer: usize) -> &[Shape] {
        if let Some(v) = self.input_layers.iter().position(|other| *other == layer) {
            return &self.values[v..=v];
        }
        let of_layer = self.calls.iter().filter(|call| call.layer == layer);
        let call = of_layer.max_by_key(|call| call.number);
        call.map_or(&[], |call| &self.values[call.outputs.clone()])
    }

    /// The calls of a layer, in the order in which they were made.
    pub fn calls_of(&self, layer: usize) -> Vec<&Call> {
        let mut calls: Vec<&Call> = self.calls.iter().filter(|c| c.layer == layer).collect();
        calls.sort_by_key(|call| call.number);
        calls
    }

    /// Where a value comes from; none for the inputs of a chain.
    pub fn origin(&self, value: usize) -> Option<Origin> {
        if value < self.inputs {
            return self.input_layers.get(value).map(|l| Origin { layer: *l, call: 0, tensor: 0 });
        }
        let call = self.calls.iter().find(|call| call.outputs.contains(&value))?;
        let tensor = value - call.outputs.start;
        Some(Origin { layer: call.layer, call: call.number, tensor })
    }

    /// Whether an input is text.
    pub fn takes_text(&self, input: usize) -> bool {
        if let Some(layer) = self.input_layers.get(input) {
            return self.layers[*layer].base().dtype.is_text();
        }
        let reads = |call: &Call| {
            let at = call.tensors().iter().position(|v| *v == input)?;
            Some(self.layers[call.layer].takes_text(at))
        };
        self.calls.iter().find_map(reads).unwrap_or_default()
    }

    /// An input without the axis of one that is expected at its end, or with one too much, as Keras
    /// takes it: a list of strings, say, or series of numbers, each a step's only feature.
    fn adjusted(&self, input: usize, x: &Tensor) -> Result<Tensor> {
        let (shape, given) = (&self.values[input], x.shape());
        if given.len() + 1 == shape.ndim() && shape.last() == Some(1) {
            return x.clone().reshape([given, &[1]].concat());
        }
        if given.len() == shape.ndim() + 1 && given.last() == Some(&1) {
            return x.clone().reshape(&given[..given.len() - 1]);
        }
        Ok(x.clone())
    }

    /// What the layers keep in files beside configurations and weights, by the layers' places.
    pub fn assets(&self) -> Result<Assets> {
        let mut all = Assets::new();
        for (index, layer) in self.layers.iter().enumerate() {
            all.extend_below(&self.place_of(index), layer.assets()?);
        }
        Ok(all)
    }

    /// Gives the layers what [`Graph::assets`] took from them.
    pub fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        for index in 0..self.layers.len() {
            let own = assets.below(&self.place_of(index));
            self.layers[index].load_assets(&own)?;
        }
        Ok(())
    }

    /// Checks number, kinds and shapes of the inputs. The batch may be of any size, as in Keras.
    pub fn check_inputs(&self, inputs: &[Tensor]) -> Result<()> {
        let place = |input: usize| {
            let layer = self.input_layers.get(input).or(self.calls.first().map(|c| &c.layer));
            layer.map_or_else(|| "model".into(), |layer| self.layers[*layer].place())
        };
        if inputs.len() != self.inputs {
            let layer = if self.input_layers.is_empty() { place(0) } else { "the model".into() };
            let expected = match self.inputs {
                1 => "one input".into(),
                inputs => format!("{inputs} inputs"),
            };
            return Err(Error::InputCount { layer, expected, got: inputs.len() });
        }
        for (index, (input, shape)) in inputs.iter().zip(self.input_shapes()).enumerate() {
            if input.is_text() != self.takes_text(index) {
                return Err(input.wrong_kind(&place(index), index));
            }
            let input = self.adjusted(index, input)?;
            let mut any_batch = shape.dims().to_vec();
            if let Some(batch) = any_batch.first_mut() {
                *batch = None;
            }
            let any_batch = Shape::from(any_batch);
            if !any_batch.matches(input.shape()) {
                return Err(Error::InputShape {
                    layer: place(index),
                    index,
                    expected: any_batch.to_string(),
                    got: input.shape().into(),
                });
            }
        }
        self.check_memory(inputs)
    }

    /// Refuses inputs for which a layer would give more numbers than there is memory for, which a
    /// size such as that of `RepeatVector` can bring about; no program outlives asking for it.
    fn check_memory(&self, inputs: &[Tensor]) -> Result<()> {
        let dims = inputs.iter().flat_map(|x| x.shape());
        let longest = dims.copied().max().unwrap_or(1).max(1);
        // As many rows as are computed at a time.
        let rows = inputs.first().and_then(|x| x.shape().first().copied()).unwrap_or(1).min(256);
        let size = |shape: &Shape| {
            let dims = shape.dims().iter().skip(1).map(|dim| dim.unwrap_or(longest));
            dims.fold(rows, usize::saturating_mul)
        };
        let has_memory =
            |len: usize| len <= ANY_MEMORY || Vec::<Float>::new().try_reserve_exact(len).is_ok();
        for call in &self.calls {
            let outputs = &self.values[call.outputs.clone()];
            if let Some(shape) = outputs.iter().find(|shape| !has_memory(size(shape))) {
                return Err(Error::Unsupported {
                    place: self.layers[call.layer].place(),
                    option: format!("an output of shape {shape}, for which there is no memory,"),
                    advice: "smaller arguments of the layer are".into(),
                });
            }
        }
        Ok(())
    }

    /// Computes the outputs.
    pub fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let adjusted = |(i, x): (usize, &Tensor)| self.adjusted(i, x).map(Some);
        let mut values: Vec<Option<Tensor>> =
            inputs.iter().enumerate().map(adjusted).collect::<Result<_>>()?;
        values.resize(self.values.len(), None);
        let mut done = 0;
        for (i, call) in self.calls.iter().enumerate() {
            if i < done {
                continue;
            }
            if let Some(run) = self.wavefront(i, &values, cx) {
                if self.last_uses[call.inputs[0]] == Some(i) {
                    values[call.inputs[0]] = None;
                }
                values[run.output] = Some(run.value);
                done = run.end;
                continue;
            }
            let mut take = |v: &usize| {
                let is_last = self.last_uses[*v] == Some(i);
                // A value that a call reads twice must outlive the first reading.
                let once = call.inputs.iter().filter(|other| *other == v).count() == 1;
                let value = if is_last && once { values[*v].take() } else { values[*v].clone() };
                value.expect("calls stand in an order in which their inputs are computed")
            };
            let inputs = call.with_masks(call.inputs.iter().map(&mut take).collect())?;
            let layer = &*self.layers[call.layer];
            let outputs = cx.in_call(call.number, |cx| {
                cx.with_training_of_call(call.training, |cx| match call.ignores_mask {
                    false => layer.call(&inputs, cx),
                    true => call_without_masks(layer, &inputs, cx),
                })
            })?;
            for (slot, output) in values[call.outputs.clone()].iter_mut().zip(outputs) {
                *slot = Some(output);
            }
        }
        let take = |v: &usize| values[*v].clone().expect("outputs are computed by a call");
        Ok(self.outputs.iter().map(take).collect())
    }

    /// The inputs of a layer's first call, with their masks; none if it isn't called.
    pub fn inputs_of(
        &self,
        layer: usize,
        inputs: &[Tensor],
        cx: &mut Context,
    ) -> Result<Option<Vec<Tensor>>> {
        let of_layer = self.calls.iter().enumerate().filter(|(_, call)| call.layer == layer);
        let Some((at, call)) = of_layer.min_by_key(|(_, call)| call.number) else {
            return Ok(None);
        };
        let mut before = self.clone();
        before.calls.truncate(at);
        before.values.truncate(call.outputs.start);
        before.outputs = call.inputs.clone();
        before.note_last_uses();
        call.with_masks(before.forward(inputs, cx)?).map(Some)
    }

    /// Computes the gradients of the inputs and adds those of the weights to the context's.
    pub fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let wants_inputs = cx.wants_input_gradients();
        let mut of_values: Vec<Option<Tensor>> = vec![None; self.values.len()];
        for (v, gradient) in self.outputs.iter().zip(gradients) {
            accumulate(&mut of_values[*v], gradient.clone());
        }
        for call in self.calls.iter().rev() {
            let wants = wants_inputs || call.inputs.iter().any(|v| *v >= self.inputs);
            cx.set_wants_input_gradients(wants);
            let upstream: Vec<Option<Tensor>> =
                call.outputs.clone().map(|v| of_values[v].take()).collect();
            let inputs = self.layers[call.layer].call_backward(&upstream, cx)?;
            for (v, gradient) in call.inputs.iter().zip(inputs) {
                accumulate(&mut of_values[*v], gradient);
            }
        }
        cx.set_wants_input_gradients(wants_inputs);
        of_values.truncate(self.inputs);
        Ok(of_values)
    }
}

/// [`Layer::call`] with outputs as if the inputs had no masks.
fn call_without_masks(
    layer: &dyn Layer,
    inputs: &[Tensor],
    cx: &mut Context,
) -> Result<Vec<Tensor>> {
    let bare: Vec<Tensor> = inputs.iter().map(|x| x.clone().replace_mask(None)).collect();
    let masks = layer.output_masks(inputs).into_iter().chain(std::iter::repeat(None));
    let outputs = layer.call(&bare, cx)?;
    Ok(outputs.into_iter().zip(masks).map(|(y, mask)| y.replace_mask(mask)).collect())
}

fn accumulate(slot: &mut Option<Tensor>, gradient: Option<Tensor>) {
    match (slot.as_mut(), gradient) {
        (Some(sum), Some(gradient)) => sum.add_assign(&gradient),
        (None, gradient) => *slot = gradient,
        (Some(_), None) => {}
    }
}
