//! Convolution over time.

mod stream;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use elman_kernels::{Matrix, PackedMatrix, gemm, gemm_packed};

use crate::activations::{self, Activation};
use crate::cells::PerAxis;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{check_positive, known_last, layer_boilerplate, single_sequence};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::windows::{count, output_shape, over_time};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::ops::{Padding, Windows};
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Parameters, Result, Shape, Tensor, defaults, ops};
use stream::ConvolutionStep;

/// Convolution over time: the same weighted sum of every window of steps.
///
/// ```text
/// y[b, t, f] = activation(sum over k, c of x[b, t * strides + k * dilation_rate - lead, c] * kernel[k, c, f] + bias[f])
/// ```
/// where `lead` is what `padding` puts before the sequence, as zeros. With `groups` the features
/// are cut into as many parts, each of which makes its part of the filters.
///
/// - Shapes: `(batch, time, features)` to `(batch, windows, filters)`. A mask ends here, as in
///   Keras.
/// - Weights: `kernel (kernel_size, features / groups, filters)`, `bias (filters,)`.
/// - Keras: `keras.layers.Conv1D`, same defaults, with `data_format = "channels_last"`.
///
/// # Errors
/// A size of zero; features or filters that `groups` doesn't divide; `strides` and `dilation_rate`
/// both above 1; a sequence too short for a window.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Conv1d::new(8, 3).padding(Padding::Causal).input_shape([20, 4]))?;
/// model.add(Lstm::new(16))?;
/// assert_eq!(model.layer("conv1d")?.output_shapes()[0].to_string(), "(None, 20, 8)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "Conv1D")]
#[doc(alias = "keras.layers.Conv1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conv1d {
    #[serde(flatten)]
    base: Base,
    filters: usize,
    kernel_size: PerAxis<1>,
    #[serde(default)]
    strides: PerAxis<1>,
    #[serde(default)]
    padding: Padding,
    #[serde(default)]
    data_format: ChannelsLast,
    #[serde(default)]
    dilation_rate: PerAxis<1>,
    #[serde(default = "one")]
    groups: usize,
    #[serde(with = "activations::by_name", default = "defaults::linear")]
    activation: Activation,
    #[serde(default = "defaults::yes")]
    use_bias: bool,
    #[serde(default = "Initializer::glorot_uniform")]
    kernel_initializer: Initializer,
    #[serde(default = "defaults::zeros")]
    bias_initializer: Initializer,
    #[serde(default)]
    kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    kernel_constraint: Option<Constraint>,
    #[serde(default)]
    bias_constraint: Option<Constraint>,
    #[serde(skip)]
    kernel: Parameter,
    #[serde(skip)]
    bias: Parameter,
}

fn one() -> usize {
    1
}

/// The most values that windows are laid out in at once, which bounds the memory of long batches
/// and keeps a part of them in the cache.
const BLOCK: usize = 1 << 18;

/// What `backward` needs of one call.
struct Saved {
    x: Tensor,
    /// The input of the activation; only kept for those whose derivative needs it.
    z: Tensor,
    y: Tensor,
}

impl Conv1d {
    /// `filters` weighted sums of windows of `kernel_size` steps.
    pub fn new(filters: usize, kernel_size: usize) -> Conv1d {
        Conv1d {
            base: Base::default(),
            filters,
            kernel_size: kernel_size.into(),
            strides: PerAxis::default(),
            padding: Padding::Valid,
            data_format: ChannelsLast,
            dilation_rate: PerAxis::default(),
            groups: 1,
            activation: Activation::Linear,
            use_bias: true,
            kernel_initializer: Initializer::glorot_uniform(),
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: None,
            bias_regularizer: None,
            kernel_constraint: None,
            bias_constraint: None,
            kernel: Parameter::default(),
            bias: Parameter::default(),
        }
    }

    /// From one window to the next (1).
    pub fn strides(mut self, strides: usize) -> Conv1d {
        self.strides = strides.into();
        self
    }

    /// What happens at the ends of a sequence ([`Padding::Valid`]).
    pub fn padding(mut self, padding: Padding) -> Conv1d {
        self.padding = padding;
        self
    }

    /// From one step of a window to the next (1).
    pub fn dilation_rate(mut self, dilation_rate: usize) -> Conv1d {
        self.dilation_rate = dilation_rate.into();
        self
    }

    /// Into how many parts features and filters are cut (1).
    pub fn groups(mut self, groups: usize) -> Conv1d {
        self.groups = groups;
        self
    }

    /// The activation (linear).
    pub fn activation(mut self, activation: Activation) -> Conv1d {
        self.activation = activation;
        self
    }

    /// Whether to add a bias (true).
    pub fn use_bias(mut self, use_bias: bool) -> Conv1d {
        self.use_bias = use_bias;
        self
    }

    fn windows(&self) -> Windows {
        let [size, strides, dilation] =
            [&self.kernel_size, &self.strides, &self.dilation_rate].map(|sizes| sizes.0[0]);
        over_time(size, strides, dilation, self.padding)
    }

