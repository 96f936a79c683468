//! Vectors for integers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{check_positive, layer_boilerplate, single_input};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, EdgeMask, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{
    Answer, Argument::*, Described, Description, Flow, Step, StepCall, StreamBuilder, refuse,
};
use crate::{Context, Error, Float, Mask, Parameters, Result, Shape, Tensor};
use elman_files::onnx::ElementKind;

/// Turns integers (words, characters, categories) into vectors: `y[…, :] = embeddings[x[…], :]`.
///
/// - Shapes: `(batch, …)` to `(batch, …, output_dim)`.
/// - Weights: `embeddings (input_dim, output_dim)`.
/// - Mask: with `mask_zero`, the steps whose integer is not 0.
/// - Keras: `keras.layers.Embedding`. An index outside of `0..input_dim` is an error here; Keras
///   on TensorFlow fails as well on a CPU, other backends return arbitrary numbers.
///
/// # Errors
/// A call fails on values that are no integers in `0..input_dim`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Embedding::new(10, 4).input_shape([6]))?;
/// model.add(Lstm::new(3))?;
/// assert_eq!(model.predict(array![[1, 5, 9, 0, 0, 2]])?.shape(), [1, 3]);
/// assert!(model.predict(array![[1, 5, 10, 0, 0, 2]]).is_err()); // 10 is no index of 10 vectors
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Embedding")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Embedding {
    #[serde(flatten)]
    base: Base,
    input_dim: usize,
    output_dim: usize,
    #[serde(default = "Initializer::uniform")]
    embeddings_initializer: Initializer,
    #[serde(default)]
    embeddings_regularizer: Option<Regularizer>,
    #[serde(default)]
    embeddings_constraint: Option<Constraint>,
    #[serde(default)]
    mask_zero: bool,
    #[serde(skip)]
    embeddings: Parameter,
}

/// Beyond this, f32 inputs can't hold every integer.
const LARGEST_INPUT_DIM: usize = 1 << 24;

impl Embedding {
    /// Vectors of `output_dim` numbers for the integers `0..input_dim`.
    pub fn new(input_dim: usize, output_dim: usize) -> Embedding {
        Embedding {
            base: Base::default(),
            input_dim,
            output_dim,
            embeddings_initializer: Initializer::uniform(),
            embeddings_regularizer: None,
            embeddings_constraint: None,
            mask_zero: false,
            embeddings: Parameter::default(),
        }
    }

    /// Whether 0 stands for padding: the layers behind then leave these steps out (false).
    pub fn mask_zero(mut self, mask_zero: bool) -> Embedding {
        self.mask_zero = mask_zero;
        self
    }

    fn index(&self, x: &Tensor, position: usize) -> Result<usize> {
        let value = x.data()[position];
        self.index_of(value).ok_or_else(|| self.wrong_index(value, x.position(position)))
    }

    fn index_of(&self, value: Float) -> Option<usize> {
        // Keras casts to int32, which truncates towards zero; a fraction is a mistake of the data.
        let is_index = value >= 0.0 && value < self.input_dim as Float && value.fract() == 0.0;
        is_index.then_some(value as usize)
    }

    fn wrong_index(&self, value: Float, position: Vec<usize>) -> Error {
        Error::Value {
            place: format!("input of {}", self.place()),
            position,
            value: f64::from(value),
            expected: format!("an integer from 0 to {}", self.input_dim - 1),
        }
    }
}

/// A step of the layer.
struct EmbeddingStep {
    layer: Embedding,
    table: Arc<Vec<Float>>,
    /// How many vectors a step looks up.
    ids: usize,
}

