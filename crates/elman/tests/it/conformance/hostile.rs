//! Inputs that no one should give: errors, never panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use elman::{Shape, Tensor};

use super::{Check, all, build, ensure, for_all, said, upstream};

/// Runs what must not panic.
fn quietly(what: impl Fn() -> String, run: impl FnOnce() -> Check) -> Check {
    let done = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("panicked".into()));
    done.map_err(|problem| format!("{}: {problem}", what()))
}

#[test]
fn strange_numbers_dont_panic() {
    for_all(650, all, |case| {
        let built = case.built()?;
        for strange in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.0, 1e9, -7.0] {
            for every in [1, 3] {
                let mut inputs = case.inputs();
                for x in &mut inputs {
                    x.data_mut().iter_mut().step_by(every).for_each(|v| *v = strange);
                }
                quietly(
                    || format!("{strange}"),
                    || {
                        if let Ok(outputs) = built.call(&inputs, 1) {
                            built.gradients(&inputs, &upstream(&outputs)).map_err(said)?;
                        }
                        Ok(())
                    },
                )?;
            }
        }
        Ok(())
    });
}

/// An empty batch gives an empty one.
#[test]
fn empty_batches_stay_empty() {
    for_all(650, all, |case| {
        let built = case.built()?;
        let inputs: Vec<Tensor> = case.inputs().iter().map(|x| x.rows(0, 0)).collect();
        let outputs = built.call(&inputs, 1).map_err(said)?;
        let expected = built.layer.output_shapes(&case.shapes()).map_err(said)?;
        for (y, shape) in outputs.iter().zip(&expected) {
            let mut dims = shape.dims().to_vec();
            dims[0] = Some(0);
            let fits = Shape::from(dims).matches(y.shape());
            ensure(fits, || format!("the output is {:?}", y.shape()))?;
        }
        let (_, of_inputs, of_weights) =
            built.gradients(&inputs, &upstream(&outputs)).map_err(said)?;
        let none = of_weights.iter().all(|g| g.data().iter().all(|v| *v == 0.0));
        ensure(none, || "nothing has a gradient".into())?;
        let fits =
            |(x, g): (&Tensor, &Option<Tensor>)| g.as_ref().is_none_or(|g| g.shape() == x.shape());
        ensure(inputs.iter().zip(&of_inputs).all(fits), || "wrong gradient".into())
    });
}

/// Inputs of any rank and size are refused before anything is computed, or computed with the shape
/// that was inferred.
#[test]
fn other_shapes_are_refused_or_computed() {
    for_all(650, all, |case| {
        let shapes: [&[usize]; 16] = [
            &[],
            &[2],
            &[0],
            &[2, 3],
            &[2, 0],
            &[2, 3, 4],
            &[2, 0, 4],
            &[2, 3, 0],
            &[0, 3, 4],
            &[2, 3, 4, 2],
            &[2, 3, 0, 2],
            &[2, 2, 3, 4, 2],
            &[2, 2, 2, 3, 2, 1],
            &[1, 7, 3],
            &[2, 1, 1],
            &[1, 1, 1, 1, 1, 1, 1],
        ];
        for shape in shapes {
            for which in 0..case.inputs.len() {
                let mut inputs = case.bare_inputs();
                let len: usize = shape.iter().product();
                let numbers = Tensor::new(shape, vec![1.0; len]).unwrap();
                inputs[which] = case.inputs[which].like(numbers);
                quietly(|| format!("input {which} of {shape:?}"), || computes(case, &inputs))?;
            }
        }
        let inputs = case.bare_inputs();
        quietly(|| "no input".into(), || computes(case, &[]))?;
        quietly(|| "fewer inputs".into(), || computes(case, &inputs[1..]))?;
        let more = [&inputs[..], &inputs[..1]].concat();
        quietly(|| "more inputs".into(), || computes(case, &more))
    });
}

fn computes(case: &super::Case, inputs: &[Tensor]) -> Check {
    let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
    let layer = case.layer()?;
    let Ok(inferred) = layer.output_shapes(&shapes) else { return Ok(()) };
    let Ok(built) = build(layer, &shapes, 1) else { return Ok(()) };
    let outputs = built.call(inputs, 1).map_err(said)?;
    let fit = inferred.iter().zip(&outputs).all(|(shape, y)| shape.matches(y.shape()));
    let shown = || outputs.iter().map(Tensor::shape).collect::<Vec<_>>();
    ensure(fit, || format!("inferred {inferred:?}, computed {:?}", shown()))?;
    built.gradients(inputs, &upstream(&outputs)).map(|_| ()).map_err(said)
}
