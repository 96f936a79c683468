//! What every model can do, whatever its graph.

use std::sync::OnceLock;

use serde_json::Value;

use super::network::Network;
use super::states::HeldStates;
use super::symbolic::wrong_kind;
use super::{LayerMut, LayerRef};
use crate::layers::{Dtype, Input, Layer};
use crate::training::Compiled;
use crate::{Error, Result, Shape, Tensor, WeightFormat};

/// A model: layers, their weights, and, once compiled, how to train them.
///
/// A model is made as a [`Sequential`](super::Sequential) or read with
/// [`load_model`](crate::load_model). Using it needs only `&self`, so one model serves many threads:
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(4).input_shape([5, 3]))?;
/// let x = ndarray::Array3::<f32>::ones((2, 5, 3));
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| model.predict(&x).unwrap());
///     }
/// });
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct Model {
    name: String,
    kind: Kind,
    seed: u64,
    trainable: bool,
    /// The layers while the input shape is unknown.
    pending: Vec<Box<dyn Layer>>,
    /// The declared input, which `layers()` doesn't list.
    input: Option<Input>,
    pub(super) network: OnceLock<Network>,
    /// What stateful layers ended the last call with.
    pub(crate) held: HeldStates,
    pub(crate) compiled: Option<Compiled>,
    warnings: Vec<String>,
    /// Why a loaded model's compilation can't be used.
    pub(crate) not_compiled_because: Option<String>,
}

/// How a model was put together, which summaries and files tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A chain; its input is not among its layers.
    Sequential,
    /// A graph; its inputs are.
    Functional,
}

impl Kind {
    /// Keras's name of the class.
    pub fn class_name(self) -> &'static str {
        match self {
            Kind::Sequential => "Sequential",
            Kind::Functional => "Functional",
        }
    }

    /// The module that Keras finds the class in.
    pub fn module(self) -> &'static str {
        match self {
            Kind::Sequential => "keras",
            Kind::Functional => "keras.src.models.functional",
        }
    }

    /// The name that Keras registers the class under, where it isn't a public one.
    pub fn registered_name(self) -> Option<String> {
        (self == Kind::Functional).then(|| "Functional".into())
    }
}

