//! Tensors without values: what functional models are written with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::layers::{Input, Layer};
use crate::{Error, Result, Shape};

/// A tensor of a model that is being put together: it has a shape and an origin but no values.
/// Keras's `KerasTensor`.
///
/// It comes from [`Input::symbolic`] and from applying layers ([`Apply`]); a
/// [`Functional`](super::Functional) makes a model of it.
#[derive(Clone)]
pub struct Symbolic {
    pub(crate) node: Arc<Node>,
    pub(crate) index: usize,
}

/// One call of a layer on symbolic tensors.
pub(crate) struct Node {
    pub layer: Shared,
    /// Which of the layer's calls this is, in the order in which they were made.
    pub number: usize,
    /// The layer's inputs, then the masks; none for an input of the model.
    pub inputs: Vec<Symbolic>,
    /// For each mask, the input that it is for.
    pub masks: Vec<usize>,
    pub shapes: Vec<Shape>,
    pub ignores_mask: bool,
    pub training: Option<bool>,
}

/// How a layer is called, beside its inputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct How {
    /// For each of the masks behind the inputs, the input that it is for.
    pub masks: Vec<usize>,
    pub ignores_mask: bool,
    pub training: Option<bool>,
}

/// The arguments of Keras's calls on tensors of a model that aren't inputs: see
/// [`Shared::apply_with`].
#[derive(Clone, Default)]
pub struct CallOptions {
    /// Masks that are tensors of the model, each beside the number of the input that it is for.
    pub masks: Vec<(usize, Symbolic)>,
    /// Keras's `training`. As in Keras 3, trainings, evaluations and predictions have their own;
    /// [`Model::call`](super::Model::call) heeds it.
    pub training: Option<bool>,
}

impl Node {
    /// See [`keras_order`].
    pub fn inputs_in_keras_order(&self) -> Vec<usize> {
        keras_order(self.layer.layer(), self.inputs.len(), self.masks.len())
    }
}

/// The indices of a call's inputs, of which the last are masks, in the order in which Keras goes
/// through the arguments, on which the order of layers depends: those by position, then those by
/// name in alphabetical order. Masks come last.
pub(crate) fn keras_order(layer: &dyn Layer, inputs: usize, masks: usize) -> Vec<usize> {
    let tensors = inputs - masks;
    // As strings, since operations have numbers among their arguments.
    let indices = (0..tensors).map(|index| index.to_string().into()).collect();
    let (positional, named) = layer.call_arguments(indices);
    let mut named: Vec<(String, Value)> = named.into_iter().collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut order = Vec::new();
    let arguments = positional.iter().chain(named.iter().map(|(_, value)| value));
    arguments.for_each(|argument| collect_indices(argument, &mut order));
    order.extend(tensors..inputs);
    order
}

/// The error for text where numbers are expected, or the other way round.
pub(crate) fn wrong_kind(layer: &str, index: usize, shape: &Shape, takes_text: bool) -> Error {
    let (expected, got) = if takes_text { ("text", "numbers") } else { ("numbers", "text") };
    Error::InputKind { layer: layer.into(), index, expected, got, shape: shape.clone() }
}

/// The indices in a list of lists, in order.
fn collect_indices(argument: &Value, found: &mut Vec<usize>) {
    match argument {
        Value::Array(list) => list.iter().for_each(|value| collect_indices(value, found)),
        value => found.extend(value.as_str().and_then(|index| index.parse::<usize>().ok())),
    }
}

impl Drop for Node {
    /// Without recursion, so that no depth overflows the stack.
    fn drop(&mut self) {
        let mut waiting = std::mem::take(&mut self.inputs);
        while let Some(input) = waiting.pop() {
            if let Some(mut node) = Arc::into_inner(input.node) {
                waiting.append(&mut node.inputs);
            }
        }
    }
}

/// A layer that may be applied several times, always with the same weights.
///
/// ```
/// use elman::prelude::*;
/// let encoder = Gru::new(4).shared();
/// let (a, b) = (Input::new([5, 3]).symbolic(), Input::new([5, 3]).symbolic());
/// let model = Functional::new([&a, &b], [&encoder.apply(&a)?, &encoder.apply(&b)?]).build()?;
/// assert_eq!(model.count_params(), 3 * 4 * (3 + 4 + 2)); // one GRU
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct Shared(Arc<SharedLayer>);

