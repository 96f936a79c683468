//! What the three cells have in common: their weights, Keras's arguments for them, and the builder
//! methods of those.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};

use super::Fused;
use crate::Result;
use crate::defaults;
use crate::initializers::Initializer;
use crate::parameters::{Builder, Parameter};

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
        self.kernel = builder.add("kernel", &[features, columns], &self.kernel_initializer)?;
        self.recurrent_kernel =
            builder.add("recurrent_kernel", &[units, columns], &self.recurrent_initializer)?;
        if self.use_bias {
            self.bias = builder.add("bias", bias_shape, &self.bias_initializer)?;
        }
        Ok(())
    }

    /// The way to the kernels for these equations, where they know the activations.
    pub fn fused(&self, cell: kernels::Cell, units: usize) -> Option<Fused> {
        cell.is_fused().then_some(Fused {
            cell,
            units,
            kernel: self.kernel,
            recurrent_kernel: self.recurrent_kernel,
            bias: self.bias,
        })
    }
}

/// Builder methods for the arguments of a cell, on the layer over it: `path` leads from the layer
/// to the field.
macro_rules! cell_options {
    ($layer:ty { $($(#[$doc:meta])* $name:ident: $type:ty => $($path:ident).+;)* }) => {
        impl $layer {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $name: $type) -> Self {
                    self.$($path).+ = $name;
                    self
                }
            )*

            /// Whether to add a bias (true).
            pub fn use_bias(mut self, use_bias: bool) -> Self {
                self.cell.weights.use_bias = use_bias;
                self
            }

            /// The first values of the kernel (`glorot_uniform`).
            pub fn kernel_initializer(mut self, initializer: $crate::initializers::Initializer) -> Self {
                self.cell.weights.kernel_initializer = initializer;
                self
            }

            /// The first values of the recurrent kernel (`orthogonal`).
            pub fn recurrent_initializer(mut self, initializer: $crate::initializers::Initializer) -> Self {
                self.cell.weights.recurrent_initializer = initializer;
                self
            }

            /// The first values of the bias (`zeros`).
            pub fn bias_initializer(mut self, initializer: $crate::initializers::Initializer) -> Self {
                self.cell.weights.bias_initializer = initializer;
                self
            }
        }
    };
}
pub(crate) use cell_options;