    fn check(&self, features: usize) -> Result<()> {
        check_positive(self, "filters", self.filters)?;
        let (kernel_size, strides) = (self.kernel_size.0[0], self.strides.0[0]);
        let dilation_rate = self.dilation_rate.0[0];
        check_positive(self, "kernel_size", kernel_size)?;
        check_positive(self, "strides", strides)?;
        check_positive(self, "dilation_rate", dilation_rate)?;
        check_positive(self, "groups", self.groups)?;
        let invalid = |argument, expected: String, got: usize| {
            Err(Error::InvalidArgument {
                place: self.place(),
                argument,
                expected,
                got: got.to_string(),
            })
        };
        if strides > 1 && dilation_rate > 1 {
            let expected = format!("1 beside strides of {strides}");
            return invalid("dilation_rate", expected, dilation_rate);
        }
        for (number, what) in [(self.filters, "filters"), (features, "features")] {
            if number % self.groups != 0 {
                return invalid("groups", format!("a divisor of {number} {what}"), self.groups);
            }
        }
        // The rows of the kernel, whose columns are the filters.
        match kernel_size.checked_mul(features / self.groups) {
            Some(rows) if check_positive(self, "kernel_size", rows).is_ok() => Ok(()),
            _ => invalid("kernel_size", "a size whose kernel fits in memory".into(), kernel_size),
        }
    }

    /// The packed kernels of the groups, of windows of `row` values: made once, used until the
    /// kernel changes.
    fn packed(&self, row: usize, parameters: &Parameters) -> Arc<Vec<PackedMatrix>> {
        parameters.derived(self.kernel, || {
            let (kernel, width) = (parameters.get(self.kernel), self.filters / self.groups);
            let of_group = |group: usize| {
                let data = &kernel[group * width..];
                let matrix = Matrix { data, row_stride: self.filters, column_stride: 1 };
                PackedMatrix::new(row, width, matrix)
            };
            (0..self.groups).map(of_group).collect::<Vec<_>>()
        })
    }

    /// How one call is computed.
    fn plan(&self, x: &Tensor) -> Plan {
        let windows = self.windows();
        let count = count(&windows, x.shape()[1]);
        let (width, row) = (x.width() / self.groups, x.width() / self.groups * windows.size[0]);
        let samples = (BLOCK / (count * row).max(1)).max(1);
        Plan { windows, count, width, row, filters: self.filters / self.groups, samples }
    }
}

/// How one call is computed: some sequences at a time, one group of features after the other.
struct Plan {
    windows: Windows,
    /// Windows of a sequence.
    count: usize,
    /// Features of a group.
    width: usize,
    /// Values of a window of a group.
    row: usize,
    /// Filters of a group.
    filters: usize,
    /// Sequences to lay out at once.
    samples: usize,
}

impl Plan {
    /// The first and the end of each block of sequences.
    fn blocks(&self, batch: usize) -> impl Iterator<Item = (usize, usize)> {
        let samples = self.samples;
        (0..batch).step_by(samples).map(move |start| (start, (start + samples).min(batch)))
    }

    /// The windows of a group of features, one in each row.
    fn rows(&self, x: &Tensor, group: usize) -> Tensor {
        match x.width() == self.width {
            true => self.windows.of(x),
            false => self.windows.of(&ops::columns(x, group * self.width, self.width)),
        }
    }
}

/// Adds to columns `group * width ..` of rows `total` wide.
fn add_part(rows: &mut [Float], total: usize, width: usize, group: usize, part: &[Float]) {
    for (row, part) in rows.chunks_exact_mut(total).zip(part.chunks_exact(width)) {
        let own = &mut row[group * width..(group + 1) * width];
        own.iter_mut().zip(part).for_each(|(own, part)| *own += part);
    }
}

weight_arguments!(Conv1d {
    "kernel" starts as "glorot_uniform": kernel_initializer, kernel_regularizer, kernel_constraint;
    "bias" starts as "zeros": bias_initializer, bias_regularizer, bias_constraint;
});

