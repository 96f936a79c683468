//! Layers by which a test sees into training: through the public way, from compiling to a step.

use elman::layers::{Base, Layer};
use elman::parameters::{Builder, Parameter};
use elman::prelude::*;
use elman::{Context, Result};
use serde_json::{Map, Value};

/// What the two layers have in common: the values of their weights.
#[derive(Clone)]
struct Given {
    base: Base,
    names: Vec<String>,
    values: Vec<Tensor>,
    weights: Vec<Parameter>,
}

impl Given {
    fn new(values: Vec<Tensor>) -> Given {
        let names = vec!["weight".into(); values.len()];
        Given { base: Base::default(), names, values, weights: Vec::new() }
    }

    fn build(&mut self, builder: &mut Builder) {
        let add = |(name, values): (&String, &Tensor)| {
            builder.add_values(name, values.shape(), values.data().to_vec())
        };
        self.weights = self.names.iter().zip(&self.values).map(add).collect();
    }
}

macro_rules! given_boilerplate {
    ($name:literal) => {
        fn class_name(&self) -> &'static str {
            $name
        }

        fn base(&self) -> &Base {
            &self.0.base
        }

        fn base_mut(&mut self) -> &mut Base {
            &mut self.0.base
        }

        fn config(&self) -> Map<String, Value> {
            Map::new()
        }

        fn build(&mut self, _: &[Shape], builder: &mut Builder) -> Result<()> {
            self.0.build(builder);
            Ok(())
        }

        fn clone_layer(&self) -> Box<dyn Layer> {
            Box::new(self.clone())
        }
    };
}

/// Its output is its input, and so are the gradients of its weights, one after the other.
#[derive(Clone)]
struct InputAsGradient(Given);

impl Layer for InputAsGradient {
    given_boilerplate!("InputAsGradient");

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(inputs.to_vec())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        cx.save(inputs[0].clone());
        Ok(inputs.to_vec())
    }

    fn backward(&self, _: &[Option<Tensor>], cx: &mut Context) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore("InputAsGradient")?;
        let mut rest = x.data();
        for weight in &self.0.weights {
            let [gradient] = cx.gradients([*weight]);
            let (own, after) = rest.split_at(gradient.len());
            gradient.copy_from_slice(own);
            rest = after;
        }
        Ok(vec![None])
    }
}

/// A model with weights of these names and values, which [`step_with`] trains.
pub fn model_that_takes_gradients(names: Vec<String>, weights: Vec<Tensor>) -> Model {
    let len = weights.iter().map(Tensor::len).sum::<usize>();
    let mut model = Sequential::new();
    let given = Given { names, ..Given::new(weights) };
    model.add(InputAsGradient(given).input_shape([len])).unwrap();
    model.into()
}

/// One step of the optimizer with these gradients of all weights.
pub fn step_with(model: &mut Model, gradients: &[Tensor]) -> Result<()> {
    let flat: Vec<f32> = gradients.iter().flat_map(|g| g.data().to_vec()).collect();
    let x = Tensor::new([1, flat.len()], flat)?;
    // The loss is zero and without a gradient.
    model.train_on_batch(&x, &x).map(|_| ())
}
