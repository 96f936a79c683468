//! A recurrent layer read in both directions.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::layers::layer::layer_boilerplate;
use crate::layers::{Base, Layer, Recurrent, Rnn};
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

/// How [`Bidirectional`] merges its two outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub enum MergeMode {
    /// Side by side: `[forward, backward]`.
    #[default]
    Concat,
    /// `forward + backward`.
    Sum,
    /// `(forward + backward) / 2`.
    Ave,
    /// `forward * backward`.
    Mul,
    /// Two separate outputs: Keras's `merge_mode=None`, null in files.
    None,
}

impl TryFrom<Option<String>> for MergeMode {
    type Error = String;

    fn try_from(name: Option<String>) -> Result<MergeMode, String> {
        Ok(match name.as_deref() {
            Some("concat") => MergeMode::Concat,
            Some("sum") => MergeMode::Sum,
            Some("ave") => MergeMode::Ave,
            Some("mul") => MergeMode::Mul,
            None => MergeMode::None,
            Some(other) => {
                return Err(format!(
                    "merge_mode must be concat, sum, ave, mul or null, got {other}"
                ));
            }
        })
    }
}

impl From<MergeMode> for Option<String> {
    fn from(mode: MergeMode) -> Option<String> {
        let name = match mode {
            MergeMode::Concat => "concat",
            MergeMode::Sum => "sum",
            MergeMode::Ave => "ave",
            MergeMode::Mul => "mul",
            MergeMode::None => return None,
        };
        Some(name.into())
    }
}

/// The keys as Keras writes them; Keras 2 leaves out `backward_layer` where it is derived.
#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    merge_mode: MergeMode,
    layer: Box<dyn Layer>,
    backward_layer: Option<Box<dyn Layer>>,
}

impl TryFrom<Config> for Bidirectional {
    type Error = String;

    fn try_from(config: Config) -> Result<Bidirectional, String> {
        let Config { base, merge_mode, mut layer, backward_layer } = config;
        // Keras 2 keeps the wrapped layer's own name here.
        let name = layer.base().name().trim_start_matches("forward_").to_owned();
        layer.base_mut().name = Some(format!("forward_{name}"));
        let recurrent = layer.as_recurrent().ok_or_else(|| {
            format!("Bidirectional wraps recurrent layers, got {}", layer.place())
        })?;
        // As in Keras, whatever the layers themselves say: see `new`.
        let zeroing = |layer: &dyn Recurrent| {
            let mut options = layer.options();
            options.zero_output_for_mask = options.return_sequences;
            layer.with_options(options)
        };
        let backward_layer = backward_layer.unwrap_or_else(|| reversed(recurrent));
        let backward_layer = match backward_layer.as_recurrent() {
            Some(recurrent) => zeroing(recurrent),
            None => backward_layer,
        };
        let layer = zeroing(recurrent);
        Ok(Bidirectional { base, merge_mode, forward_layer: layer, backward_layer })
    }
}

impl std::fmt::Debug for Bidirectional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bidirectional({}, {:?})", self.forward_layer.place(), self.merge_mode)
    }
}

/// What `backward` needs of one call.
struct Saved {
    /// The units of the two directions.
    units: (usize, usize),
    /// Both outputs, where their product was taken.
    factors: Option<(Tensor, Tensor)>,
}

impl Bidirectional {
    /// Both directions of `layer`, merged side by side.
    pub fn new<C: crate::cells::Cell + Clone>(layer: Rnn<C>) -> Bidirectional {
        let mut forward = layer;
        let name = forward
            .base
            .name
            .take()
            .unwrap_or_else(|| crate::names::automatic(forward.class_name()));
        forward.base.name = Some(format!("forward_{}", name.trim_start_matches("forward_")));
        // The wrapper's input is the layer's.
        let base = Base {
            batch_input_shape: forward.base.batch_input_shape.take(),
            input_dim: forward.base.input_dim.take(),
            input_length: forward.base.input_length.take(),
            ..Base::default()
        };
        // As in Keras: with a mask, steps of padding give zeros where all steps are returned.
        forward.options.zero_output_for_mask = forward.options.return_sequences;
        Bidirectional {
            base,
            merge_mode: MergeMode::Concat,
            backward_layer: reversed(&forward),
            forward_layer: Box::new(forward),
        }
    }

    /// How the two outputs are merged (`concat`).
    pub fn merge_mode(mut self, merge_mode: MergeMode) -> Bidirectional {
        self.merge_mode = merge_mode;
        self
    }

