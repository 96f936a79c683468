//! What a layer is.

use std::any::Any;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::onnx::{Edge, Exporter};
use crate::parameters::Builder;
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Error, Mask, Result, Shape, Tensor};

use super::{Assets, Dtype, activity};

/// One layer of a model: Keras's `Layer`, in few methods.
///
/// A layer is a description: its configuration and, once built, the handles of its weights, whose
/// values lie in the model's [`Parameters`](crate::Parameters). What a single call needs lies in the
/// [`Context`]. So a layer is immutable while it works, and cheap to clone.
///
/// To write your own, hold a [`Base`], register weights in `build`, compute in `forward`, save on
/// the context's tape what `backward` needs, and add the gradients of weights in `backward`. A layer
/// that holds others runs them by `call` and `call_backward`.
pub trait Layer: Any + Send + Sync {
    /// Keras's class name: `LSTM`.
    fn class_name(&self) -> &'static str;

    /// The module that Keras finds the class in.
    fn module(&self) -> &'static str {
        "keras.layers"
    }

    /// The name that Keras knows a class by which is not among its public ones.
    fn registered_name(&self) -> Option<String> {
        None
    }

    /// What every layer has: name, trainable flag, dtype, input shape.
    fn base(&self) -> &Base;

    /// The same, for writing.
    fn base_mut(&mut self) -> &mut Base;

    /// The configuration under Keras's keys, as it stands in a `.keras` file.
    fn config(&self) -> Map<String, Value>;

    /// The shapes of the outputs for those input shapes. Computes and allocates nothing.
    ///
    /// # Errors
    /// An input shape that the layer can't take, or an invalid or unsupported option.
    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>>;

    /// Registers the layer's weights, in Keras's order.
    ///
    /// # Errors
    /// As [`Layer::output_shapes`], which is called before.
    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let _no_weights = (inputs, builder);
        Ok(())
    }

    /// Computes the outputs. The shapes of `inputs` agree with what the layer was built for.
    ///
    /// # Errors
    /// Values that the layer can't use.
    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>>;

    /// The arguments of a call as Keras writes them into the files of functional models: positional
    /// and by keyword. `inputs` stand for the tensors, in the order of [`Layer::forward`].
    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        (inputs, Map::new())
    }

    /// Takes an argument of Keras's `call` that files of functional models hold with the call, such
    /// as `use_causal_mask`. False if the layer has no such argument or can't have that value.
    fn set_call_argument(&mut self, name: &str, value: &Value) -> bool {
        let _unknown = (name, value);
        false
    }

    /// The names of the inputs of Keras's `call`, in the order of [`Layer::forward`], where several
    /// may be given by keyword.
    fn keyword_inputs(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether that input is text, of which [`Tensor::strings`] tells; else it is numbers.
    fn takes_text(&self, input: usize) -> bool {
        let _of_numbers = input;
        false
    }

    /// What the layer keeps in files beside its configuration and its weights.
    ///
    /// # Errors
    /// What a file can't hold, or isn't there yet.
    fn assets(&self) -> Result<Assets> {
        Ok(Assets::new())
    }

    /// Takes what [`Layer::assets`] gave.
    ///
    /// # Errors
    /// Something that is missing or doesn't fit the layer.
    fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        let _none = assets;
        Ok(())
    }

    /// Whether the mask of the first input holds for the outputs as well; else it ends here.
    /// Keras's `supports_masking`.
    fn supports_masking(&self) -> bool {
        false
    }

    /// The masks of the outputs; those beyond the end have none. Keras's `compute_mask`.
    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        match self.supports_masking() {
            true => vec![inputs.first().and_then(Tensor::mask).cloned()],
            false => Vec::new(),
        }
    }

    /// [`Layer::forward`], with the masks of the outputs and the loss of the layer's
    /// `activity_regularizer`: how models and wrappers call layers.
    ///
    /// # Errors
    /// As [`Layer::forward`], and an activity regularizer that can't take the outputs.
    fn call(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        for (index, x) in inputs.iter().enumerate() {
            if x.is_text() != self.takes_text(index) {
                return Err(x.wrong_kind(&self.place(), index));
            }
        }
        let outputs = self.forward(inputs, cx)?;
        activity::add_losses(self.base(), &outputs, cx, || self.place())?;
        let masks = self.output_masks(inputs).into_iter().chain(std::iter::repeat(None));
        Ok(outputs.into_iter().zip(masks).map(|(y, mask)| y.replace_mask(mask)).collect())
    }

    /// Computes the gradients of the inputs from those of the outputs (`None`: nothing depends on
    /// that output) and adds the gradients of the weights to the context's.
    ///
    /// # Errors
    /// [`Error::Tape`] if `forward` did not save what this needs.
    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>>;

    /// [`Layer::backward`] of what [`Layer::call`] did.
    ///
    /// # Errors
    /// As [`Layer::backward`].
    fn call_backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        match activity::with_gradients(self.base(), gradients, cx, || self.place())? {
            Some(gradients) => self.backward(&gradients, cx),
            None => self.backward(gradients, cx),
        }
    }

    /// Says how the layer works step by step, in a [`Stream`](crate::streaming::Stream): adds its
    /// steps to `builder`, from the flows of its inputs to those of its outputs. By default it
    /// doesn't.
    ///
    /// # Errors
    /// [`Error::Stream`]: an output depends on steps that come after it, or on all steps.
    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let _refused = (inputs, builder);
        let reason = "its outputs need all steps, or it doesn't say how it works on one";
        Err(Error::Stream { layer: self.place(), reason: reason.into() })
    }

    /// Says what the layer is in an [ONNX graph](crate::onnx), for prediction: adds its operators to
    /// `exporter`, from the edges of its inputs to those of its outputs, with their masks. By
    /// default it doesn't.
    ///
    /// # Errors
    /// [`Error::Onnx`]: operators don't compute what the layer does.
    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let _refused = (inputs, exporter);
        let reason = "it doesn't say what it is in ONNX".into();
        Err(Error::Onnx { layer: self.place(), reason })
    }

    /// Says whether training changes the weights, of the layer and of those in it.
    fn set_trainable(&mut self, trainable: bool) {
        self.base_mut().trainable = trainable;
    }

    /// A clone behind the trait.
    fn clone_layer(&self) -> Box<dyn Layer>;

    /// This layer as one that runs over time, for wrappers such as `Bidirectional`.
    fn as_recurrent(&self) -> Option<&dyn super::Recurrent> {
        None
    }

    /// Whether the first axis of the inputs is that of time, not of samples that stand for
    /// themselves: Keras 2's `time_major`.
    fn is_time_major(&self) -> bool {
        self.as_recurrent().is_some_and(|layer| layer.options().time_major)
    }

    /// The same layer, built as it is, giving back the outputs of all steps and nothing else, from
    /// zero states; none if it doesn't run over time. For looking into it.
    fn with_all_steps(&self) -> Option<Box<dyn Layer>> {
        let recurrent = self.as_recurrent()?;
        Some(recurrent.with_options(super::RnnOptions {
            return_sequences: true,
            return_state: false,
            stateful: false,
            ..recurrent.options()
        }))
    }

    /// This layer as a model within the model.
    fn as_nested(&self) -> Option<&crate::models::Nested> {
        None
    }

    /// What may surprise about the layer if it was read from a file: see
    /// [`Model::warnings`](crate::Model::warnings).
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// The layer as messages name it: `layer "encoder" (LSTM)`.
    fn place(&self) -> String {
        match &self.base().name {
            Some(name) => format!("layer \"{name}\" ({})", self.class_name()),
            None => format!("layer {}", self.class_name()),
        }
    }
}

