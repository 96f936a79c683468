//! Scalar products of two inputs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs::two;
use crate::layers::layer::{layer_boilerplate, never_streams};
use crate::layers::{Axes, Base, Layer, resolve_axis};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Error, Float, Mask, Result, Shape, Tensor, ops};

/// Scalar products of two inputs along an axis of each, sample by sample.
///
/// With `normalize` the vectors are scaled to length 1 first, so that the products are cosines.
///
/// - Shapes: `(batch, …)` twice, to the axes of the first input but the one multiplied along,
///   then those of the second; `(batch, 1)` for two inputs of shape `(batch, n)`. No weights.
/// - Masks end here.
/// - Keras: `keras.layers.Dot`.
///
/// # Errors
/// Any number of inputs but two; axes that the inputs don't have, of unequal length, or the batch.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[3., 4.]].into()];
/// let none = Parameters::default();
/// let y = Dot::new(1).forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0], array![[11.]].into());
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Dot")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dot {
    #[serde(flatten)]
    base: Base,
    axes: Axes,
    #[serde(default)]
    normalize: bool,
}

/// The shortest length by which vectors are divided, Keras's `epsilon()`.
const EPSILON: Float = 1e-7;

/// What `backward` needs of one call: both inputs as `(batch, rows, depth)`, and, where they were
/// scaled, by what.
struct Saved {
    sides: [Side; 2],
    batch: usize,
}

struct Side {
    x: Tensor,
    factors: Option<Vec<Float>>,
    /// The input's shape with the axis brought to the end, and the order that did it.
    shape: Vec<usize>,
    order: Vec<usize>,
}

impl Dot {
    /// Products along `axes`: one axis of both inputs, or one of each, counted with the batch.
    pub fn new(axes: impl Into<Axes>) -> Dot {
        Dot { base: Base::default(), axes: axes.into(), normalize: false }
    }

    /// Whether to scale the vectors to length 1 first (false).
    pub fn normalize(mut self, normalize: bool) -> Dot {
        self.normalize = normalize;
        self
    }

    /// The axis of each input.
    fn resolved(&self, ndims: [usize; 2]) -> Result<[usize; 2]> {
        let invalid = |expected: &str| Error::InvalidArgument {
            place: self.place(),
            argument: "axes",
            expected: expected.into(),
            got: format!("{:?}", self.axes.as_slice()),
        };
        let [a, b] = match *self.axes.as_slice() {
            [both] => [both, both],
            [a, b] => [a, b],
            _ => return Err(invalid("one axis, or one for each input")),
        };
        let resolved =
            [resolve_axis(self, "axes", a, ndims[0])?, resolve_axis(self, "axes", b, ndims[1])?];
        match resolved.contains(&0) {
            true => Err(invalid("axes behind the batch")),
            false => Ok(resolved),
        }
    }

    fn side(&self, x: &Tensor, axis: usize) -> Result<Side> {
        let order = ops::bring_last(x.ndim(), &[axis]);
        let x = ops::permute(x, &order);
        let shape = x.shape().to_vec();
        let (batch, depth) = (shape[0], x.width());
        let rows = shape[1..shape.len() - 1].iter().product();
        let mut x = x.reshape([batch, rows, depth])?;
        let factors = self.normalize.then(|| scale_to_one(&mut x));
        Ok(Side { x, factors, shape, order })
    }
}

/// Scales every row to length 1; the factors.
fn scale_to_one(x: &mut Tensor) -> Vec<Float> {
    let width = x.width().max(1);
    let scale = |row: &mut [Float]| {
        let square: Float = row.iter().map(|v| v * v).sum();
        let factor = square.sqrt().recip().min(EPSILON.recip());
        row.iter_mut().for_each(|v| *v *= factor);
        factor
    };
    x.data_mut().chunks_exact_mut(width).map(scale).collect()
}

impl Side {
    /// The gradient of the input from that of the rows.
    fn backward(self, mut gradient: Tensor) -> Result<Tensor> {
        let width = self.x.width().max(1);
        let rows =
            gradient.data_mut().chunks_exact_mut(width).zip(self.x.data().chunks_exact(width));
        for ((d, n), factor) in rows.zip(self.factors.iter().flatten()) {
            // A row too short to be scaled to 1 was scaled by a constant.
            let along: Float = match *factor < EPSILON.recip() {
                true => d.iter().zip(n).map(|(d, n)| d * n).sum(),
                false => 0.0,
            };
            d.iter_mut().zip(n).for_each(|(d, n)| *d = factor * (*d - n * along));
        }
        let gradient = gradient.reshape(self.shape)?;
        Ok(ops::permute(&gradient, &ops::inverse(&self.order)))
    }
}

