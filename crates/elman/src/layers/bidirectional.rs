//! A recurrent layer read in both directions.

mod directions;
mod merge_mode;
mod onnx;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use directions::{Config, directions, zeroing};
pub use merge_mode::MergeMode;
use merge_mode::Merged;

use crate::cells::Cell;
use crate::layers::layer::{layer_boilerplate, never_streams};
use crate::layers::{Base, Layer, Rnn};
use crate::onnx::{Edge, Exporter};
use crate::parameters::Builder;
use crate::{Context, Error, Mask, Result, Shape, Tensor, ops};

/// Runs a recurrent layer forward and a second one backward, and merges what they give.
///
/// With `return_sequences`, step t of both directions belongs to step t of the input; otherwise
/// the outputs are those after the last step and after the first.
///
/// - Inputs: as the wrapped layer's; initial states: those of the forward layer, then the
///   backward layer's.
/// - Outputs: the merged output (two with [`MergeMode::None`]), then, with `return_state`, the
///   forward layer's states and the backward layer's.
/// - Weights: the forward layer's, then the backward layer's.
/// - Keras: `keras.layers.Bidirectional`. Paper: Schuster and Paliwal, 1997.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Bidirectional::new(SimpleRnn::new(8).return_sequences(true)).input_shape([10, 5]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 10, 16)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Bidirectional")]
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Config")]
pub struct Bidirectional {
    #[serde(flatten)]
    base: Base,
    merge_mode: MergeMode,
    #[serde(rename = "layer")]
    forward_layer: Box<dyn Layer>,
    backward_layer: Box<dyn Layer>,
}

impl std::fmt::Debug for Bidirectional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bidirectional({}, {:?})", self.forward_layer.place(), self.merge_mode)
    }
}

impl Bidirectional {
    /// Both directions of `layer`, merged side by side.
    pub fn new<C: Cell + Clone>(layer: Rnn<C>) -> Bidirectional {
        let mut layer = layer;
        let class_name = layer.class_name();
        layer.base.name.get_or_insert_with(|| crate::names::automatic(class_name));
        // The wrapper's input is the layer's.
        let base = Base {
            batch_input_shape: layer.base.batch_input_shape.take(),
            input_dim: layer.base.input_dim.take(),
            input_length: layer.base.input_length.take(),
            ..Base::default()
        };
        let (forward_layer, backward_layer) =
            directions(&layer, None).expect("Rnn is a recurrent layer");
        Bidirectional { base, merge_mode: MergeMode::Concat, forward_layer, backward_layer }
    }

    /// The layer that reads the sequence from its end, in place of the one that is derived. It must
    /// have `go_backwards`, if the forward layer has not, and the same `return_sequences`,
    /// `return_state` and `stateful`. It may have other units, but Keras takes them to be the same
    /// and so opens such a file only if no layer with weights stands behind.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let backward = Gru::new(3).go_backwards(true).return_sequences(true);
    /// let layer = Bidirectional::new(Lstm::new(4).return_sequences(true)).backward_layer(backward);
    /// let mut model = Sequential::new();
    /// model.add(layer.input_shape([10, 5]))?;
    /// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 10, 7)");
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn backward_layer<C: Cell + Clone>(mut self, layer: Rnn<C>) -> Bidirectional {
        let mut layer = layer;
        let class_name = layer.class_name();
        layer.base.name.get_or_insert_with(|| crate::names::automatic(class_name));
        self.backward_layer = zeroing(Box::new(layer));
        self
    }

    /// The steps of a sequence from its end.
    fn reversed(&self, y: &Tensor) -> Tensor {
        if self.is_time_major() { ops::reverse_rows(y) } else { ops::reverse_time(y) }
    }

    fn returns_sequences(&self) -> bool {
        self.forward_layer.as_recurrent().is_some_and(|layer| layer.options().return_sequences)
    }

    /// How the two outputs are merged (`concat`).
    pub fn merge_mode(mut self, merge_mode: MergeMode) -> Bidirectional {
        self.merge_mode = merge_mode;
        self
    }
}

