//! Inferred shapes are those that are computed, and batches are their rows.

use elman::{Shape, Tensor};

use super::{Case, Check, all, build, ensure, for_all, said, same_bits, upstream};

/// Whether an inferred shape allows a computed one.
fn allow(inferred: &[Shape], computed: &[Tensor]) -> bool {
    inferred.len() == computed.len()
        && inferred.iter().zip(computed).all(|(shape, y)| shape.matches(y.shape()))
}

fn show(shapes: &[Shape], outputs: &[Tensor]) -> String {
    let inferred: Vec<String> = shapes.iter().map(Shape::to_string).collect();
    let computed: Vec<&[usize]> = outputs.iter().map(Tensor::shape).collect();
    format!("inferred {inferred:?}, computed {computed:?}")
}

/// The shapes with that axis unknown, where they have it.
fn without(shapes: &[Shape], axis: usize) -> Vec<Shape> {
    let unknown = |shape: &Shape| {
        let mut dims = shape.dims().to_vec();
        // Features and states stay.
        if axis == 0 || dims.len() > axis + 1 {
            dims[axis] = None;
        }
        dims.into()
    };
    shapes.iter().map(unknown).collect()
}

#[test]
fn inferred_shapes_are_computed_ones() {
    for_all(650, all, |case| {
        let (built, shapes) = (case.built()?, case.shapes());
        let outputs = built.call(&case.inputs(), 1).map_err(said)?;
        let inferred = built.layer.output_shapes(&shapes).map_err(said)?;
        let exact = inferred.iter().all(|shape| shape.dims().iter().all(Option::is_some));
        ensure(exact && allow(&inferred, &outputs), || show(&inferred, &outputs))?;
        let gradients = built.gradients(&case.inputs(), &upstream(&outputs)).map_err(said)?;
        for (x, gradient) in case.inputs.iter().zip(&gradients.1) {
            let fits = gradient.as_ref().is_none_or(|g| g.shape() == x.values.0);
            ensure(fits, || "the gradient of an input has another shape than it".into())?;
            let is_there = !x.is_differentiable || gradient.is_some();
            ensure(is_there, || "an input has no gradient".into())?;
        }
        Ok(())
    });
}

/// A layer built for any batch computes the same bits.
#[test]
fn the_batch_may_be_unknown() {
    for_all(650, all, |case| unknown(case, 0, true));
}

/// So does one built for any number of steps, if it takes that; recurrent layers must.
#[test]
fn the_steps_may_be_unknown() {
    for_all(650, all, |case| {
        let is_recurrent = case.layer()?.as_recurrent().is_some();
        unknown(case, 1, is_recurrent && case.layer["config"]["unroll"] != true)
    });
}

fn unknown(case: &Case, axis: usize, must: bool) -> Check {
    let shapes = without(&case.shapes(), axis);
    let inferred = case.layer()?.output_shapes(&shapes);
    let (inferred, built) = match (inferred, case.built_for(&shapes)) {
        (Ok(inferred), Ok(built)) => (inferred, built),
        _ if !must => return Ok(()),
        (inferred, built) => {
            return Err(inferred.err().map(said).or(built.err()).unwrap_or_default());
        }
    };
    let outputs = built.call(&case.inputs(), 1).map_err(said)?;
    ensure(allow(&inferred, &outputs), || show(&inferred, &outputs))?;
    let is_open = |shape: &Shape| shape.dims().first() == Some(&None);
    ensure(axis > 0 || inferred.iter().all(is_open), || show(&inferred, &outputs))?;
    let known = case.built()?.call(&case.inputs(), 1).map_err(said)?;
    ensure(same_bits(&outputs, &known), || "other outputs than for known shapes".into())
}

#[test]
fn a_batch_is_its_rows() {
    for_all(650, all, |case| {
        let (built, inputs) = (case.built()?, case.inputs());
        let whole = built.call(&inputs, 1).map_err(said)?;
        for row in 0..inputs[0].shape()[0] {
            let of_row = |x: &Tensor| x.rows(row, row + 1);
            let inputs: Vec<Tensor> = inputs.iter().map(of_row).collect();
            let alone = built.call(&inputs, 1).map_err(said)?;
            let whole: Vec<Tensor> = whole.iter().map(of_row).collect();
            ensure(same_bits(&alone, &whole), || format!("row {row} alone gives other bits"))?;
            let masks = |outputs: &[Tensor]| outputs.iter().map(|y| y.mask().cloned()).collect();
            let (alone, whole): (Vec<_>, Vec<_>) = (masks(&alone), masks(&whole));
            ensure(alone == whole, || format!("row {row} alone has another mask"))?;
        }
        Ok(())
    });
}

/// The same seed gives the same weights, another one others. A nested model has its own.
#[test]
fn weights_are_those_of_the_seed() {
    let is_none_nested = |case: &Case| case.layer().is_ok_and(|l| l.as_nested().is_none());
    for_all(650, is_none_nested, |case| {
        let values = |seed| {
            let built = build(case.layer()?, &case.shapes(), seed).map_err(said)?;
            let names: Vec<String> =
                built.parameters.entries().iter().map(|entry| entry.name.clone()).collect();
            Ok::<_, String>((built.parameters.values().to_vec(), names))
        };
        let (one, again, other) = (values(7)?, values(7)?, values(8)?);
        ensure(one == again, || "two builds from one seed differ".into())?;
        let is_random = |name: &String| name.contains("kernel") || name == "embeddings";
        let must_differ = one.1.iter().any(is_random);
        ensure(!must_differ || one.0 != other.0, || "seeds don't matter".into())
    });
}