impl Layer for Dot {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Dot"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let [x, y] = two(self, inputs)?;
        for (index, input) in [x, y].into_iter().enumerate() {
            if input.ndim() < 2 {
                return Err(Error::InputShape {
                    layer: self.place(),
                    index,
                    expected: "two or more dimensions".into(),
                    got: input.clone(),
                });
            }
        }
        let axes = self.resolved([x.ndim(), y.ndim()])?;
        let (depth_x, depth_y) = (x.dims()[axes[0]], y.dims()[axes[1]]);
        let (batch_x, batch_y) = (x.dims()[0], y.dims()[0]);
        let differ = |a: Option<usize>, b: Option<usize>| a.zip(b).is_some_and(|(a, b)| a != b);
        if differ(depth_x, depth_y) || differ(batch_x, batch_y) {
            return Err(Error::InputShape {
                layer: self.place(),
                index: 1,
                expected: format!(
                    "the batch of {x}, and along axis {} the length that it has along axis {}",
                    axes[1], axes[0]
                ),
                got: y.clone(),
            });
        }
        let others = |shape: &Shape, axis: usize| {
            let dims = shape.dims().iter().enumerate().skip(1);
            dims.filter(|(i, _)| *i != axis).map(|(_, dim)| *dim).collect::<Vec<_>>()
        };
        let mut dims = vec![batch_x.or(batch_y)];
        dims.extend(others(x, axes[0]));
        dims.extend(others(y, axes[1]));
        if dims.len() == 1 {
            dims.push(Some(1));
        }
        Ok(vec![dims.into()])
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        (vec![inputs.into()], Map::new())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn output_masks(&self, _inputs: &[Tensor]) -> Vec<Option<Mask>> {
        Vec::new()
    }

    never_streams!("its products join all steps");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let [x, y] = two(self, inputs)?;
        let axes = self.resolved([x.ndim(), y.ndim()])?;
        let e = exporter;
        let mut sides = Vec::new();
        // The dimensions of the output behind the batch.
        let mut others = Vec::new();
        for (input, axis) in [x, y].into_iter().zip(axes) {
            let mut side = e.transpose(&input.name, &ops::bring_last(input.ndim(), &[axis]));
            if self.normalize {
                let square = e.binary("Mul", &side, &side);
                let sum = e.reduce("ReduceSum", &square, &[-1], true);
                let norm = e.unary("Sqrt", &sum);
                let least = e.number(f64::from(EPSILON));
                let norm = e.binary("Max", &norm, &least);
                side = e.binary("Div", &side, &norm);
            }
            if input.ndim() > 2 {
                others.push(e.dims(&side, 1, -1));
            }
            let (batch, depth) = (e.dims(&side, 0, 1), e.dims(&side, -1, i64::MAX));
            let rest = e.ints(&[-1]);
            let rows = e.concat(&[&batch, &rest, &depth], 0);
            sides.push(e.binary("Reshape", &side, &rows));
        }
        let columns = e.transpose(&sides[1], &[0, 2, 1]);
        let products = e.binary("MatMul", &sides[0], &columns);
        let batch = e.dims(&products, 0, 1);
        let one = e.ints(&[1]);
        let mut shape = vec![&*batch];
        shape.extend(others.iter().map(String::as_str));
        if shape.len() == 1 {
            shape.push(&one);
        }
        let shape = e.concat(&shape, 0);
        let z = e.binary("Reshape", &products, &shape);
        let outputs = e.output(self, inputs, z)?;
        Ok(outputs.into_iter().map(|z| z.with_mask(None)).collect())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let [x, y] = two(self, inputs)?;
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        let shape = self.output_shapes(&shapes)?.remove(0);
        let axes = self.resolved([x.ndim(), y.ndim()])?;
        let sides = [self.side(x, axes[0])?, self.side(y, axes[1])?];
        let products = ops::batch_matmul_nt(&sides[0].x, &sides[1].x);
        cx.save(Saved { sides, batch: x.shape()[0] });
        let shape: Vec<usize> = shape.dims().iter().flatten().copied().collect();
        Ok(vec![products.reshape(shape)?])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { sides: [x, y], batch } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None, None]) };
        let dy = dy.clone().reshape([batch, x.x.shape()[1], y.x.shape()[1]])?;
        let of_x = ops::batch_matmul(&dy, &y.x);
        let of_y = ops::batch_matmul_tn(&dy, &x.x);
        Ok(vec![Some(x.backward(of_x)?), Some(y.backward(of_y)?)])
    }
}
