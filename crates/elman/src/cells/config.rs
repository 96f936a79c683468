//! What the three cells have in common: their weights, Keras's arguments for them, and the builder
//! methods of those.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};

use super::Fused;
use super::gates::Gates;
use crate::constraints::Constraint;
use crate::defaults;
use crate::initializers::Initializer;
use crate::onnx::Exporter;
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::{Context, Float, Result};

/// The weights of a cell: the arguments that concern them and, once built, their handles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CellWeights {
    #[serde(default = "defaults::yes")]
    pub use_bias: bool,
    #[serde(default = "Initializer::glorot_uniform")]
    pub kernel_initializer: Initializer,
    #[serde(default = "Initializer::orthogonal")]
    pub recurrent_initializer: Initializer,
    #[serde(default = "defaults::zeros")]
    pub bias_initializer: Initializer,
    #[serde(default)]
    pub kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub recurrent_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    pub kernel_constraint: Option<Constraint>,
    #[serde(default)]
    pub recurrent_constraint: Option<Constraint>,
    #[serde(default)]
    pub bias_constraint: Option<Constraint>,
    #[serde(skip)]
    pub kernel: Parameter,
    #[serde(skip)]
    pub recurrent_kernel: Parameter,
    #[serde(skip)]
    pub bias: Parameter,
}

impl Default for CellWeights {
    fn default() -> Self {
        CellWeights {
            use_bias: true,
            kernel_initializer: Initializer::glorot_uniform(),
            recurrent_initializer: Initializer::orthogonal(),
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: None,
            recurrent_regularizer: None,
            bias_regularizer: None,
            kernel_constraint: None,
            recurrent_constraint: None,
            bias_constraint: None,
            kernel: Parameter::default(),
            recurrent_kernel: Parameter::default(),
            bias: Parameter::default(),
        }
    }
}

impl CellWeights {
    /// Registers kernel, recurrent kernel and bias, in Keras's order.
    pub fn build(
        &mut self,
        features: usize,
        units: usize,
        columns: usize,
        bias_shape: &[usize],
        builder: &mut Builder,
    ) -> Result<()> {
        let shapes = [&[features, columns][..], &[units, columns], bias_shape];
        self.build_shaped(shapes, builder)
    }

    /// Registers kernel, recurrent kernel and bias with these shapes, in Keras's order.
    pub fn build_shaped(
        &mut self,
        [kernel_shape, recurrent_shape, bias_shape]: [&[usize]; 3],
        builder: &mut Builder,
    ) -> Result<()> {
        let kernel = (&self.kernel_initializer, &self.kernel_regularizer, &self.kernel_constraint);
        self.kernel = builder.add("kernel", kernel_shape, kernel)?;
        let initializer = &self.recurrent_initializer;
        let recurrent = (initializer, &self.recurrent_regularizer, &self.recurrent_constraint);
        self.recurrent_kernel = builder.add("recurrent_kernel", recurrent_shape, recurrent)?;
        if self.use_bias {
            let bias = (&self.bias_initializer, &self.bias_regularizer, &self.bias_constraint);
            self.bias = builder.add("bias", bias_shape, bias)?;
        }
        Ok(())
    }

    /// The kernel and the recurrent kernel of a cell with so many gates.
    pub(super) fn kernels<'m>(
        &self,
        units: usize,
        gates: usize,
        cx: &Context<'m>,
    ) -> [Gates<'m>; 2] {
        [self.kernel, self.recurrent_kernel].map(|k| Gates::all(cx.value(k), units, gates))
    }

    /// The gradients of kernel, recurrent kernel and bias, to add to.
    pub fn gradients<'c>(&self, cx: &'c mut Context) -> [&'c mut [Float]; 3] {
        cx.gradients([self.kernel, self.recurrent_kernel, self.bias])
    }

    /// `x @ kernel + h @ recurrent_kernel + bias` in ONNX.
    pub fn onnx_sums(&self, x: &str, h: &str, exporter: &mut Exporter) -> String {
        let kernel = exporter.weight("kernel", self.kernel);
        let recurrent = exporter.weight("recurrent_kernel", self.recurrent_kernel);
        let (of_x, of_h) =
            (exporter.binary("MatMul", x, &kernel), exporter.binary("MatMul", h, &recurrent));
        let sums = exporter.binary("Add", &of_x, &of_h);
        if !self.bias.exists() {
            return sums;
        }
        let bias = exporter.weight("bias", self.bias);
        exporter.binary("Add", &sums, &bias)
    }

    /// The way to the kernels for these equations, where they know the activations.
    pub fn fused(&self, cell: kernels::Cell, units: usize) -> Option<Fused> {
        cell.is_fused().then(|| self.handles(cell, units))
    }

    /// A cell with these weights, whether or not the kernels have its activations.
    pub fn handles(&self, cell: kernels::Cell, units: usize) -> Fused {
        Fused {
            cell,
            units,
            kernel: self.kernel,
            recurrent_kernel: self.recurrent_kernel,
            bias: self.bias,
        }
    }
}

