//! The two layers of a `Bidirectional`: how Keras names them, derives one and compares both.

use serde::Deserialize;

use super::{Bidirectional, MergeMode};
use crate::layers::{Base, Layer, Recurrent, RnnOptions};
use crate::{Error, Result};

/// The keys as Keras writes them; Keras 2 leaves out `backward_layer` where it is derived.
#[derive(Deserialize)]
pub(super) struct Config {
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
        let Config { base, merge_mode, layer, backward_layer } = config;
        let both = directions(&*layer, backward_layer);
        let (forward_layer, backward_layer) = both.ok_or_else(|| {
            format!("Bidirectional wraps recurrent layers, got {}", layer.place())
        })?;
        Ok(Bidirectional { base, merge_mode, forward_layer, backward_layer })
    }
}

/// The forward layer, which is `layer` under another name, and the backward layer: the one given,
/// or `layer` once more. None if `layer` is not recurrent.
pub(super) fn directions(
    layer: &dyn Layer,
    backward: Option<Box<dyn Layer>>,
) -> Option<(Box<dyn Layer>, Box<dyn Layer>)> {
    let recurrent = layer.as_recurrent()?;
    let name = layer.base().name();
    let named = |prefix: &str, options: RnnOptions| {
        let mut layer = recurrent.with_options(options);
        let own = name.strip_prefix(prefix).unwrap_or(name);
        layer.base_mut().name = Some(format!("{prefix}{own}"));
        layer
    };
    let forward = named("forward_", recurrent.options());
    // As Keras, not the other direction: where the layer itself goes backwards, one that doesn't
    // must be given.
    let derived = || named("backward_", RnnOptions { go_backwards: true, ..recurrent.options() });
    Some((zeroing(forward), zeroing(backward.unwrap_or_else(derived))))
}

/// The layer with zeros for masked steps where it returns all steps, as Keras has it within
/// `Bidirectional` whatever the layer itself says.
pub(super) fn zeroing(layer: Box<dyn Layer>) -> Box<dyn Layer> {
    let zeroing = layer.as_recurrent().map(|recurrent| {
        let options = recurrent.options();
        let zero_output_for_mask = options.return_sequences;
        recurrent.with_options(RnnOptions { zero_output_for_mask, ..options })
    });
    zeroing.unwrap_or(layer)
}

impl Bidirectional {
    /// Both layers, once it is clear that they go together.
    pub(super) fn recurrent(&self) -> Result<(&dyn Recurrent, &dyn Recurrent)> {
        let wrong = |expected: String, got: String| Error::InvalidArgument {
            place: self.place(),
            argument: "backward_layer",
            expected,
            got,
        };
        let both = self.forward_layer.as_recurrent().zip(self.backward_layer.as_recurrent());
        let (forward, backward) =
            both.ok_or_else(|| wrong("a recurrent layer".into(), self.backward_layer.place()))?;
        let (f, b) = (forward.options(), backward.options());
        if f.go_backwards == b.go_backwards {
            return Err(wrong(
                format!("a layer with go_backwards = {}, unlike `layer`", !f.go_backwards),
                format!("go_backwards = {}", b.go_backwards),
            ));
        }
        for (attribute, f, b) in [
            ("stateful", f.stateful, b.stateful),
            ("return_sequences", f.return_sequences, b.return_sequences),
            ("return_state", f.return_state, b.return_state),
            ("time_major", f.time_major, b.time_major),
        ] {
            if f != b {
                return Err(wrong(
                    format!("a layer with {attribute} = {f}, as `layer`"),
                    format!("{attribute} = {b}"),
                ));
            }
        }
        Ok((forward, backward))
    }

    /// What belongs to the inputs as what belongs to those of the forward and of the backward
    /// layer.
    pub(super) fn split_inputs<T: Clone>(&self, inputs: &[T]) -> Result<(Vec<T>, Vec<T>)> {
        let (forward, backward) = self.recurrent()?;
        let (f, b) = (forward.num_states(), backward.num_states());
        if inputs.len() != 1 && inputs.len() != 1 + f + b {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("a sequence and, if any, {} initial states", f + b),
                got: inputs.len(),
            });
        }
        let (of_forward, of_backward) = inputs[1..].split_at(f.min(inputs.len() - 1));
        let with_x = |states: &[T]| [&inputs[..1], states].concat();
        Ok((with_x(of_forward), with_x(of_backward)))
    }
}