impl Clone for Box<dyn Layer> {
    fn clone(&self) -> Self {
        self.clone_layer()
    }
}

impl<L: Layer> From<L> for Box<dyn Layer> {
    fn from(layer: L) -> Self {
        Box::new(layer)
    }
}

/// What every layer has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// The name; `None` until the layer is given one or joins a model.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether training changes the weights.
    #[serde(default = "crate::defaults::yes")]
    pub trainable: bool,
    /// The dtype policy that files carry. All arithmetic is in f32.
    #[serde(default)]
    pub dtype: Dtype,
    /// The penalty on the outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_regularizer: Option<Regularizer>,
    /// The shape of the input with its batch dimension, where the layer was given one.
    #[serde(default, skip_serializing, alias = "batch_shape")]
    pub batch_input_shape: Option<Shape>,
    /// `input_dim` and `input_length`, Keras's older way to say the shape of a sequence.
    #[serde(skip)]
    pub(crate) input_dim: Option<usize>,
    #[serde(skip)]
    pub(crate) input_length: Option<usize>,
}

impl Default for Base {
    fn default() -> Self {
        Base {
            name: None,
            trainable: true,
            dtype: Dtype::default(),
            activity_regularizer: None,
            batch_input_shape: None,
            input_dim: None,
            input_length: None,
        }
    }
}

