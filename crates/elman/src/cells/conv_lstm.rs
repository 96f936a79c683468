//! The convolutional LSTM cell.

mod options;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use options::PerAxis;

use super::cell::{check_activations, check_input};
use super::dropout::{CellDropout, MaskCount};
use super::gates::Gates;
use super::lstm_step::LstmStep;
use super::lstm_step::onnx_step;
use super::{Cell, CellWeights, DropoutMasks};
use crate::activations::{self, Activation};
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{check_size, to_config};
use crate::onnx::Exporter;
use crate::ops::{self, Padding, Windows};
use crate::parameters::Builder;
use crate::{Context, Error, Result, Shape, Tensor, defaults};

/// The cell of [`ConvLstm1d`](crate::layers::ConvLstm1d) and its likes, over `N` axes of space:
///
/// ```text
/// [i f g o] = x ∗ K + b + h ∗ R         i, f, o = recurrent_activation(…), g = activation(g)
/// c' = f * c + i * g                    h' = o * activation(c')
/// ```
/// where ∗ is a convolution: of x with the given strides, padding and dilation, of h such that its
/// space stays.
///
/// - Input: `(batch, space…, channels)`. States: `h` and `c`, each `(batch, space…, filters)`, with
///   the space that the convolution leaves; the output is `h'`.
/// - Weights: `kernel (kernel_size…, channels, 4 filters)`,
///   `recurrent_kernel (kernel_size…, filters, 4 filters)`, `bias (4 filters,)`, with the columns
///   of i, f, c, o in that order, Keras's.
/// - Keras: the cell within `keras.layers.ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`. Paper: Shi et
///   al., *Convolutional LSTM Network*, 2015.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConvLstmCell<const N: usize> {
    pub(crate) filters: usize,
    pub(crate) kernel_size: PerAxis<N>,
    #[serde(default)]
    pub(crate) strides: PerAxis<N>,
    #[serde(default)]
    pub(crate) padding: Padding,
    #[serde(default)]
    data_format: ChannelsLast,
    #[serde(default)]
    pub(crate) dilation_rate: PerAxis<N>,
    #[serde(with = "activations::by_name", default = "defaults::tanh")]
    pub(crate) activation: Activation,
    #[serde(with = "activations::by_name", default = "defaults::sigmoid")]
    pub(crate) recurrent_activation: Activation,
    #[serde(flatten)]
    pub(crate) weights: CellWeights,
    #[serde(flatten)]
    pub(crate) dropout: CellDropout,
    #[serde(default = "defaults::yes")]
    pub(crate) unit_forget_bias: bool,
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    gates: LstmStep,
    dropout: DropoutMasks,
}

impl<const N: usize> ConvLstmCell<N> {
    /// A cell of `filters` outputs at each place, with Keras's defaults.
    pub fn new(filters: usize, kernel_size: impl Into<PerAxis<N>>) -> ConvLstmCell<N> {
        const { assert!(N >= 1 && N <= 3, "Keras has one to three axes of space") };
        ConvLstmCell {
            filters,
            kernel_size: kernel_size.into(),
            strides: PerAxis::default(),
            padding: Padding::default(),
            data_format: ChannelsLast,
            dilation_rate: PerAxis::default(),
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            weights: CellWeights::default(),
            dropout: CellDropout::default(),
            unit_forget_bias: true,
        }
    }

    /// The windows over the input.
    fn input_windows(&self) -> Windows {
        Windows {
            size: self.kernel_size.0.to_vec(),
            strides: self.strides.0.to_vec(),
            dilation: self.dilation_rate.0.to_vec(),
            padding: self.padding,
        }
    }

    /// The windows over the state.
    fn state_windows(&self) -> Windows {
        let ones = vec![1; N];
        let size = self.kernel_size.0.to_vec();
        Windows { size, strides: ones.clone(), dilation: ones, padding: Padding::Same }
    }

