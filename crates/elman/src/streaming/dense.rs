//! A product with an activation, which several layers end with.

use std::sync::Arc;

use elman_kernels::{Matrix, PackedMatrix, gemm_packed};

use super::call::{Step, StepCall};
use super::description::{Argument::*, Described, Description};
use crate::activations::Activation;
use crate::{Float, Parameters, Result};

/// `y = activation(x @ kernel + bias)` of some rows in every step.
pub(crate) struct Product {
    pub kernel: Arc<PackedMatrix>,
    /// Empty for none.
    pub bias: Vec<Float>,
    pub activation: Activation,
    /// The rows in a step.
    pub rows: usize,
}

impl Product {
    /// Whether the activation changes the width.
    fn changes_width(&self) -> bool {
        let columns = self.kernel.columns();
        self.activation.output_width(columns) != Some(columns)
    }

    /// Computes all rows of `x`.
    pub fn compute(&self, x: &[Float], y: &mut [Float], scratch: &mut [Float]) {
        let (depth, columns) = (self.kernel.depth(), self.kernel.columns());
        let rows = x.len() / depth.max(1);
        let bias = (!self.bias.is_empty()).then_some(&self.bias[..]);
        let x = Matrix::row_major(x, depth);
        if self.changes_width() {
            let z = &mut scratch[..rows * columns];
            gemm_packed(rows, x, &self.kernel, bias, z);
            self.activation.forward(z, y, columns);
            return;
        }
        gemm_packed(rows, x, &self.kernel, bias, y);
        if self.activation != Activation::Linear && !y.is_empty() {
            self.activation.forward_in_place(y, columns);
        }
    }
}

impl Step for Product {
    fn scratch(&self, rows: usize) -> usize {
        if self.changes_width() { rows * self.rows * self.kernel.columns() } else { 0 }
    }

    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        self.compute(call.inputs.get(0), call.outputs.get(0), call.scratch);
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let (depth, columns) = (self.kernel.depth(), self.kernel.columns());
        let product = |to| {
            let (kernel, bias) = (Numbers(self.kernel.to_row_major()), Numbers(self.bias.clone()));
            let sizes = [self.rows, depth, columns].map(Count);
            Description::default()
                .call("dense", [Input(0), kernel, bias, to].into_iter().chain(sizes))
        };
        if self.changes_width() {
            let sizes = [self.rows, columns].map(Count);
            let halved = [Scratch, Output(0)].into_iter().chain(sizes);
            return Ok(product(Scratch).with_scratch(self.rows * columns).call("glu", halved));
        }
        Ok(product(Output(0)).activated(self.activation, self.rows * columns, columns))
    }
}