impl Step for EmbeddingStep {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let x = call.inputs.get(0);
        let size = self.layer.output_dim;
        for (i, (id, y)) in x.iter().zip(call.outputs.get(0).chunks_exact_mut(size)).enumerate() {
            let index = self.layer.index_of(*id);
            let index = index.ok_or_else(|| self.layer.wrong_index(*id, vec![i]))?;
            y.copy_from_slice(&self.table[index * size..(index + 1) * size]);
        }
        call.outputs.mask().iter_mut().zip(x).for_each(|(used, id)| *used = *id != 0.0);
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let size = self.layer.output_dim;
        let ids = self.ids;
        let table = Numbers(self.table.to_vec());
        let sizes = [ids, self.layer.input_dim, size].map(Count);
        let arguments = [Input(0), table, Output(0)].into_iter().chain(sizes);
        let step = Description::default().call("embed", arguments).returning(Answer::Usable);
        // Masks are of steps of one number alone.
        Ok(match self.layer.mask_zero {
            true => step.call("differs", [Input(0), Number(0.0), Count(1)]).returning(Answer::Mask),
            false => step,
        })
    }
}

weight_arguments!(Embedding {
    "vectors" starts as "uniform":
        embeddings_initializer, embeddings_regularizer, embeddings_constraint;
});

impl Layer for Embedding {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Embedding"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        check_positive(self, "input_dim", self.input_dim)?;
        check_positive(self, "output_dim", self.output_dim)?;
        if self.input_dim > LARGEST_INPUT_DIM {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "input_dim",
                expected: format!(
                    "at most {LARGEST_INPUT_DIM}, the integers that f32 holds exactly"
                ),
                got: self.input_dim.to_string(),
            });
        }
        let mut dims = input.dims().to_vec();
        dims.push(Some(self.output_dim));
        Ok(vec![dims.into()])
    }

    fn build(&mut self, _inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let shape = [self.input_dim, self.output_dim];
        let initializer = &self.embeddings_initializer;
        let weight = (initializer, &self.embeddings_regularizer, &self.embeddings_constraint);
        self.embeddings = builder.add("embeddings", &shape, weight)?;
        Ok(())
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let of = |x: &Tensor| {
            Mask::from_parts(x.shape(), x.data().iter().map(|id| *id != 0.0).collect())
        };
        vec![inputs.first().filter(|_| self.mask_zero).map(of)]
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let parameters = builder.parameters();
        let table =
            parameters.derived(self.embeddings, || parameters.get(self.embeddings).to_vec());
        let step = EmbeddingStep { layer: self.clone(), table, ids: x.step_size() };
        if !self.mask_zero {
            return builder.push_layer(self, step, inputs);
        }
        if !x.is_sequence() || x.shape().ndim() > x.first_axis() {
            return Err(refuse(self, "its mask is of more than whole steps"));
        }
        let shape = self.output_shapes(&[x.shape().clone()])?.remove(0);
        Ok(vec![builder.push_masking(step, inputs, (shape, true))?])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let x = &inputs[0];
        let table = exporter.weight("embeddings", self.embeddings);
        let index = exporter.cast(&x.name, ElementKind::I64);
        let y = exporter.binary("Gather", &table, &index);
        let mask = self.mask_zero.then(|| {
            let none = exporter.number(0.0);
            let is_zero = exporter.binary("Equal", &x.name, &none);
            EdgeMask { name: exporter.unary("Not", &is_zero), ndim: x.ndim() }
        });
        let outputs = exporter.output(self, inputs, y)?;
        Ok(outputs.into_iter().map(|y| y.with_mask(mask.clone())).collect())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let embeddings = cx.value(self.embeddings);
        let mut data = Vec::with_capacity(x.len() * self.output_dim);
        for position in 0..x.len() {
            let start = self.index(x, position)? * self.output_dim;
            data.extend_from_slice(&embeddings[start..start + self.output_dim]);
        }
        let mut shape = x.shape().to_vec();
        shape.push(self.output_dim);
        cx.save(x.clone());
        Ok(vec![Tensor::from_parts(shape, data)])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore(self.class_name())?;
        if let Some(dy) = &gradients[0] {
            let [embeddings] = cx.gradients([self.embeddings]);
            for (position, row) in dy.data().chunks_exact(self.output_dim).enumerate() {
                let start = self.index(&x, position)? * self.output_dim;
                for (gradient, d) in embeddings[start..start + self.output_dim].iter_mut().zip(row)
                {
                    *gradient += d;
                }
            }
        }
        // Integers have no gradient.
        Ok(vec![None])
    }
}