impl Layer for Bidirectional {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Bidirectional"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let (forward, backward) = self.split_inputs(inputs)?;
        let (forward, backward) = (
            self.forward_layer.output_shapes(&forward)?,
            self.backward_layer.output_shapes(&backward)?,
        );
        if self.merge_mode != MergeMode::Concat && forward[0] != backward[0] {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "merge_mode",
                expected: "`concat` or none, since the two directions have different units".into(),
                got: format!("{:?}", self.merge_mode),
            });
        }
        let mut outputs = match self.merge_mode {
            MergeMode::Concat => {
                let units = forward[0].last().zip(backward[0].last()).map(|(f, b)| f + b);
                vec![forward[0].with_last(units)]
            }
            MergeMode::None => vec![forward[0].clone(), backward[0].clone()],
            _ => vec![forward[0].clone()],
        };
        outputs.extend_from_slice(&forward[1..]);
        outputs.extend_from_slice(&backward[1..]);
        Ok(outputs)
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let (forward, backward) = self.split_inputs(inputs)?;
        for (attribute, layer, inputs) in [
            ("forward_layer", &mut self.forward_layer, forward),
            ("backward_layer", &mut self.backward_layer, backward),
        ] {
            let (name, trainable) = (layer.base().name().to_owned(), layer.base().trainable);
            builder.layer(attribute, &name, trainable, |builder| layer.build(&inputs, builder))?;
        }
        Ok(())
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        super::layer::with_initial_state(inputs, |mut states| {
            let forward = self.forward_layer.as_recurrent();
            let of_forward = forward.map_or(0, |layer| layer.num_states());
            let of_backward = states.split_off(of_forward.min(states.len()));
            let group = |layer: &dyn Layer, states: Vec<Value>| match layer.as_recurrent() {
                Some(layer) => layer.group_states(states),
                None => states,
            };
            let mut groups = group(&*self.forward_layer, states);
            groups.extend(group(&*self.backward_layer, of_backward));
            groups
        })
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.base.trainable = trainable;
        self.forward_layer.set_trainable(trainable);
        self.backward_layer.set_trainable(trainable);
    }

    fn is_time_major(&self) -> bool {
        self.forward_layer.is_time_major()
    }

    fn with_all_steps(&self) -> Option<Box<dyn Layer>> {
        let mut layer = self.clone();
        layer.forward_layer = self.forward_layer.with_all_steps()?;
        layer.backward_layer = self.backward_layer.with_all_steps()?;
        Some(Box::new(layer))
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let mask = inputs.first().and_then(Tensor::mask).filter(|_| self.returns_sequences());
        vec![mask.cloned(); self.merge_mode.outputs()]
    }

    never_streams!("it reads the sequence from its end as well");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        self.export(inputs, exporter)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let (forward, backward) = self.split_inputs(inputs)?;
        let mut forward = self.forward_layer.call(&forward, cx)?;
        let mut backward = self.backward_layer.call(&backward, cx)?;
        let (y, mut reverse) = (forward.remove(0), backward.remove(0));
        if self.returns_sequences() {
            reverse = self.reversed(&reverse);
        }
        cx.save(self.merge_mode.keep(&y, &reverse));
        let mut outputs = self.merge_mode.merge(y, reverse);
        outputs.extend(forward);
        outputs.extend(backward);
        Ok(outputs)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let merged: Merged = cx.restore(self.class_name())?;
        let (of_outputs, states) = gradients.split_at(self.merge_mode.outputs());
        let (forward, backward) = self.merge_mode.unmerge(of_outputs, merged);
        let of_forward = self.recurrent()?.0.num_states().min(states.len());
        let (forward_states, backward_states) = states.split_at(of_forward);
        let backward = match self.returns_sequences() {
            true => backward.as_ref().map(|gradient| self.reversed(gradient)),
            false => backward,
        };
        let with_states = |d: Option<Tensor>, states: &[Option<Tensor>]| {
            std::iter::once(d).chain(states.iter().cloned()).collect::<Vec<_>>()
        };
        // The tape is a stack: the layer that ran last comes back first.
        let mut from_backward =
            self.backward_layer.call_backward(&with_states(backward, backward_states), cx)?;
        let mut inputs =
            self.forward_layer.call_backward(&with_states(forward, forward_states), cx)?;
        inputs[0] = match (inputs[0].take(), from_backward.remove(0)) {
            (Some(mut a), Some(b)) => {
                a.add_assign(&b);
                Some(a)
            }
            (a, b) => a.or(b),
        };
        inputs.extend(from_backward);
        Ok(inputs)
    }
}