impl Base {
    /// The name, empty if the layer has none yet.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The input shape with batch that the layer was given, in whichever way.
    pub fn given_input_shape(&self) -> Option<Shape> {
        let from_dim = || self.input_dim.map(|dim| [None, self.input_length, Some(dim)].into());
        self.batch_input_shape.clone().or_else(from_dim)
    }
}

/// The arguments that every layer takes, as builder methods.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(SimpleRnn::new(3).input_shape([2, 10]).name("memory"))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 3)");
/// # Ok::<(), elman::Error>(())
/// ```
pub trait LayerOptions: Layer + Sized {
    /// Names the layer. Without a name it gets one such as `simple_rnn_1` when it joins a model.
    fn name(mut self, name: &str) -> Self {
        self.base_mut().name = Some(name.into());
        self
    }

    /// Whether training changes the layer's weights (true), those of layers in it included. (Keras
    /// goes on training what a wrapper made with `trainable=False` holds.)
    fn trainable(mut self, trainable: bool) -> Self {
        self.set_trainable(trainable);
        self
    }

    /// A penalty on the outputs (none): each output's, divided by the batch size, is added to the
    /// loss of training and evaluation. A recurrent layer with `return_state` puts out its states
    /// too. Masked steps count like others, as in Keras.
    ///
    /// Keras 3 silently drops this argument of `SimpleRNN` and of layers in `TimeDistributed`;
    /// here it works for all layers.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// let layer = Dense::new(1).kernel_initializer(Initializer::Ones).input_shape([2]);
    /// model.add(layer.activity_regularizer(Regularizer::l1(0.5)))?;
    /// model.compile("sgd", "mse", &[])?;
    /// let logs = model.evaluate(array![[1., 2.], [0., 1.]], array![[3.], [1.]])?;
    /// assert_eq!(logs, [("loss".to_string(), 0.5 * (3.0 + 1.0) / 2.0)]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    fn activity_regularizer(mut self, regularizer: impl Into<Option<Regularizer>>) -> Self {
        self.base_mut().activity_regularizer = regularizer.into();
        self
    }

    /// The shape of one input, without the batch dimension.
    fn input_shape(mut self, shape: impl Into<Shape>) -> Self {
        self.base_mut().batch_input_shape = Some(shape.into().with_batch(None));
        self
    }

    /// The shape of the input with its batch dimension: the model then takes this batch size only.
    fn batch_input_shape(mut self, shape: impl Into<Shape>) -> Self {
        self.base_mut().batch_input_shape = Some(shape.into());
        self
    }

    /// The number of features of a sequence, Keras's older way to say the input shape.
    fn input_dim(mut self, features: usize) -> Self {
        self.base_mut().input_dim = Some(features);
        self
    }

    /// The number of steps of a sequence, together with `input_dim`.
    fn input_length(mut self, timesteps: usize) -> Self {
        self.base_mut().input_length = Some(timesteps);
        self
    }
}

impl<L: Layer> LayerOptions for L {}

/// The only input shape, checked for its number of dimensions.
pub(crate) fn single_input<'a>(
    layer: &dyn Layer,
    inputs: &'a [Shape],
    ndim: std::ops::RangeFrom<usize>,
) -> Result<&'a Shape> {
    let [input] = inputs else {
        return Err(Error::InputCount {
            layer: layer.place(),
            expected: "one input".into(),
            got: inputs.len(),
        });
    };
    if input.ndim() < ndim.start {
        return Err(Error::InputShape {
            layer: layer.place(),
            index: 0,
            expected: format!("{} or more dimensions", ndim.start),
            got: input.clone(),
        });
    }
    Ok(input)
}

/// The arguments of a recurrent layer's call: the sequence, and the states by keyword.
pub(crate) fn with_initial_state(
    mut inputs: Vec<Value>,
    group: impl FnOnce(Vec<Value>) -> Vec<Value>,
) -> (Vec<Value>, Map<String, Value>) {
    let states = inputs.split_off(inputs.len().min(1));
    let mut keywords = Map::new();
    if !states.is_empty() {
        keywords.insert("initial_state".into(), group(states).into());
    }
    (inputs, keywords)
}