impl Model {
    pub(crate) fn empty(name: &str) -> Model {
        Model {
            name: name.into(),
            kind: Kind::Sequential,
            seed: crate::random::entropy(),
            trainable: true,
            pending: Vec::new(),
            input: None,
            network: OnceLock::new(),
            held: HeldStates::default(),
            compiled: None,
            warnings: Vec::new(),
            not_compiled_because: None,
        }
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What may surprise about a loaded model: where it computes what its file means, but not what
    /// a reader may expect. See [`compatibility`](crate::compatibility).
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn set_kind(&mut self, kind: Kind) {
        self.kind = kind;
    }

    pub(crate) fn set_network(&mut self, network: Network) {
        self.network = OnceLock::from(network);
    }

    /// The seed of its weights and of its training.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Fixes the seed of training, dropout and the order of samples, and of weights that are not
    /// there yet.
    pub fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// Adds a layer at the end of the chain.
    pub(crate) fn append(&mut self, mut layer: Box<dyn Layer>) -> Result<()> {
        if layer.base().name.is_none() {
            layer.base_mut().name = Some(crate::names::automatic(layer.class_name()));
        }
        if self.layers().iter().any(|other| other.base().name == layer.base().name) {
            let name = layer.base().name().to_owned();
            return Err(Error::DuplicateName { model: self.name.clone(), name });
        }
        if let Some(last) = self.layers().last()
            && self.network().is_some_and(|network| network.output_shapes().len() > 1)
        {
            return Err(Error::InvalidArgument {
                place: format!("Sequential \"{}\"", self.name),
                argument: "layer",
                expected: format!("nothing after {}, which has several outputs", last.place()),
                got: layer.place(),
            });
        }
        // As Keras, also for a list of one, with which merging layers go elsewhere.
        if takes_a_list(&*layer) {
            return Err(Error::InvalidArgument {
                place: format!("Sequential \"{}\"", self.name),
                argument: "layer",
                expected: "one that takes a tensor; one that takes a list of them is for \
                           functional models"
                    .into(),
                got: layer.place(),
            });
        }
        if let Some(shape) = layer.base().given_input_shape().filter(|_| self.is_empty()) {
            let is_input = layer.class_name() == "InputLayer";
            let mut input = Input::with_batch_shape(shape.clone());
            input.base_mut().name = match is_input {
                true => layer.base().name.clone(),
                false => Some(crate::names::automatic("InputLayer")),
            };
            if is_input {
                input.base_mut().dtype = layer.base().dtype.clone();
            } else if layer.takes_text(0) {
                input.base_mut().dtype = Dtype::text();
            }
            let mut network = Network::new(vec![shape]);
            if !is_input {
                network.append(layer, self.seed)?;
            }
            self.input = Some(input);
            self.network = OnceLock::from(network);
            return Ok(());
        }
        match self.network.get_mut() {
            Some(network) => {
                let declared = self.input.as_ref().filter(|_| network.layers().is_empty());
                let is_text = declared.map(|input| input.base().dtype.is_text());
                if let Some(is_text) = is_text.filter(|is_text| *is_text != layer.takes_text(0)) {
                    let shape = &network.input_shapes()[0];
                    return Err(wrong_kind(&layer.place(), 0, shape, !is_text));
                }
                network.append(layer, self.seed)?;
                if !self.trainable {
                    network.parameters_mut().freeze();
                }
            }
            None => self.pending.push(layer),
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.network.get().is_none()
    }

    /// Builds a model whose layers know no input shape, for inputs of that shape (with batch).
    /// A model that is built already stays as it is.
    ///
    /// # Errors
    /// What the layers refuse.
    pub fn build(&mut self, batch_input_shape: impl Into<Shape>) -> Result<()> {
        self.network_for(&[batch_input_shape.into()])?;
        self.pending.clear();
        Ok(())
    }

    /// Whether the weights exist.
    pub fn is_built(&self) -> bool {
        self.network.get().is_some()
    }

    /// The network, built for these input shapes if it isn't built yet.
    fn network_for(&self, inputs: &[Shape]) -> Result<&Network> {
        if let Some(network) = self.network.get() {
            return Ok(network);
        }
        let mut network = Network::new(inputs.to_vec());
        for layer in &self.pending {
            network.append(layer.clone(), self.seed)?;
        }
        if !self.trainable {
            network.parameters_mut().freeze();
        }
        // Another thread may have been faster; its network has the same weights.
        Ok(self.network.get_or_init(|| network))
    }

    /// The network, built for this data if it isn't built yet, once the data has been checked.
    pub(crate) fn network_on(&self, inputs: &[Tensor]) -> Result<&Network> {
        self.network_like(inputs, |shape| shape)
    }

    /// The same, but built for batches of any size, as Keras builds for `fit` and `evaluate`.
    pub(crate) fn network_on_batches_of(&self, inputs: &[Tensor]) -> Result<&Network> {
        self.network_like(inputs, |shape| {
            let mut dims = shape.dims().to_vec();
            dims.iter_mut().take(1).for_each(|batch| *batch = None);
            dims.into()
        })
    }

    fn network_like(&self, inputs: &[Tensor], build: fn(Shape) -> Shape) -> Result<&Network> {
        if self.is_empty() {
            return Err(Error::NotBuilt { model: self.name.clone() });
        }
        let shapes: Vec<Shape> = inputs.iter().map(|x| build(x.shape().into())).collect();
        let network = self.network_for(&shapes)?;
        network.check_inputs(inputs)?;
        Ok(network)
    }

    pub(crate) fn network(&self) -> Option<&Network> {
        self.network.get()
    }

    /// All weights, with their names, shapes and places.
    ///
    /// # Errors
    /// [`Error::NotBuilt`].
    pub fn parameters(&self) -> Result<&crate::Parameters> {
        Ok(self.built()?.parameters())
    }

    pub(crate) fn built(&self) -> Result<&Network> {
        self.network.get().ok_or_else(|| Error::NotBuilt { model: self.name.clone() })
    }

    pub(crate) fn built_mut(&mut self) -> Result<&mut Network> {
        self.network.get_mut().ok_or_else(|| Error::NotBuilt { model: self.name.clone() })
    }

    /// The declared input layer.
    pub(crate) fn input_layer(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// The layers in order. The inputs of a functional model are among them, that of a
    /// `Sequential` is not, as in Keras.
    pub fn layers(&self) -> &[Box<dyn Layer>] {
        self.network.get().map_or(&self.pending, |network| network.layers())
    }

    /// The layer of that name, with its weights.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names that exist.
    pub fn layer(&self, name: &str) -> Result<LayerRef<'_>> {
        Ok(LayerRef { model: self, index: self.index_of(name)? })
    }

    /// The layer of that name, for changing its weights.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names that exist.
    pub fn layer_mut(&mut self, name: &str) -> Result<LayerMut<'_>> {
        let index = self.index_of(name)?;
        Ok(LayerMut { model: self, index })
    }

    pub(super) fn index_of(&self, name: &str) -> Result<usize> {
        let names = || self.layers().iter().map(|layer| layer.base().name());
        names().position(|other| other == name).ok_or_else(|| Error::Unknown {
            what: "layer",
            name: name.into(),
            known: names().collect::<Vec<_>>().join(", "),
        })
    }

    pub(super) fn set_layer_trainable(&mut self, index: usize, trainable: bool) {
        match self.network.get_mut() {
            Some(network) => {
                network.layer_mut(index).set_trainable(trainable);
                network.parameters_mut().set_trainable(index, trainable && self.trainable);
            }
            None => self.pending[index].set_trainable(trainable),
        }
    }

    /// Whether training changes any weights: what [`Model::set_trainable`] said last.
    pub fn trainable(&self) -> bool {
        self.trainable
    }

    /// Says for all layers at once whether training changes their weights: Keras's
    /// `model.trainable`. In a model that is not trainable no layer is, whatever it says itself. It
    /// takes effect at once; Keras 3 heeds it when the model is next compiled.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).name("lstm"))?.add(Dense::new(1))?;
    /// model.build([None, Some(5), Some(2)])?;
    /// model.set_trainable(false);
    /// assert!(model.summary().contains("Non-trainable params: 76"));
    /// model.set_trainable(true);
    /// model.layer_mut("lstm")?.set_trainable(false);
    /// assert!(model.summary().contains("Non-trainable params: 72"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn set_trainable(&mut self, trainable: bool) {
        self.trainable = trainable;
        for index in 0..self.layers().len() {
            self.set_layer_trainable(index, trainable);
        }
    }

