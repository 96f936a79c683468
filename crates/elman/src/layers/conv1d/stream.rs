//! The convolution step by step, over the last steps that it keeps.

use std::sync::Arc;

use elman_kernels::{Matrix, PackedMatrix, gemm_packed};

use crate::activations::Activation;
use crate::streaming::{Argument::*, Described, Description, StateShape, Step, StepCall, StepRow};
use crate::{Float, Parameters, Result};

/// A step of the layer.
pub(super) struct ConvolutionStep {
    /// One for each group of features.
    pub kernels: Arc<Vec<PackedMatrix>>,
    /// Empty for none.
    pub bias: Vec<Float>,
    pub activation: Activation,
    pub features: usize,
    pub filters: usize,
    pub kernel_size: usize,
    pub dilation: usize,
}

impl ConvolutionStep {
    /// The steps before this one that windows reach back to.
    fn span(&self) -> usize {
        (self.kernel_size - 1) * self.dilation
    }

    /// Features, and filters, of a group.
    fn group(&self) -> [usize; 2] {
        [self.features, self.filters].map(|n| n / self.kernels.len())
    }

    /// Writes the window of a group of features that ends with `x`. `kept` is a ring of the steps
    /// before, of which the oldest is number `oldest`.
    fn window(&self, group: usize, x: &[Float], kept: &[Float], oldest: usize, to: &mut [Float]) {
        let width = self.group()[0];
        let columns = group * width..(group + 1) * width;
        for (k, entry) in to.chunks_exact_mut(width).enumerate() {
            let ago = (self.kernel_size - 1 - k) * self.dilation;
            let step = match ago {
                0 => x,
                ago => {
                    let at = (oldest + self.span() - ago) % self.span();
                    &kept[at * self.features..(at + 1) * self.features]
                }
            };
            entry.copy_from_slice(&step[columns.clone()]);
        }
    }
}

impl Step for ConvolutionStep {
    fn states(&self) -> Vec<StateShape> {
        match self.span() {
            0 => Vec::new(),
            span => vec![
                StateShape::new("inputs", [span, self.features]),
                StateShape::new("oldest", [1]),
            ],
        }
    }

    fn scratch(&self, rows: usize) -> usize {
        let [width, filters] = self.group();
        rows * (self.kernel_size * width + filters + self.filters)
    }

    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let (rows, features, span) = (call.rows.len(), self.features, self.span());
        let [width, filters] = self.group();
        let row = self.kernel_size * width;
        let (windows, rest) = call.scratch.split_at_mut(rows * row);
        let (product, rest) = rest.split_at_mut(rows * filters);
        let x = call.inputs.get(0);
        let y = call.outputs.get(0);
        let z = match y.len() == rows * self.filters {
            true => &mut *y,
            false => &mut rest[..rows * self.filters],
        };
        let [kept, oldest]: [&mut [Float]; 2] = match span {
            0 => [&mut [], &mut []],
            _ => call.states.first(),
        };
        let ring = |stream: usize| stream * span * features..(stream + 1) * span * features;
        // A state from a file may hold any number.
        let oldest_of = |oldest: &[Float], stream: usize| match span {
            0 => 0,
            span => (oldest[stream] as usize).min(span - 1),
        };
        for (group, kernel) in self.kernels.iter().enumerate() {
            let windows_of = call.rows.iter().zip(windows.chunks_exact_mut(row.max(1)));
            for (&StepRow { row, stream }, window) in windows_of {
                let x = &x[row * features..(row + 1) * features];
                let at = oldest_of(oldest, stream);
                self.window(group, x, &kept[ring(stream)], at, window);
            }
            let windows = Matrix::row_major(windows, row);
            let bias = self.bias.get(group * filters..(group + 1) * filters);
            let bias = bias.filter(|_| !self.bias.is_empty());
            if self.kernels.len() == 1 {
                gemm_packed(rows, windows, kernel, bias, z);
                break;
            }
            gemm_packed(rows, windows, kernel, bias, product);
            for (z, part) in z.chunks_exact_mut(self.filters).zip(product.chunks_exact(filters)) {
                // As where the parts are added to zeros, which have no sign.
                let own = z[group * filters..].iter_mut().zip(part);
                own.for_each(|(z, part)| *z = 0.0 + part);
            }
        }
        for &StepRow { row, stream } in call.rows.iter().filter(|_| span > 0) {
            let at = oldest_of(oldest, stream);
            let ring = &mut kept[ring(stream)];
            ring[at * features..(at + 1) * features]
                .copy_from_slice(&x[row * features..(row + 1) * features]);
            oldest[stream] = ((at + 1) % span) as Float;
        }
        if y.len() != rows * self.filters {
            self.activation.forward(&rest[..rows * self.filters], y, self.filters);
        } else if self.activation != Activation::Linear {
            self.activation.forward_in_place(y, self.filters);
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let [width, filters] = self.group();
        let changes_width = self.activation.output_width(self.filters) != Some(self.filters);
        // Without a past there are no states: the ring is then never looked at.
        let states = match self.span() {
            0 => [Numbers(Vec::new()), Numbers(Vec::new())],
            _ => [State(0), State(1)],
        };
        let target = || if changes_width { Scratch } else { Output(0) };
        let mut all = Description::default();
        for (group, kernel) in self.kernels.iter().enumerate() {
            let bias = self.bias.get(group * filters..(group + 1) * filters);
            let bias = Numbers(bias.unwrap_or_default().to_vec());
            let [ring, oldest] = states.clone();
            let places = [Input(0), Numbers(kernel.to_row_major()), bias, ring, oldest, target()];
            let sizes = [
                group * width,
                width,
                group * filters,
                filters,
                self.features,
                self.kernel_size,
                self.dilation,
            ];
            let several = Flag(self.kernels.len() > 1);
            let arguments = places.into_iter().chain(sizes.map(Count)).chain([several]);
            all = all.call("convolve", arguments);
        }
        if self.span() > 0 {
            let ring = [Input(0), State(0), State(1), Count(self.features), Count(self.span())];
            all = all.call("push", ring);
        }
        if changes_width {
            let halved = [Scratch, Output(0), Count(1), Count(self.filters)];
            return Ok(all.with_scratch(self.filters).call("glu", halved));
        }
        Ok(all.activated(self.activation, self.filters, self.filters))
    }
}
