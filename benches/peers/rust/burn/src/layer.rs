//! A layer of any of the three kinds.

use burn::module::Param;
use burn::nn::{
    GateController, Gru, GruConfig, Lstm, LstmConfig, LstmState, Rnn, RnnConfig, RnnState,
};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use protocol::layouts::{Gate, joined};
use protocol::{Arrays, Result, Workload};

pub enum Layer {
    Rnn(Rnn),
    Lstm(Lstm),
    Gru(Gru),
}

pub enum State {
    Rnn(RnnState<2>),
    Lstm(LstmState<2>),
    Gru(Tensor<2>),
}

impl Layer {
    pub fn new(work: &Workload, arrays: &Arrays, device: &Device) -> Layer {
        let (inputs, units) = (work.inputs, work.units);
        let mut layer = match work.cell.as_str() {
            "rnn" => Layer::Rnn(RnnConfig::new(inputs, units, true).init(device)),
            "lstm" => Layer::Lstm(LstmConfig::new(inputs, units, true).init(device)),
            _ => Layer::Gru(GruConfig::new(inputs, units, true).init(device)),
        };
        for (place, gate) in layer.gates_mut().into_iter().zip(arrays.gates(work)) {
            let matrix = |values: Vec<f32>, rows: usize| {
                Param::from_data(TensorData::new(values, [rows, units]), device)
            };
            let vector =
                |values: Vec<f32>| Some(Param::from_data(TensorData::new(values, [units]), device));
            place.input_transform.weight = matrix(gate.kernel, inputs);
            place.input_transform.bias = vector(gate.bias);
            place.hidden_transform.weight = matrix(gate.recurrent_kernel, units);
            place.hidden_transform.bias = vector(gate.recurrent_bias);
        }
        layer
    }

    /// The gates in Keras's order.
    fn gates_mut(&mut self) -> Vec<&mut GateController> {
        match self {
            Layer::Rnn(layer) => vec![&mut layer.gate],
            Layer::Lstm(layer) => {
                let forget = layer.forget_gate.as_mut();
                let rest = [&mut layer.cell_gate, &mut layer.output_gate];
                [&mut layer.input_gate].into_iter().chain(forget).chain(rest).collect()
            }
            Layer::Gru(layer) => {
                vec![&mut layer.update_gate, &mut layer.reset_gate, &mut layer.new_gate]
            }
        }
    }

    fn gates(&self) -> Vec<&GateController> {
        match self {
            Layer::Rnn(layer) => vec![&layer.gate],
            Layer::Lstm(layer) => {
                let forget = layer.forget_gate.as_ref();
                let rest = [&layer.cell_gate, &layer.output_gate];
                [&layer.input_gate].into_iter().chain(forget).chain(rest).collect()
            }
            Layer::Gru(layer) => vec![&layer.update_gate, &layer.reset_gate, &layer.new_gate],
        }
    }

    /// All outputs, and the state behind the last.
    pub fn forward(&self, x: Tensor<3>, state: Option<State>) -> (Tensor<3>, Option<State>) {
        match (self, state) {
            (Layer::Rnn(layer), state) => {
                let state = state.and_then(|s| if let State::Rnn(s) = s { Some(s) } else { None });
                let (y, state) = layer.forward(x, state);
                (y, Some(State::Rnn(state)))
            }
            (Layer::Lstm(layer), state) => {
                let state = state.and_then(|s| if let State::Lstm(s) = s { Some(s) } else { None });
                let (y, state) = layer.forward(x, state);
                (y, Some(State::Lstm(state)))
            }
            (Layer::Gru(layer), state) => {
                let state = state.and_then(|s| if let State::Gru(s) = s { Some(s) } else { None });
                let y = layer.forward(x, state);
                // It gives no state back, but of a stream each output is one.
                let state = match y.dims() {
                    [_, 1, _] => Some(State::Gru(y.clone().squeeze_dim(1))),
                    _ => None,
                };
                (y, state)
            }
        }
    }

    /// The gradients of all weights, in Keras's order.
    pub fn gradients(&self, work: &Workload, gradients: &Gradients) -> Result<Vec<f32>> {
        fn of<const D: usize>(weight: &Param<Tensor<D>>, all: &Gradients) -> Result<Vec<f32>> {
            super::vector(weight.val().grad(all).ok_or("no gradient")?)
        }
        let gate = |gate: &&GateController| -> Result<Gate> {
            let (input, hidden) = (&gate.input_transform, &gate.hidden_transform);
            Ok(Gate {
                kernel: of(&input.weight, gradients)?,
                recurrent_kernel: of(&hidden.weight, gradients)?,
                bias: of(input.bias.as_ref().ok_or("no bias")?, gradients)?,
                recurrent_bias: of(hidden.bias.as_ref().ok_or("no bias")?, gradients)?,
            })
        };
        let gates: Vec<Gate> = self.gates().iter().map(gate).collect::<Result<_>>()?;
        Ok(joined(work, &gates))
    }
}
