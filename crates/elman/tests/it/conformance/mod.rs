//! One suite for every layer of the registry: whatever a layer computes, all of this holds.
//!
//! It runs over the cases of the fixtures, so a new layer is in it as soon as Keras's numbers for
//! it are; a class that no case covers fails the suite.

pub mod cases;
mod configurations;
mod files;
mod hostile;
mod masks;
mod onnx;
mod shapes;
mod training;

use std::panic::{AssertUnwindSafe, catch_unwind};

use elman::layers::{Input, Layer, layer_classes};
use elman::parameters::Builder;
use elman::{Mask, Parameters, Shape, Tensor};

use crate::support::{Built, noise};
use cases::{Array, Case, cases};

/// What a check found wrong.
type Check = Result<(), String>;

#[test]
fn every_class_has_cases() {
    let cases = cases();
    let is_covered = |class: &&str| cases.iter().any(|case| case.class() == *class);
    let missing: Vec<&str> = layer_classes().filter(|class| !is_covered(class)).collect();
    assert!(missing.is_empty(), "no case in the fixtures, nor an own one, for {missing:?}");
}

/// Runs a check over all cases, or those of `filter`, and fails with every problem. A panic is one.
fn for_all(at_least: usize, filter: impl FnMut(&Case) -> bool, check: fn(&Case) -> Check) {
    let cases: Vec<Case> = cases().into_iter().filter(filter).collect();
    assert!(cases.len() >= at_least, "only {} cases, expected {at_least}", cases.len());
    let problem = |case: &Case| {
        let done = catch_unwind(AssertUnwindSafe(|| check(case)));
        let problem = done.unwrap_or_else(|_| Err("panicked".into())).err()?;
        Some(format!("{}: {problem}", case.name))
    };
    let problems: Vec<String> = cases.iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn all(_: &Case) -> bool {
    true
}

/// An error as what a check found.
fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Fails a check unless something holds.
fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(problem()) }
}

fn tensor((shape, values): &Array) -> Tensor {
    Tensor::new(shape.clone(), values.iter().map(|v| *v as f32).collect()).unwrap()
}

impl cases::Input {
    /// The values, as text where they are that.
    fn bare(&self) -> Tensor {
        self.like(tensor(&self.values))
    }

    /// Numbers as the input takes them: where that is text, as those of its strings.
    fn like(&self, numbers: Tensor) -> Tensor {
        let Some(strings) = &self.strings else { return numbers };
        let string = |number: &f32| &strings[*number as usize % strings.len()];
        Tensor::text(numbers.shape(), numbers.data().iter().map(string)).unwrap()
    }

    /// The model's input for it, for any batch.
    fn symbolic(&self) -> elman::models::Symbolic {
        let shape = Shape::from(&self.values.0[1..]);
        let make = if self.strings.is_some() { Input::text } else { Input::new };
        make(shape).symbolic()
    }
}

impl Case {
    fn layer(&self) -> Result<Box<dyn Layer>, String> {
        serde_json::from_value(self.layer.clone()).map(|layer| self.as_called(layer)).map_err(said)
    }

    /// The layer with the options that Keras takes with the call.
    fn as_called(&self, mut layer: Box<dyn Layer>) -> Box<dyn Layer> {
        for (name, value) in self.arguments.as_object().into_iter().flatten() {
            assert!(layer.set_call_argument(name, value), "{}: {name}", self.name);
        }
        layer
    }

    /// The inputs without masks.
    fn bare_inputs(&self) -> Vec<Tensor> {
        self.inputs.iter().map(cases::Input::bare).collect()
    }

    fn inputs(&self) -> Vec<Tensor> {
        let masked = |input: &cases::Input| match &input.mask {
            Some((shape, used)) => {
                let used = used.iter().map(|used| *used != 0.0).collect();
                input.bare().with_mask(Mask::new(shape.clone(), used).unwrap()).unwrap()
            }
            None => input.bare(),
        };
        self.inputs.iter().map(masked).collect()
    }

    fn shapes(&self) -> Vec<Shape> {
        self.inputs.iter().map(|input| Shape::from(&input.values.0[..])).collect()
    }

    /// The layer, built for those shapes, with weights such that nothing is zero by chance.
    fn built_for(&self, shapes: &[Shape]) -> Result<Built, String> {
        let mut built = build(self.layer()?, shapes, 1).map_err(said)?;
        if self.weights.is_empty() {
            let moved = noise(&[built.parameters.values().len()], &self.name);
            let values = built.parameters.values_mut().iter_mut().zip(moved.data());
            values.for_each(|(value, moved)| *value = 0.5 * moved);
        } else {
            built.set_weights(&self.weights.iter().map(tensor).collect::<Vec<_>>());
        }
        Ok(built)
    }

    fn built(&self) -> Result<Built, String> {
        self.built_for(&self.shapes())
    }
}

/// The layer, built with the weights of a seed.
fn build(mut layer: Box<dyn Layer>, shapes: &[Shape], seed: u64) -> elman::Result<Built> {
    layer.output_shapes(shapes)?;
    let mut parameters = Parameters::default();
    layer.build(shapes, &mut Builder::new(&mut parameters, "layer", "layer", 0, true, seed))?;
    Ok(Built { layer, parameters, training: false })
}

/// Noise for each output, as gradients.
fn upstream(outputs: &[Tensor]) -> Vec<Tensor> {
    let of = |(i, y): (usize, &Tensor)| noise(y.shape(), &format!("upstream {i}"));
    outputs.iter().enumerate().map(of).collect()
}

/// Whether bits are equal, where any NaN equals any other.
fn same_bits(a: &[Tensor], b: &[Tensor]) -> bool {
    let equal = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.shape() == b.shape() && a.data().iter().zip(b.data()).all(equal))
}
