//! The linear maps of multi-head attention: Keras's `EinsumDense`, as far as it is needed here.

use crate::onnx::Exporter;
use crate::parameters::{Builder, Parameter, Weight};
use crate::{Context, Result, Tensor, ops};

/// A linear map from arrays to arrays of other dimensions: rows of all values on either side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Projection {
    kernel: Parameter,
    bias: Parameter,
    inputs: usize,
    outputs: usize,
}

/// What the weights of a projection start as, and how training treats them.
#[derive(Clone, Copy)]
pub(super) struct MapWeights<'a> {
    pub kernel: Weight<'a>,
    /// None for a projection without bias.
    pub bias: Option<Weight<'a>>,
}

impl Projection {
    /// From arrays of the dimensions `from` to arrays of the dimensions `to`; `attribute` is its
    /// place in the file's tree, `name` its name.
    pub fn build(
        builder: &mut Builder,
        (attribute, name): (&str, &str),
        from: &[usize],
        to: &[usize],
        weights: MapWeights,
    ) -> Result<Projection> {
        builder.child(attribute, name, true, |builder| {
            let kernel =
                builder.add_map("kernel", &[from, to].concat(), from.len(), weights.kernel)?;
            let bias = match weights.bias {
                Some(bias) => builder.add("bias", to, bias)?,
                None => Parameter::default(),
            };
            let (inputs, outputs) = (from.iter().product(), to.iter().product());
            Ok(Projection { kernel, bias, inputs, outputs })
        })
    }

    /// One row for each array in `x`.
    pub fn forward(&self, x: &Tensor, cx: &Context) -> Result<Tensor> {
        let rows = self.rows(x, self.inputs)?;
        let mut y = ops::matmul(&rows, cx.value(self.kernel), self.outputs);
        ops::add_bias(&mut y, cx.value(self.bias));
        Ok(y)
    }

    /// The map in ONNX, of a value whose last axes are given as one; what it gives has one, too.
    pub fn onnx(&self, x: &str, exporter: &mut Exporter) -> String {
        let values = exporter.values(self.kernel);
        let kernel = exporter.floats("kernel", [self.inputs, self.outputs], values);
        let y = exporter.binary("MatMul", x, &kernel);
        if !self.bias.exists() {
            return y;
        }
        let values = exporter.values(self.bias);
        let bias = exporter.floats("bias", [self.outputs], values);
        exporter.binary("Add", &y, &bias)
    }

    /// The gradient of `x`, under its shape; those of the weights are added.
    pub fn backward(&self, x: &Tensor, dy: &Tensor, cx: &mut Context) -> Result<Tensor> {
        let (rows, dy) = (self.rows(x, self.inputs)?, self.rows(dy, self.outputs)?);
        let [kernel, bias] = cx.gradients([self.kernel, self.bias]);
        ops::accumulate_outer(&rows, &dy, kernel);
        ops::accumulate_rows(&dy, bias);
        ops::matmul_transposed(&dy, cx.value(self.kernel), self.inputs).reshape(x.shape())
    }

    fn rows(&self, x: &Tensor, width: usize) -> Result<Tensor> {
        x.clone().reshape([x.len() / width.max(1), width])
    }
}