    /// The kernel and the recurrent kernel.
    fn kernels<'m>(&self, cx: &Context<'m>) -> [Gates<'m>; 2] {
        self.weights.kernels(self.filters, 4, cx)
    }

    /// Checks the arguments for an input of so many channels.
    fn check_arguments(&self, channels: usize) -> Result<()> {
        let place = || self.class_name().to_owned();
        check_size(place, "filters", self.filters)?;
        for (argument, sizes) in [
            ("kernel_size", &self.kernel_size),
            ("strides", &self.strides),
            ("dilation_rate", &self.dilation_rate),
        ] {
            sizes.0.iter().try_for_each(|size| check_size(place, argument, *size))?;
        }
        check_activations(self)?;
        let refused = |argument, expected: String, got: String| {
            Err(Error::InvalidArgument { place: place(), argument, expected, got })
        };
        if self.padding == Padding::Causal {
            return refused("padding", "valid or same".into(), "causal".into());
        }
        if self.strides.0.iter().any(|n| *n > 1) && self.dilation_rate.0.iter().any(|n| *n > 1) {
            let expected = format!("1 where strides = {}", self.strides);
            return refused("dilation_rate", expected, self.dilation_rate.to_string());
        }
        // The rows of the larger kernel, whose columns are counted in `filters`.
        let rows = self.kernel_size.0.iter().try_fold(channels.max(self.filters), |n, size| {
            n.checked_mul(*size).filter(|n| check_size(place, "kernel_size", *n).is_ok())
        });
        match rows {
            Some(_) => Ok(()),
            None => refused(
                "kernel_size",
                "a size whose kernel fits in memory".into(),
                self.kernel_size.to_string(),
            ),
        }
    }
}

/// The windows over `x` times the kernel, each gate with what its mask leaves of `x`.
fn convolve(windows: &Windows, x: &Tensor, kernel: &Gates, masks: &[Tensor]) -> Tensor {
    match masks {
        [] => kernel.product(&windows.of(x), &[]),
        masks => {
            let gate = |(i, mask): (usize, &Tensor)| {
                kernel.part(i..i + 1).product(&windows.of(&ops::multiply(x, mask)), &[])
            };
            let gates: Vec<Tensor> = masks.iter().enumerate().map(gate).collect();
            ops::concatenate(&gates.iter().collect::<Vec<_>>())
        }
    }
}

/// The gradient of `x` in [`convolve`]. Adds that of the kernel to `gradient`.
fn convolve_backward(
    windows: &Windows,
    x: &Tensor,
    kernel: &Gates,
    masks: &[Tensor],
    dy: &Tensor,
    gradient: &mut [crate::Float],
) -> Tensor {
    let mut through = |kernel: &Gates, x: &Tensor, dy: &Tensor| {
        let d_windows = kernel.backward(&windows.of(x), &[], dy, gradient);
        windows.backward(&d_windows, x.shape())
    };
    if masks.is_empty() {
        return through(kernel, x, dy);
    }
    let mut dx = Tensor::zeros(x.shape());
    let width = dy.width() / masks.len();
    for (i, mask) in masks.iter().enumerate() {
        let dy = ops::columns(dy, i * width, width);
        let d_masked = through(&kernel.part(i..i + 1), &ops::multiply(x, mask), &dy);
        dx.add_assign(&ops::multiply(&d_masked, mask));
    }
    dx
}