struct SharedLayer {
    layer: Box<dyn Layer>,
    calls: AtomicUsize,
}

/// The inputs of a layer: one symbolic tensor or several.
pub struct Symbols(Vec<Symbolic>);

impl Symbolic {
    /// The shape, with the batch dimension.
    pub fn shape(&self) -> &Shape {
        &self.node.shapes[self.index]
    }

    /// Whether it is text, which nothing but an input of a model is.
    pub(crate) fn is_text(&self) -> bool {
        self.node.inputs.is_empty() && self.node.layer.layer().base().dtype.is_text()
    }

    /// What it is an output of, as messages name it.
    pub(crate) fn place(&self) -> String {
        format!("output {} of {}", self.index, self.node.layer.layer().place())
    }
}

/// The same output of the same call.
impl PartialEq for Symbolic {
    fn eq(&self, other: &Symbolic) -> bool {
        Arc::ptr_eq(&self.node, &other.node) && self.index == other.index
    }
}

impl Eq for Symbolic {}

impl std::hash::Hash for Symbolic {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (Arc::as_ptr(&self.node).addr(), self.index).hash(state);
    }
}

impl std::fmt::Debug for Symbolic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbolic({}, {})", self.shape(), self.place())
    }
}

impl Input {
    /// The input as a symbolic tensor. Without a name it gets one such as `input_layer_1`.
    pub fn symbolic(self) -> Symbolic {
        let shape = self.base().batch_input_shape.clone().unwrap_or_default();
        let layer = Shared::new(self);
        layer.0.calls.store(1, Ordering::Relaxed);
        let node = Node {
            layer,
            number: 0,
            inputs: Vec::new(),
            masks: Vec::new(),
            shapes: vec![shape],
            ignores_mask: false,
            training: None,
        };
        Symbolic { node: Arc::new(node), index: 0 }
    }
}

impl Shared {
    /// A layer to share. Without a name it gets one such as `lstm_1`.
    pub fn new(layer: impl Into<Box<dyn Layer>>) -> Shared {
        let mut layer = layer.into();
        if layer.base().name.is_none() {
            layer.base_mut().name = Some(crate::names::automatic(layer.class_name()));
        }
        Shared(Arc::new(SharedLayer { layer, calls: AtomicUsize::new(0) }))
    }

    /// The layer itself.
    pub fn layer(&self) -> &dyn Layer {
        &*self.0.layer
    }

    /// What tells this layer from any other.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Applies the layer: its only output for these inputs.
    ///
    /// # Errors
    /// Input shapes that the layer can't take; a layer with several outputs.
    pub fn apply(&self, inputs: impl Into<Symbols>) -> Result<Symbolic> {
        let mut outputs = self.apply_all(inputs)?;
        match (outputs.pop(), outputs.len()) {
            (Some(output), 0) => Ok(output),
            (_, others) => Err(Error::Arity {
                model: self.layer().place(),
                what: "outputs",
                call: "apply",
                expected: 1,
                got: others + 1,
                advice: "apply_all",
            }),
        }
    }

    /// Applies the layer: all its outputs for these inputs, such as an LSTM's output and states.
    ///
    /// # Errors
    /// Input shapes that the layer can't take.
    pub fn apply_all(&self, inputs: impl Into<Symbols>) -> Result<Vec<Symbolic>> {
        self.call(inputs.into().0, How::default())
    }

    /// Applies the layer to inputs with masks that are tensors of the model themselves, each beside
    /// the number of the input that it is for: all outputs. (Masks that layers make themselves, such
    /// as those of `Embedding` and `Masking`, go their way without this.)
    ///
    /// # Errors
    /// As [`Shared::apply_all`], and a mask for an input that there isn't.
    pub fn apply_masked(
        &self,
        inputs: impl Into<Symbols>,
        masks: impl IntoIterator<Item = (usize, Symbolic)>,
    ) -> Result<Vec<Symbolic>> {
        let masks = masks.into_iter().collect();
        self.apply_with(inputs, CallOptions { masks, training: None })
    }