impl Layer for Conv1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Conv1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_sequence(self, inputs)?;
        self.check(known_last(self, 0, input)?)?;
        let refused = |_| Error::InvalidArgument {
            place: self.place(),
            argument: "filters",
            expected: "an even number, which the activation glu halves".into(),
            got: self.filters.to_string(),
        };
        let shape = output_shape(&self.windows(), self, input, Some(self.filters))?;
        Ok(vec![activations::output_shape(self.activation, &shape, refused)?])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let features = known_last(self, 0, single_sequence(self, inputs)?)?;
        let shape = [self.kernel_size.0[0], features / self.groups, self.filters];
        let kernel = (&self.kernel_initializer, &self.kernel_regularizer, &self.kernel_constraint);
        self.kernel = builder.add("kernel", &shape, kernel)?;
        if self.use_bias {
            let bias = (&self.bias_initializer, &self.bias_regularizer, &self.bias_constraint);
            self.bias = builder.add("bias", &[self.filters], bias)?;
        }
        Ok(())
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let [kernel_size, strides, dilation] =
            [&self.kernel_size, &self.strides, &self.dilation_rate].map(|sizes| sizes.0[0]);
        if !x.is_sequence() {
            return Err(refuse(self, "its input is a whole sequence at every step"));
        }
        if strides > 1 {
            return Err(refuse(self, "with strides it gives fewer steps than come"));
        }
        if kernel_size > 1 && self.padding != Padding::Causal {
            return Err(refuse(
                self,
                "its windows reach steps that have not come yet, or start late: use the padding \
                 `causal`",
            ));
        }
        let features = x.features(self)?;
        let row = features / self.groups * kernel_size;
        let step = ConvolutionStep {
            kernels: self.packed(row, builder.parameters()),
            bias: builder.values(self.bias),
            activation: self.activation,
            features,
            filters: self.filters,
            kernel_size,
            dilation,
        };
        builder.push_layer(self, step, inputs)
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let kernel = exporter.parameters().shape(self.kernel).to_vec();
        let values = exporter.values(self.kernel);
        let kernel = (&kernel[..], &values[..]);
        let mut y = exporter.convolution(&inputs[0].name, kernel, &self.windows(), self.groups);
        if self.use_bias {
            let bias = exporter.weight("bias", self.bias);
            y = exporter.binary("Add", &y, &bias);
        }
        let y = exporter.activation(self.activation, &y, self.filters);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        // Where the number of steps was unknown, it shows only now.
        output_shape(&self.windows(), self, &x.shape().into(), Some(self.filters))?;
        let plan = self.plan(x);
        let width = plan.filters;
        let packed = self.packed(plan.row, cx.parameters());
        let bias = cx.value(self.bias);
        let mut y = Tensor::zeros([x.shape()[0], plan.count, self.filters]);
        let outputs = y.data_mut().chunks_mut(plan.samples * plan.count * self.filters);
        for ((start, end), y) in plan.blocks(x.shape()[0]).zip(outputs) {
            let sequences = x.rows(start, end);
            let rows_in_block = (end - start) * plan.count;
            for (group, kernel) in packed.iter().enumerate() {
                let bias = bias.get(group * width..(group + 1) * width);
                let rows = plan.rows(&sequences, group);
                let rows = Matrix::row_major(rows.data(), plan.row);
                if self.groups == 1 {
                    gemm_packed(rows_in_block, rows, kernel, bias, y);
                } else {
                    let mut product = vec![0.0; rows_in_block * width];
                    gemm_packed(rows_in_block, rows, kernel, bias, &mut product);
                    add_part(y, self.filters, width, group, &product);
                }
            }
        }
        let z = if cx.is_saving() { y.clone() } else { Tensor::zeros([0]) };
        let y = activations::forward(self.activation, y);
        cx.save(Saved { x: x.clone(), z, y: y.clone() });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { x, z, y } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let dz = activations::backward(self.activation, &z, &y, dy);
        let plan = self.plan(&x);
        let width = plan.filters;
        let (wants_inputs, kernel) = (cx.wants_input_gradients(), cx.value(self.kernel));
        let [of_kernel, of_bias] = cx.gradients([self.kernel, self.bias]);
        ops::accumulate_rows(&dz, of_bias);
        let mut dx = Tensor::zeros(x.shape());
        let sequence = x.shape()[1] * x.width();
        let of_blocks = dx.data_mut().chunks_mut(plan.samples * sequence);
        for ((start, end), dx) in plan.blocks(x.shape()[0]).zip(of_blocks) {
            let (sequences, dz) = (x.rows(start, end), dz.rows(start, end));
            let count = (end - start) * plan.count;
            for group in 0..self.groups {
                let rows = plan.rows(&sequences, group);
                let dz = ops::columns(&dz, group * width, width);
                let mut product = vec![0.0; plan.row * width];
                let a = Matrix::transposed(rows.data(), plan.row);
                let b = Matrix::row_major(dz.data(), width);
                gemm(plan.row, width, count, a, b, &mut product, false);
                add_part(of_kernel, self.filters, width, group, &product);
                if wants_inputs {
                    let data = &kernel[group * width..];
                    let b = Matrix { data, row_stride: 1, column_stride: self.filters };
                    let mut of_rows = Tensor::zeros([count, plan.row]);
                    let a = Matrix::row_major(dz.data(), width);
                    gemm(count, plan.row, width, a, b, of_rows.data_mut(), false);
                    let shape = [end - start, x.shape()[1], plan.width];
                    let of_group = plan.windows.backward(&of_rows, &shape);
                    add_part(dx, x.width(), plan.width, group, of_group.data());
                }
            }
        }
        Ok(vec![wants_inputs.then_some(dx)])
    }
}
