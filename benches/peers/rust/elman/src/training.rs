//! Forward, and backward from the sum of all squared outputs.

use elman_kernels::{
    Activation, Cell, Gradients, OutputGradients, Outputs, Packed, Sequence, Weights, backward,
    forward_saving,
};
use protocol::{Arrays, Workload};

pub struct Training {
    work: Workload,
    cell: Cell,
    arrays: Arrays,
    y: Vec<f32>,
    upstream: Vec<f32>,
    kernel: Vec<f32>,
    recurrent_kernel: Vec<f32>,
    bias: Vec<f32>,
}

impl Training {
    pub fn new(work: &Workload, arrays: Arrays) -> Training {
        let (activation, recurrent_activation) = (Activation::Tanh, Activation::Sigmoid);
        let cell = match work.cell.as_str() {
            "rnn" => Cell::SimpleRnn { activation },
            "lstm" => Cell::Lstm { activation, recurrent_activation },
            _ => Cell::Gru { activation, recurrent_activation, reset_after: true },
        };
        let outputs = work.batch * work.time * work.units;
        Training {
            work: work.clone(),
            cell,
            y: vec![0.0; outputs],
            upstream: vec![0.0; outputs],
            kernel: vec![0.0; arrays.kernel.len()],
            recurrent_kernel: vec![0.0; arrays.recurrent_kernel.len()],
            bias: vec![0.0; arrays.bias.len()],
            arrays,
        }
    }

    pub fn step(&mut self) {
        let weights = Weights {
            kernel: &self.arrays.kernel,
            recurrent_kernel: &self.arrays.recurrent_kernel,
            bias: Some(&self.arrays.bias),
        };
        // An optimizer has changed the weights since the last step.
        let packed = Packed::new(self.cell, self.work.inputs, self.work.units, &weights);
        let input = Sequence {
            x: &self.arrays.x,
            batch: self.work.batch,
            time: self.work.time,
            go_backwards: false,
            initial_states: &[],
            mask: None,
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        };
        let outputs = Outputs { sequence: Some(&mut self.y), last_output: None, states: &mut [] };
        let tape = forward_saving(&packed, &input, outputs);
        self.upstream.iter_mut().zip(&self.y).for_each(|(gradient, y)| *gradient = 2.0 * y);
        for gradient in [&mut self.kernel, &mut self.recurrent_kernel, &mut self.bias] {
            gradient.fill(0.0);
        }
        let gradients = Gradients {
            x: None,
            initial_states: &mut [],
            kernel: &mut self.kernel,
            recurrent_kernel: &mut self.recurrent_kernel,
            bias: Some(&mut self.bias),
        };
        let upstream =
            OutputGradients { sequence: Some(&self.upstream), last_output: None, states: &[] };
        backward(&packed, &input, tape, &upstream, gradients);
    }

    pub fn gradients(&self) -> Vec<f32> {
        [&self.kernel, &self.recurrent_kernel, &self.bias].into_iter().flatten().copied().collect()
    }
}