    fn recurrent(&self) -> Result<(&dyn Recurrent, &dyn Recurrent)> {
        let both = self.forward_layer.as_recurrent().zip(self.backward_layer.as_recurrent());
        let (forward, backward) = both.ok_or_else(|| Error::InvalidArgument {
            place: self.place(),
            argument: "backward_layer",
            expected: "a recurrent layer".into(),
            got: self.backward_layer.place(),
        })?;
        let (f, b) = (forward.options(), backward.options());
        let agree = f.return_sequences == b.return_sequences
            && f.return_state == b.return_state
            && f.stateful == b.stateful;
        if !agree || f.go_backwards == b.go_backwards {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "backward_layer",
                expected:
                    "a layer with the same return_sequences, return_state and stateful as `layer`, \
                           and the other go_backwards"
                        .into(),
                got: format!("{f:?} and {b:?}"),
            });
        }
        Ok((forward, backward))
    }

    /// The inputs of the forward and of the backward layer.
    fn split_inputs<T: Clone>(&self, inputs: &[T]) -> Result<(Vec<T>, Vec<T>)> {
        let states = self.recurrent()?.0.num_states();
        if inputs.len() != 1 && inputs.len() != 1 + 2 * states {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("a sequence and, if any, {} initial states", 2 * states),
                got: inputs.len(),
            });
        }
        let (forward, backward) = inputs[1..].split_at((inputs.len() - 1) / 2);
        let with_x = |states: &[T]| [&inputs[..1], states].concat();
        Ok((with_x(forward), with_x(backward)))
    }
}

/// The same layer in the other direction, as Keras derives and names it.
fn reversed(forward: &dyn Recurrent) -> Box<dyn Layer> {
    let mut options = forward.options();
    options.go_backwards = !options.go_backwards;
    let mut backward = forward.with_options(options);
    let name = forward.base().name().trim_start_matches("forward_").to_owned();
    backward.base_mut().name = Some(format!("backward_{name}"));
    backward
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
            builder.child(attribute, &name, trainable, |builder| layer.build(&inputs, builder))?;
        }
        Ok(())
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        super::layer::with_initial_state(inputs, |mut states| {
            let of_backward = states.split_off(states.len() / 2);
            let halves = [(&self.forward_layer, states), (&self.backward_layer, of_backward)];
            let group = |(layer, states): (&Box<dyn Layer>, Vec<Value>)| {
                layer.as_recurrent().map_or(states.clone(), |layer| layer.group_states(states))
            };
            halves.into_iter().flat_map(group).collect()
        })
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let returns_sequences =
            self.forward_layer.as_recurrent().is_some_and(|layer| layer.options().return_sequences);
        let mask = inputs.first().and_then(Tensor::mask).filter(|_| returns_sequences).cloned();
        let merged = if self.merge_mode == MergeMode::None { 2 } else { 1 };
        vec![mask; merged]
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let (forward, backward) = self.split_inputs(inputs)?;
        let mut forward = self.forward_layer.forward(&forward, cx)?;
        let mut backward = self.backward_layer.forward(&backward, cx)?;
        let (y, mut reverse) = (forward.remove(0), backward.remove(0));
        if y.ndim() == 3 {
            reverse = ops::reverse_time(&reverse);
        }
        let needs_both = cx.is_saving() && self.merge_mode == MergeMode::Mul;
        cx.save(Saved {
            units: (y.width(), reverse.width()),
            factors: needs_both.then(|| (y.clone(), reverse.clone())),
        });
        let mut outputs = match self.merge_mode {
            MergeMode::Concat => vec![ops::concatenate(&[&y, &reverse])],
            MergeMode::Sum => vec![ops::add(&y, &reverse)],
            MergeMode::Ave => vec![ops::scale(&ops::add(&y, &reverse), 0.5)],
            MergeMode::Mul => vec![ops::multiply(&y, &reverse)],
            MergeMode::None => vec![y, reverse],
        };
        outputs.extend(forward);
        outputs.extend(backward);
        Ok(outputs)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { units, factors } = cx.restore(self.class_name())?;
        let (merged_gradients, states) =
            gradients.split_at(if self.merge_mode == MergeMode::None { 2 } else { 1 });
        let (forward_states, backward_states) = states.split_at(states.len() / 2);
        let dy = merged_gradients[0].as_ref();
        let (forward, backward) = match self.merge_mode {
            MergeMode::Concat => {
                let part = |start, width| dy.map(|dy| ops::columns(dy, start, width));
                (part(0, units.0), part(units.0, units.1))
            }
            MergeMode::Sum => (dy.cloned(), dy.cloned()),
            MergeMode::Ave => {
                let half = dy.map(|dy| ops::scale(dy, 0.5));
                (half.clone(), half)
            }
            MergeMode::Mul => match (dy, factors) {
                (Some(dy), Some((y, reverse))) => {
                    (Some(ops::multiply(dy, &reverse)), Some(ops::multiply(dy, &y)))
                }
                _ => (None, None),
            },
            MergeMode::None => (merged_gradients[0].clone(), merged_gradients[1].clone()),
        };
        let backward = backward.map(|d| if d.ndim() == 3 { ops::reverse_time(&d) } else { d });
        let with_states = |d: Option<Tensor>, states: &[Option<Tensor>]| {
            std::iter::once(d).chain(states.iter().cloned()).collect::<Vec<_>>()
        };
        // The tape is a stack: the layer that ran last comes back first.
        let mut from_backward =
            self.backward_layer.backward(&with_states(backward, backward_states), cx)?;
        let mut inputs = self.forward_layer.backward(&with_states(forward, forward_states), cx)?;
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