    /// Applies the layer with other arguments than inputs: all outputs.
    ///
    /// ```
    /// use elman::models::CallOptions;
    /// use elman::prelude::*;
    /// let x = Input::new([6]).symbolic();
    /// let always = CallOptions { training: Some(true), ..CallOptions::default() };
    /// let y = Dropout::new(0.5).shared().apply_with(&x, always)?;
    /// let model = Functional::new(x, y).build()?;
    /// let ones = Tensor::new([1, 6], vec![1.0; 6])?;
    /// assert_eq!(model.predict(ones.clone())?.sum(), 6.0);
    /// let y = model.call([ones], None)?.remove(0);
    /// assert!(y.iter().all(|y| *y == 0.0 || *y == 2.0));
    /// # Ok::<(), elman::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Shared::apply_masked`].
    pub fn apply_with(
        &self,
        inputs: impl Into<Symbols>,
        options: CallOptions,
    ) -> Result<Vec<Symbolic>> {
        let mut inputs = inputs.into().0;
        let count = inputs.len();
        let (numbers, masks): (Vec<usize>, Vec<Symbolic>) = options.masks.into_iter().unzip();
        if let Some(number) = numbers.iter().find(|number| **number >= count) {
            return Err(Error::InputCount {
                layer: self.layer().place(),
                expected: format!("input {number}, which a mask is for,"),
                got: count,
            });
        }
        inputs.extend(masks);
        let how = How { masks: numbers, training: options.training, ..How::default() };
        self.call(inputs, how)
    }

    /// Applies the layer to inputs followed by masks.
    pub(crate) fn call(&self, inputs: Vec<Symbolic>, how: How) -> Result<Vec<Symbolic>> {
        let How { masks, ignores_mask, training } = how;
        let tensors = inputs.len().saturating_sub(masks.len());
        let given: Vec<Shape> =
            inputs[..tensors].iter().map(|input| input.shape().clone()).collect();
        for (index, input) in inputs.iter().enumerate() {
            let takes_text = index < tensors && self.layer().takes_text(index);
            if input.is_text() != takes_text {
                return Err(wrong_kind(&self.layer().place(), index, input.shape(), takes_text));
            }
        }
        let shapes = self.layer().output_shapes(&given)?;
        let outputs = shapes.len();
        let number = self.0.calls.fetch_add(1, Ordering::Relaxed);
        let layer = self.clone();
        let node = Arc::new(Node { layer, number, inputs, masks, shapes, ignores_mask, training });
        Ok((0..outputs).map(|index| Symbolic { node: Arc::clone(&node), index }).collect())
    }
}

/// Applying a layer to symbolic tensors: how functional models are written.
///
/// ```
/// use elman::prelude::*;
/// let x = Input::new([10, 3]).symbolic();
/// let outputs = Lstm::new(4).return_state(true).apply_all(&x)?;
/// let y = Dense::new(1).apply(&outputs[0])?;
/// assert_eq!(y.shape().to_string(), "(None, 1)");
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Apply: Layer + Sized {
    /// Applies the layer: its only output for these inputs.
    ///
    /// # Errors
    /// As [`Shared::apply`].
    fn apply(self, inputs: impl Into<Symbols>) -> Result<Symbolic> {
        self.shared().apply(inputs)
    }

    /// Applies the layer: all its outputs for these inputs.
    ///
    /// # Errors
    /// As [`Shared::apply_all`].
    fn apply_all(self, inputs: impl Into<Symbols>) -> Result<Vec<Symbolic>> {
        self.shared().apply_all(inputs)
    }

    /// The layer as one that can be applied several times.
    fn shared(self) -> Shared {
        Shared::new(self)
    }
}

impl<L: Layer> Apply for L {}

impl From<&Symbolic> for Symbols {
    fn from(symbolic: &Symbolic) -> Symbols {
        Symbols(vec![symbolic.clone()])
    }
}

impl From<Symbolic> for Symbols {
    fn from(symbolic: Symbolic) -> Symbols {
        Symbols(vec![symbolic])
    }
}

impl<const N: usize> From<[&Symbolic; N]> for Symbols {
    fn from(symbols: [&Symbolic; N]) -> Symbols {
        Symbols(symbols.into_iter().cloned().collect())
    }
}

impl From<&[Symbolic]> for Symbols {
    fn from(symbols: &[Symbolic]) -> Symbols {
        Symbols(symbols.to_vec())
    }
}

impl From<Vec<Symbolic>> for Symbols {
    fn from(symbols: Vec<Symbolic>) -> Symbols {
        Symbols(symbols)
    }
}

impl From<Symbols> for Vec<Symbolic> {
    fn from(symbols: Symbols) -> Vec<Symbolic> {
        symbols.0
    }
}
