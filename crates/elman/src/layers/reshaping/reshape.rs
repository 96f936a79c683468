//! The same values under another shape.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::refuse as refuse_onnx;
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Error, Result, Shape, Tensor};

/// Gives every sample another shape of the same size.
///
/// - Shapes: `(batch, …)` to `(batch, *target_shape)`; one dimension may be -1, which becomes what
///   is left. No weights. A mask ends here.
/// - Keras: `keras.layers.Reshape`.
///
/// # Errors
/// A target of another size; more than one -1.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Reshape::new([-1, 4]).input_shape([12]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 3, 4)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Reshape")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reshape {
    #[serde(flatten)]
    base: Base,
    target_shape: Vec<isize>,
}

impl Reshape {
    /// The shape of a sample, without the batch.
    pub fn new(target_shape: impl Into<Vec<isize>>) -> Reshape {
        Reshape { base: Base::default(), target_shape: target_shape.into() }
    }

    /// The target with -1 as `None`.
    fn target(&self) -> Result<Vec<Option<usize>>> {
        let dim = |dim: &isize| match dim {
            -1 => Some(None),
            dim => usize::try_from(*dim).ok().map(Some),
        };
        let target: Option<Vec<_>> = self.target_shape.iter().map(dim).collect();
        let open = |target: &Vec<Option<usize>>| target.iter().filter(|d| d.is_none()).count();
        target.filter(|target| open(target) <= 1).ok_or_else(|| Error::InvalidArgument {
            place: self.place(),
            argument: "target_shape",
            expected: "dimensions of 0 or more, and -1 at most once".into(),
            got: format!("{:?}", self.target_shape),
        })
    }

    /// The target for a sample of `size` values, if the sizes agree.
    fn filled(target: &[Option<usize>], size: usize) -> Option<Vec<usize>> {
        let known = target.iter().flatten().try_fold(1usize, |a, b| a.checked_mul(*b))?;
        let left = size.checked_div(known).unwrap_or(0);
        let filled: Vec<usize> = target.iter().map(|dim| dim.unwrap_or(left)).collect();
        // An open dimension is only defined next to others that aren't zero.
        let defined = known > 0 || !target.contains(&None);
        (defined && filled.iter().product::<usize>() == size).then_some(filled)
    }

    fn wrong_size(&self, got: Shape) -> Error {
        Error::InputShape {
            layer: self.place(),
            index: 0,
            expected: format!("samples that fill the target shape {:?}", self.target_shape),
            got,
        }
    }
}

impl Layer for Reshape {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Reshape"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        let target = self.target()?;
        let size = input.dims()[1..].iter().try_fold(1usize, |size, dim| size.checked_mul((*dim)?));
        let target = match size {
            None => target,
            Some(size) => {
                let filled = Reshape::filled(&target, size);
                let filled = filled.ok_or_else(|| self.wrong_size(input.clone()))?;
                filled.into_iter().map(Some).collect()
            }
        };
        Ok(vec![Shape::from(target).with_batch(input.dims()[0])])
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let _nothing_to_compute = builder;
        let x = &inputs[0];
        if x.is_sequence() {
            return Err(refuse(self, "it joins time with the other axes"));
        }
        let shape = self.output_shapes(&[x.shape().clone()])?.remove(0);
        Ok(vec![x.clone().without_mask().with_shape(shape, false)])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let target = self.target()?;
        if target.contains(&Some(0)) {
            return Err(refuse_onnx(self, "its outputs are empty"));
        }
        let mut shape = vec![0];
        shape.extend(target.iter().map(|dim| dim.map_or(-1, |dim| dim as i64)));
        let y = exporter.reshape(&inputs[0].name, &shape);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let size = x.shape()[1..].iter().product();
        let mut shape = Reshape::filled(&self.target()?, size)
            .ok_or_else(|| self.wrong_size(x.shape().into()))?;
        shape.insert(0, x.shape()[0]);
        cx.save(x.shape().to_vec());
        Ok(vec![x.clone().reshape(shape)?])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let shape: Vec<usize> = cx.restore(self.class_name())?;
        Ok(vec![gradients[0].clone().map(|dy| dy.reshape(shape)).transpose()?])
    }
}