/// Builder methods for the arguments of a cell, on the cell and on the layer over it: `path` leads
/// from the cell to the field. `@[const N: usize]` before the cell are its generic parameters.
macro_rules! cell_options {
    (
        @[$($generics:tt)*] $cell:ty, $layer:ty {
            $($(#[$doc:meta])* $name:ident: $type:ty => $($path:ident).+;)*
        }
    ) => {
        impl<$($generics)*> $cell {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $name: $type) -> Self {
                    self.$($path).+ = $name;
                    self
                }
            )*
        }

        impl<$($generics)*> $layer {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $name: $type) -> Self {
                    self.cell = self.cell.$name($name);
                    self
                }
            )*
        }
    };
}
pub(crate) use cell_options;

/// [`cell_options`] with the arguments that all cells with recurrent kernels take.
macro_rules! weight_options {
    ($cell:ty, $layer:ty { $($own:tt)* }) => {
        $crate::cells::weight_options!(@[] $cell, $layer { $($own)* });
    };
    (@[$($generics:tt)*] $cell:ty, $layer:ty { $($own:tt)* }) => {
        $crate::cells::cell_options!(@[$($generics)*] $cell, $layer {
            $($own)*
            /// Whether to add a bias (true).
            use_bias: bool => weights.use_bias;
        });

        impl<$($generics)*> $cell {
            /// The fraction of the inputs to drop while training (0), held within 0 and 1: one
            /// choice for all steps of a call, and for all gates unless the state has dropout too.
            pub fn dropout(mut self, dropout: f64) -> Self {
                self.dropout.dropout = $crate::cells::dropout::clamp(dropout);
                self
            }

            /// The fraction of the state to drop while training (0), held within 0 and 1, as the
            /// gates read it: one choice for all steps of a call, another for each gate.
            pub fn recurrent_dropout(mut self, recurrent_dropout: f64) -> Self {
                self.dropout.recurrent_dropout = $crate::cells::dropout::clamp(recurrent_dropout);
                self
            }

            /// The seed of dropout (the training's).
            pub fn seed(mut self, seed: u64) -> Self {
                self.dropout.seed = Some(seed);
                self
            }
        }

        impl<$($generics)*> $layer {
            /// The fraction of the inputs to drop while training (0), held within 0 and 1: one
            /// choice for all steps of a call, and for all gates unless the state has dropout too.
            pub fn dropout(mut self, dropout: f64) -> Self {
                self.cell = self.cell.dropout(dropout);
                self
            }

            /// The fraction of the state to drop while training (0), held within 0 and 1, as the
            /// gates read it: one choice for all steps of a call, another for each gate.
            pub fn recurrent_dropout(mut self, recurrent_dropout: f64) -> Self {
                self.cell = self.cell.recurrent_dropout(recurrent_dropout);
                self
            }

            /// The seed of dropout (the training's). The same seed drops the same wherever it is
            /// given, as in Keras: in both directions of a `Bidirectional`, for example.
            pub fn seed(mut self, seed: u64) -> Self {
                self.cell = self.cell.seed(seed);
                self
            }
        }

        $crate::cells::weight_arguments!(@[$($generics)*] $cell, [weights]);
        $crate::cells::weight_arguments!(@[$($generics)*] $layer, [cell.weights]);
    };
}
pub(crate) use weight_options;

/// The builder methods of the weights, which are fields where `via` leads.
macro_rules! weight_arguments {
    (@$generics:tt $object:ty, $via:tt) => {
        $crate::layers::weight_arguments::weight_arguments!(@$generics $object, via $via {
            "kernel" starts as "glorot_uniform":
                kernel_initializer, kernel_regularizer, kernel_constraint;
            "recurrent kernel" starts as "orthogonal":
                recurrent_initializer, recurrent_regularizer, recurrent_constraint;
            "bias" starts as "zeros": bias_initializer, bias_regularizer, bias_constraint;
        });
    };
}
pub(crate) use weight_arguments;