    /// Freezes the model as a whole; its layers go on saying what they say.
    pub(crate) fn freeze(&mut self) {
        self.trainable = false;
        if let Some(network) = self.network.get_mut() {
            network.parameters_mut().freeze();
        }
    }

    /// The shape of the first input with its batch dimension, once it is known.
    pub fn input_shape(&self) -> Option<Shape> {
        self.network.get().map(|network| network.input_shapes()[0].clone())
    }

    /// The shapes of all outputs with their batch dimension; none before they are known.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).return_state(true).input_shape([5, 2]))?;
    /// assert_eq!(model.output_shapes().len(), 3); // the output, h and c
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn output_shapes(&self) -> Vec<Shape> {
        self.network.get().map_or_else(Vec::new, Network::output_shapes)
    }

    /// The shapes of all inputs with their batch dimension; none before they are known.
    pub fn input_shapes(&self) -> &[Shape] {
        self.network.get().map_or(&[], Network::input_shapes)
    }

    /// The shape of the first output with its batch dimension, once it is known.
    pub fn output_shape(&self) -> Option<Shape> {
        self.network.get().and_then(|network| network.output_shapes().first().cloned())
    }

    /// The names of the inputs, those of the layers that declare them; `input` for one that no layer
    /// declares.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Input::new([5, 2]).name("signal"))?.add(Lstm::new(3))?;
    /// assert_eq!(model.input_names(), ["signal"]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn input_names(&self) -> Vec<String> {
        let declared =
            self.network.get().map(Network::graph).filter(|g| !g.input_layers.is_empty());
        match (declared, &self.input) {
            (Some(graph), _) => {
                let name = |layer: &usize| graph.layers[*layer].base().name().to_owned();
                graph.input_layers.iter().map(name).collect()
            }
            (None, Some(input)) => vec![input.base().name().to_owned()],
            (None, None) => vec!["input".into()],
        }
    }

    /// Whether the model is a chain: a [`Sequential`](super::Sequential).
    pub fn is_sequential(&self) -> bool {
        self.kind == Kind::Sequential
    }

    /// The names of the outputs, those of the layers that they come from, by which a training tells
    /// them apart; none before the model is built.
    pub fn output_names(&self) -> Vec<String> {
        let Some(network) = self.network.get() else { return Vec::new() };
        let graph = network.graph();
        let layer = |value: &usize| {
            let origin = graph.origin(*value);
            origin.map_or("input", |origin| graph.layers[origin.layer].base().name())
        };
        let layers: Vec<&str> = graph.outputs.iter().map(layer).collect();
        let name = |(i, name): (usize, &&str)| match layers[..i]
            .iter()
            .filter(|other| other == &name)
            .count()
        {
            0 => (*name).to_owned(),
            k => format!("{name}_{k}"),
        };
        layers.iter().enumerate().map(name).collect()
    }

    /// All weights in Keras's order (`get_weights`); none before the model is built.
    pub fn weights(&self) -> Vec<Tensor> {
        let parameters = self.network.get().map(Network::parameters);
        parameters.map_or_else(Vec::new, |p| p.entries().iter().map(|e| p.tensor(e)).collect())
    }

    /// Replaces all weights, given in Keras's order.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], [`Error::WeightCount`] or [`Error::WeightShape`]; the old weights stay.
    pub fn set_weights(&mut self, weights: impl IntoIterator<Item = Tensor>) -> Result<()> {
        self.replace_weights(|parameters| parameters.entries().to_vec(), weights)
    }

    /// What recurrent layers hold their kernels as while they predict and stream.
    pub fn weight_format(&self) -> WeightFormat {
        self.network().map_or(WeightFormat::Float32, |network| network.parameters().weight_format())
    }

    /// Makes recurrent layers hold their kernels in fewer bits, which a single sequence or stream
    /// reads faster: with units so many that the weights outgrow a cache, reading them is what takes
    /// the time. It is a setting of this model in memory: [`Model::weights`] and files keep the full
    /// weights, and [`WeightFormat::Float32`] goes back to them.
    ///
    /// It applies to `SimpleRNN`, `LSTM` and `GRU` layers and to `RNN` and `Bidirectional` around
    /// their cells, where the fast kernels compute them; all others stay as they are. Biases, states
    /// and everything computed stay f32. How far outputs move depends on the model: over 1,000 steps
    /// of layers of 64 units with weights as large as training leaves them, states moved by at most
    /// 0.005 with `Bfloat16` and 0.03 with `Int8` (a test holds them to it). Judge by your own
    /// metric. Results are bit by bit the same for streams, sequences and batches of any size.
    ///
    /// # Errors
    /// [`Error::NotBuilt`]. Training with rounded weights is refused.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::WeightFormat;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(32).input_shape([10, 4]))?;
    /// let x = ndarray::Array3::from_shape_fn((1, 10, 4), |(_, t, i)| (t + i) as f32 / 14.0);
    /// let full = model.predict(&x)?;
    /// model.set_weight_format(WeightFormat::Bfloat16)?;
    /// let rounded = model.predict(&x)?;
    /// assert!(full != rounded && (&full - &rounded).iter().all(|d| d.abs() < 5e-3));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn set_weight_format(&mut self, format: WeightFormat) -> Result<()> {
        self.built_mut()?.parameters_mut().set_weight_format(format);
        Ok(())
    }

    /// The number of values in all weights.
    pub fn count_params(&self) -> usize {
        self.network.get().map_or(0, |network| network.parameters().values().len())
    }
}

/// Whether Keras calls a layer with a list of tensors.
fn takes_a_list(layer: &dyn Layer) -> bool {
    let (positional, _) = layer.call_arguments(vec![Value::Null]);
    positional.first().is_some_and(Value::is_array)
}
