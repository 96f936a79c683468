//! Recurrent operators as layers.

use super::weights::Direction;
use crate::cells::{Cell, PeepholeLstmCell};
use crate::layers::{Bidirectional, Gru, Layer, Lstm, MergeMode, Rnn, SimpleRnn};
use crate::models::Symbolic;
use crate::onnx::import::graph::Importer;
use crate::onnx::import::node::Reading;
use crate::{Error, Result, Tensor};

/// What is common to the directions of a node.
pub(super) struct Form {
    pub(super) units: usize,
    pub(super) reset_after: bool,
    pub(super) return_sequences: bool,
    pub(super) return_state: bool,
}

impl Importer<'_> {
    /// One direction as a layer, with its weights.
    pub(super) fn one(
        &self,
        direction: &Direction,
        form: &Form,
        op: &str,
        go_backwards: bool,
        reading: Reading,
    ) -> Result<(Box<dyn Layer>, Vec<Tensor>)> {
        let weights = direction.weights();
        let layer: Box<dyn Layer> = match op {
            "LSTM" if direction.peepholes.is_some() => {
                Box::new(form.options(Rnn::over(peephole(direction, form, reading)?), go_backwards))
            }
            "LSTM" => Box::new(form.options(lstm(direction, form, reading)?, go_backwards)),
            "GRU" => Box::new(form.options(gru(direction, form), go_backwards)),
            _ => Box::new(form.options(simple_rnn(direction, form), go_backwards)),
        };
        Ok((layer, weights))
    }

    /// Both directions as one layer.
    pub(super) fn both(
        &mut self,
        directions: &[Direction],
        form: &Form,
        op: &str,
        inputs: &[Symbolic],
        reading: Reading,
    ) -> Result<Vec<Symbolic>> {
        let [first, second] = directions else { return Err(reading.refuse("two directions")) };
        let layer = match op {
            "LSTM" if first.peepholes.is_some() || second.peepholes.is_some() => {
                let of =
                    |direction| -> Result<_> { Ok(Rnn::over(peephole(direction, form, reading)?)) };
                form.directions(of(first)?, of(second)?)
            }
            "LSTM" => form.directions(lstm(first, form, reading)?, lstm(second, form, reading)?),
            "GRU" => form.directions(gru(first, form), gru(second, form)),
            _ => form.directions(simple_rnn(first, form), simple_rnn(second, form)),
        };
        let weights = directions.iter().flat_map(|direction| direction.weights()).collect();
        self.apply(Box::new(layer.merge_mode(MergeMode::None)), "bidirectional", inputs, weights)
    }
}

impl Form {
    fn options<C: Cell + Clone>(&self, layer: Rnn<C>, go_backwards: bool) -> Rnn<C> {
        layer
            .return_sequences(self.return_sequences)
            .return_state(self.return_state)
            .go_backwards(go_backwards)
    }

    fn directions<C: Cell + Clone>(&self, first: Rnn<C>, second: Rnn<C>) -> Bidirectional {
        let (first, second) = (self.options(first, false), self.options(second, true));
        Bidirectional::new(first).backward_layer(second)
    }
}

fn simple_rnn(direction: &Direction, form: &Form) -> SimpleRnn {
    SimpleRnn::new(form.units)
        .activation(direction.activations[0])
        .use_bias(direction.bias.is_some())
}

fn gru(direction: &Direction, form: &Form) -> Gru {
    Gru::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some())
        .reset_after(form.reset_after)
}

fn lstm(direction: &Direction, form: &Form, reading: Reading) -> Result<Lstm> {
    check_lstm(direction, reading)?;
    Ok(Lstm::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some()))
}

fn peephole(direction: &Direction, form: &Form, reading: Reading) -> Result<PeepholeLstmCell> {
    check_lstm(direction, reading)?;
    Ok(PeepholeLstmCell::new(form.units)
        .recurrent_activation(direction.activations[0])
        .activation(direction.activations[1])
        .use_bias(direction.bias.is_some()))
}

/// Candidate and output have one activation in Keras's LSTM.
fn check_lstm(direction: &Direction, reading: Reading) -> Result<(), Error> {
    match direction.activations[1] == direction.activations[2] {
        true => Ok(()),
        false => Err(reading.refuse("its activations g and h differ")),
    }
}
