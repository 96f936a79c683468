//! Softmax over any axes, with a mask.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Result, Shape, Tensor, ops};

/// Softmax along one axis or several: `y = exp(x) / sum(exp(x))`.
///
/// A mask keeps values out: they become 0, and the others sum to 1; where all are out, all are 0.
/// As in Keras its axes are paired with the input's from the last: `(batch, time)` fits scores of
/// shape `(batch, time)`, not features of shape `(batch, time, features)`.
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.Softmax`.
///
/// # Errors
/// An axis that the input doesn't have; a mask whose axes, paired from the last, don't fit.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Softmax::new().input_shape([3]))?;
/// let scores = Tensor::from(array![[2., 2., 9.]]).with_mask(array![[true, true, false]])?;
/// assert_eq!(model.predict(scores)?.as_slice().unwrap(), [0.5, 0.5, 0.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Softmax")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Softmax {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "Axes::last")]
    axis: Axes,
}

/// What values that a mask keeps out count as.
const KEPT_OUT: Float = -1e9;

impl Default for Softmax {
    fn default() -> Self {
        Softmax { base: Base::default(), axis: Axes::last() }
    }
}

impl Softmax {
    /// Softmax along the last axis.
    pub fn new() -> Softmax {
        Softmax::default()
    }

    /// The axis, or the axes together, whose values sum to 1 (-1).
    pub fn axis(mut self, axis: impl Into<Axes>) -> Softmax {
        self.axis = axis.into();
        self
    }

    /// Whether each value of `x` counts, `None` if all do.
    fn used(&self, x: &Tensor) -> Result<Option<Vec<bool>>> {
        let Some(mask) = x.mask() else { return Ok(None) };
        let used = ops::broadcast_values(mask.data(), mask.shape(), x.shape());
        used.map(Some).ok_or_else(|| Error::Mismatch {
            place: self.place(),
            what: "mask".into(),
            expected: format!(
                "the last axes of the input {}, or 1 instead",
                Shape::from(x.shape())
            ),
            got: Shape::from(mask.shape()).to_string(),
        })
    }

    /// The order of axes in which those to sum along come last, and their joint length.
    fn grouped(&self, shape: &[usize]) -> Result<(Vec<usize>, usize)> {
        let axes = self.axis.resolve(self, "axis", shape.len())?;
        let width = axes.iter().map(|axis| shape[*axis]).product();
        Ok((ops::bring_last(shape.len(), &axes), width))
    }
}

impl Layer for Softmax {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Softmax"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        self.axis.resolve(self, "axis", input.ndim())?;
        Ok(vec![input.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let axes = self.axis.resolve(self, "axis", x.shape().ndim())?;
        let width = x.last_axes(self, &axes)?;
        if x.is_masked() {
            return Err(refuse(self, "a mask of steps says nothing of the values in one"));
        }
        let description = Description::default()
            .call("copy", [Input(0), Output(0), Count(x.step_size())])
            .activated(crate::activations::Activation::Softmax, x.step_size(), width);
        builder.push_described(self, inputs, description, move |x, y| {
            y.copy_from_slice(x);
            ops::softmax_rows(y, width);
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let (x, e) = (&inputs[0], exporter);
        let ndim = x.ndim();
        let axes = self.axis.resolve(self, "axis", ndim)?;
        let order = ops::bring_last(ndim, &axes);
        // As in `used`: the axes of a mask are the last ones of the values.
        let mask = x.mask.as_ref().map(|mask| mask.name.clone());
        let mut kept = x.name.clone();
        if let Some(mask) = &mask {
            let out = e.number(f64::from(KEPT_OUT));
            kept = e.choose(mask, &kept, &out);
        }
        let moved = e.transpose(&kept, &order);
        let mut rows = vec![0; ndim - axes.len()];
        rows.push(-1);
        let flat = if axes.len() == 1 { moved.clone() } else { e.reshape(&moved, &rows) };
        let mut y = e.activation(crate::activations::Activation::Softmax, &flat, 0);
        if axes.len() > 1 {
            let shape = e.unary("Shape", &moved);
            y = e.binary("Reshape", &y, &shape);
        }
        let mut y = e.transpose(&y, &ops::inverse(&order));
        if let Some(mask) = &mask {
            let none = e.number(0.0);
            y = e.choose(mask, &y, &none);
        }
        e.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let (order, width) = self.grouped(x.shape())?;
        let used = self.used(x)?;
        let mut kept = x.clone();
        if let Some(used) = &used {
            ops::fill_unused(&mut kept, used, KEPT_OUT);
        }
        let mut y = ops::permute(&kept, &order);
        ops::softmax_rows(y.data_mut(), width);
        let mut y = ops::permute(&y, &ops::inverse(&order));
        if let Some(used) = &used {
            ops::fill_unused(&mut y, used, 0.0);
        }
        cx.save(y.clone());
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let y: Tensor = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (order, width) = self.grouped(y.shape())?;
        // Values kept out have y = 0, and so no gradient, in the rows of the others and their own.
        let (y, mut dx) = (ops::permute(&y, &order), ops::permute(dy, &order));
        ops::softmax_rows_backward(y.data(), dx.data_mut(), width);
        Ok(vec![Some(ops::permute(&dx, &ops::inverse(&order)))])
    }
}