impl<const N: usize> Cell for ConvLstmCell<N> {
    fn class_name(&self) -> &'static str {
        "ConvLSTMCell"
    }

    fn registered_name(&self) -> Option<String> {
        None
    }

    fn layer_class_name(&self) -> &'static str {
        match N {
            1 => "ConvLSTM1D",
            2 => "ConvLSTM2D",
            _ => "ConvLSTM3D",
        }
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn output_size(&self) -> usize {
        self.filters
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.filters, self.filters]
    }

    fn activations(&self) -> Vec<(&'static str, Activation)> {
        vec![("activation", self.activation), ("recurrent_activation", self.recurrent_activation)]
    }

    fn input_axes(&self) -> &'static [&'static str] {
        match N {
            1 => &["rows", "channels"],
            2 => &["rows", "columns", "channels"],
            _ => &["rows", "columns", "depths", "channels"],
        }
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        check_input(self, input)?;
        self.check_arguments(input[N])?;
        let space = self.input_windows().count(&input[..N]);
        let mut output = space.ok_or_else(|| Error::InputShape {
            layer: self.class_name().into(),
            index: 0,
            expected: format!(
                "{} at each step with room for a window of kernel_size = {}, dilation_rate = {}",
                self.input_axes().join(", "),
                self.kernel_size,
                self.dilation_rate
            ),
            got: Shape::from(input).with_batch(None),
        })?;
        output.push(self.filters);
        Ok(output)
    }

    fn state_shapes(&self, input: &[usize]) -> Result<Vec<Vec<usize>>> {
        let shape = self.output_shape(input)?;
        Ok(vec![shape.clone(), shape])
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.dropout.build(builder);
        let columns = 4 * self.filters;
        let kernel = |rows: usize| [&self.kernel_size.0[..], &[rows, columns]].concat();
        let (kernel, recurrent_kernel) = (kernel(features), kernel(self.filters));
        let shapes = [&kernel[..], &recurrent_kernel, &[columns]];
        self.weights.build_shaped(shapes, builder)?;
        if self.weights.use_bias && self.unit_forget_bias {
            let forget = self.filters..2 * self.filters;
            builder.change(self.weights.bias, |bias| bias[forget].fill(1.0));
        }
        Ok(())
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        let state = self.output_shape(input)?;
        Ok(self.dropout.draw(MaskCount::PerGate(4), batch, (input, &state), cx))
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let (e, weights) = (exporter, &self.weights);
        let mut sums = Vec::new();
        for (x, kernel, windows) in [
            (x, weights.kernel, self.input_windows()),
            (&states[0], weights.recurrent_kernel, self.state_windows()),
        ] {
            let (shape, values) = (e.parameters().shape(kernel).to_vec(), e.values(kernel));
            sums.push(e.convolution(x, (&shape, &values), &windows, 1));
        }
        let mut z = e.binary("Add", &sums[0], &sums[1]);
        if weights.use_bias {
            let bias = e.weight("bias", weights.bias);
            z = e.binary("Add", &z, &bias);
        }
        let activations = (self.activation, self.recurrent_activation);
        Ok(onnx_step(&z, &states[1], self.filters, activations, e))
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (h, c) = (&states[0], &states[1]);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        // One row for each place.
        let mut z = convolve(&self.input_windows(), x, &kernel, &dropout.input);
        ops::add_bias(&mut z, cx.value(self.weights.bias));
        let from_h = convolve(&self.state_windows(), h, &recurrent_kernel, &dropout.recurrent);
        z.add_assign(&from_h);
        let rows = [c.len() / self.filters, self.filters];
        let activations = (self.activation, self.recurrent_activation);
        let (new_h, new_c, gates) = LstmStep::forward(&z, c.clone().reshape(rows)?, activations);
        cx.save(Step { x: x.clone(), h: h.clone(), gates, dropout: dropout.clone() });
        let (new_h, new_c) = (new_h.reshape(c.shape())?, new_c.reshape(c.shape())?);
        Ok((new_h.clone(), vec![new_h, new_c]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, gates, dropout } = cx.restore(self.class_name())?;
        let rows = [h.len() / self.filters, self.filters];
        let dh = ops::add(output_gradient, &state_gradients[0]).reshape(rows)?;
        let dc = state_gradients[1].clone().reshape(rows)?;
        let (dz, dc) = gates.backward(&dh, &dc);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let [of_kernel, of_recurrent_kernel, of_bias] = self.weights.gradients(cx);
        ops::accumulate_rows(&dz, of_bias);
        let windows = self.input_windows();
        let dx = convolve_backward(&windows, &x, &kernel, &dropout.input, &dz, of_kernel);
        let windows = self.state_windows();
        let (kernel, masks) = (&recurrent_kernel, &dropout.recurrent);
        let dh = convolve_backward(&windows, &h, kernel, masks, &dz, of_recurrent_kernel);
        Ok((dx, vec![dh, dc.reshape(h.shape())?]))
    }
}