/// The only input shape, which must be that of a sequence, `(batch, time, features)`.
pub(crate) fn single_sequence<'a>(layer: &dyn Layer, inputs: &'a [Shape]) -> Result<&'a Shape> {
    let input = single_input(layer, inputs, 0..)?;
    match input.ndim() {
        3 => Ok(input),
        _ => Err(Error::InputShape {
            layer: layer.place(),
            index: 0,
            expected: "three dimensions: (batch, time, features)".into(),
            got: input.clone(),
        }),
    }
}

/// Checks that an argument such as `rate` lies between two numbers.
pub(crate) fn check_between(
    layer: &dyn Layer,
    argument: &'static str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: layer.place(),
        argument,
        expected: match range.end().is_finite() {
            true => format!("a number from {} to {}", range.start(), range.end()),
            false => format!("a number of {} or more", range.start()),
        },
        got: value.to_string(),
    })
}

/// The largest size that an argument such as `units` may have. A weight of such a side fits in no
/// memory, while a few times as much, such as the columns of four gates, can still be counted.
const MAX_SIZE: usize = i32::MAX as usize;

/// Checks that an argument such as `units` is positive and not beyond all memory.
pub(crate) fn check_positive(
    layer: &dyn Layer,
    argument: &'static str,
    value: usize,
) -> Result<()> {
    check_size(|| layer.place(), argument, value)
}

/// [`check_positive`] for anything that has a place in messages.
pub(crate) fn check_size(
    place: impl FnOnce() -> String,
    argument: &'static str,
    value: usize,
) -> Result<()> {
    if (1..=MAX_SIZE).contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: place(),
        argument,
        expected: format!("a positive integer of at most {MAX_SIZE}"),
        got: value.to_string(),
    })
}

/// The last dimension of an input, which a layer with weights must know.
pub(crate) fn known_last(layer: &dyn Layer, index: usize, input: &Shape) -> Result<usize> {
    input.last().filter(|n| *n > 0).ok_or_else(|| Error::InputShape {
        layer: layer.place(),
        index,
        expected: "a last dimension that is known and not zero".into(),
        got: input.clone(),
    })
}

/// A configuration struct as a JSON object.
pub(crate) fn to_config(layer: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(layer) {
        Ok(Value::Object(map)) => map,
        other => unreachable!("a layer's configuration is an object of plain values: {other:?}"),
    }
}

/// The methods of [`Layer`] that are the same for every struct with a `base` field and serde.
/// `without config` leaves out the configuration, for those that write another.
macro_rules! layer_boilerplate {
    () => {
        $crate::layers::layer::layer_boilerplate!(without config);

        fn config(&self) -> serde_json::Map<String, serde_json::Value> {
            $crate::layers::layer::to_config(self)
        }
    };
    (without config) => {
        fn base(&self) -> &$crate::layers::Base {
            &self.base
        }

        fn base_mut(&mut self) -> &mut $crate::layers::Base {
            &mut self.base
        }

        fn clone_layer(&self) -> Box<dyn $crate::layers::Layer> {
            Box::new(self.clone())
        }
    };
}
pub(crate) use layer_boilerplate;

/// [`Layer::stream`] and [`Layer::onnx`] of a layer that does nothing outside of training.
macro_rules! only_in_training {
    () => {
        fn onnx(
            &self,
            inputs: &[$crate::onnx::Edge],
            exporter: &mut $crate::onnx::Exporter,
        ) -> $crate::Result<Vec<$crate::onnx::Edge>> {
            exporter.output(self, inputs, inputs[0].name.clone())
        }

        fn stream(
            &self,
            inputs: &[$crate::streaming::Flow],
            _: &mut $crate::streaming::StreamBuilder,
        ) -> $crate::Result<Vec<$crate::streaming::Flow>> {
            let x = inputs[0].clone();
            Ok(vec![if self.supports_masking() { x } else { x.without_mask() }])
        }
    };
}
pub(crate) use only_in_training;

/// [`Layer::stream`] of a layer that can't work step by step.
macro_rules! never_streams {
    ($reason:literal) => {
        fn stream(
            &self,
            _: &[$crate::streaming::Flow],
            _: &mut $crate::streaming::StreamBuilder,
        ) -> $crate::Result<Vec<$crate::streaming::Flow>> {
            Err($crate::streaming::refuse(self, $reason))
        }
    };
}
pub(crate) use never_streams;
