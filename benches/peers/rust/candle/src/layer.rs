//! A layer of either kind.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::VarBuilder;
use candle_nn::rnn::{GRU, GRUConfig, GRUState, LSTM, LSTMConfig, LSTMState, RNN};
use protocol::layouts::transposed;
use protocol::{Arrays, Result, Workload};

pub struct Layer {
    kind: Kind,
    weights: HashMap<String, Tensor>,
}

enum Kind {
    Lstm(LSTM),
    Gru(GRU),
}

pub enum State {
    Lstm(LSTMState),
    Gru(GRUState),
}

impl State {
    pub fn output(&self) -> &Tensor {
        match self {
            State::Lstm(state) => state.h(),
            State::Gru(state) => state.h(),
        }
    }
}

/// Where candle, as PyTorch, has the gates that Keras has in the order i f c o, and z r h.
pub fn order(cell: &str) -> &'static [usize] {
    if cell == "lstm" { &[0, 1, 2, 3] } else { &[1, 0, 2] }
}

impl Layer {
    pub fn new(work: &Workload, arrays: &Arrays) -> Result<Layer> {
        let (inputs, units) = (work.inputs, work.units);
        let gates = arrays.gates(work);
        // Both orders swap two gates at most, so they are their own inverses.
        let ordered = || order(&work.cell).iter().map(|place| &gates[*place]);
        let kernel = ordered().flat_map(|gate| transposed(&gate.kernel, units)).collect();
        let recurrent =
            ordered().flat_map(|gate| transposed(&gate.recurrent_kernel, units)).collect();
        let bias = ordered().flat_map(|gate| gate.bias.clone()).collect();
        let recurrent_bias = ordered().flat_map(|gate| gate.recurrent_bias.clone()).collect();
        let rows = gates.len() * units;
        let named: [(&str, Vec<usize>, Vec<f32>); 4] = [
            ("weight_ih_l0", vec![rows, inputs], kernel),
            ("weight_hh_l0", vec![rows, units], recurrent),
            ("bias_ih_l0", vec![rows], bias),
            ("bias_hh_l0", vec![rows], recurrent_bias),
        ];
        let mut weights = HashMap::new();
        for (name, shape, values) in named {
            let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?;
            // Operations on variables are recorded, which only training needs.
            let tensor = match work.kind.as_str() {
                "TRAIN" => Var::from_tensor(&tensor)?.into_inner(),
                _ => tensor,
            };
            weights.insert(name.to_owned(), tensor);
        }
        let builder = VarBuilder::from_tensors(weights.clone(), DType::F32, &Device::Cpu);
        let kind = match work.cell.as_str() {
            "lstm" => Kind::Lstm(LSTM::new(inputs, units, LSTMConfig::default(), builder)?),
            _ => Kind::Gru(GRU::new(inputs, units, GRUConfig::default(), builder)?),
        };
        Ok(Layer { kind, weights })
    }

    pub fn weight(&self, name: &str) -> Result<&Tensor> {
        Ok(self.weights.get(name).ok_or("no such weight")?)
    }

    pub fn zero_state(&self, batch: usize) -> Result<State> {
        Ok(match &self.kind {
            Kind::Lstm(layer) => State::Lstm(layer.zero_state(batch)?),
            Kind::Gru(layer) => State::Gru(layer.zero_state(batch)?),
        })
    }

    pub fn step(&self, x: &Tensor, state: &State) -> Result<State> {
        match (&self.kind, state) {
            (Kind::Lstm(layer), State::Lstm(state)) => Ok(State::Lstm(layer.step(x, state)?)),
            (Kind::Gru(layer), State::Gru(state)) => Ok(State::Gru(layer.step(x, state)?)),
            _ => Err("a state of another layer".into()),
        }
    }

    /// All outputs, `(batch, time, units)` in this order whatever the shape says.
    pub fn sequence(&self, x: &Tensor) -> Result<Tensor> {
        Ok(match &self.kind {
            Kind::Lstm(layer) => layer.states_to_tensor(&layer.seq(x)?)?,
            Kind::Gru(layer) => layer.states_to_tensor(&layer.seq(x)?)?,
        })
    }
}
