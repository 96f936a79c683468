//! The gradients of every case of the conformance suite, in double precision: along a direction
//! through all inputs and all weights, the central difference is what the gradients say.

#[path = "../../elman/tests/it/conformance/cases.rs"]
mod cases;

use cases::{Case, cases};
use elman_f64::layers::{Layer, layer_classes};
use elman_f64::parameters::Builder;
use elman_f64::random::Stream;
use elman_f64::{Context, Mask, Parameters, Shape, Tensor};

/// A central difference of step 1e-6 is off by its square times the third derivative, and by
/// rounding, 1e-16, over the step.
const STEP: f64 = 1e-6;
const TOLERANCE: f64 = 1e-6;

fn noise(len: usize, purpose: &str) -> Vec<f64> {
    let mut stream = Stream::new(3, purpose);
    (0..len).map(|_| stream.normal()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A layer with its weights and inputs.
struct Setup {
    layer: Box<dyn Layer>,
    parameters: Parameters,
    inputs: Vec<Tensor>,
}

fn set_up(case: &Case) -> elman_f64::Result<Setup> {
    let mut inputs = Vec::new();
    for (i, input) in case.inputs.iter().enumerate() {
        let (shape, mut values) = input.values.clone();
        if input.is_differentiable {
            // Numbers of few digits lie at kinks and are equal to each other.
            let away = noise(values.len(), &format!("away {i}"));
            values.iter_mut().zip(&away).for_each(|(v, away)| *v += 1e-3 * away);
        }
        let mut x = match &input.strings {
            Some(strings) => Tensor::text(shape, values.iter().map(|v| &strings[*v as usize]))?,
            None => Tensor::new(shape, values)?,
        };
        if let Some((shape, used)) = &input.mask {
            let used = used.iter().map(|used| *used != 0.0).collect();
            x = x.with_mask(Mask::new(shape.clone(), used)?)?;
        }
        inputs.push(x);
    }
    let mut layer: Box<dyn Layer> = serde_json::from_value(case.layer.clone()).unwrap();
    for (name, value) in case.arguments.as_object().into_iter().flatten() {
        assert!(layer.set_call_argument(name, value), "{}: {name}", case.name);
    }
    let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
    layer.output_shapes(&shapes)?;
    let mut parameters = Parameters::default();
    layer.build(&shapes, &mut Builder::new(&mut parameters, "l", "l", 0, true, 1))?;
    let given: Vec<f64> = case.weights.iter().flat_map(|(_, values)| values.clone()).collect();
    let values = match given.is_empty() {
        true => noise(parameters.values().len(), "weights").iter().map(|w| 0.5 * w).collect(),
        false => given,
    };
    parameters.values_mut().copy_from_slice(&values);
    Ok(Setup { layer, parameters, inputs })
}

/// What the gradients say of the direction, and the central difference along it, in that context.
fn slopes(
    case: &Case,
    context: for<'p> fn(&'p Parameters) -> Context<'p>,
) -> elman_f64::Result<(f64, f64)> {
    let Setup { layer, parameters, inputs } = set_up(case)?;
    let mut cx = context(&parameters);
    let outputs = layer.call(&inputs, &mut cx)?;
    let upstream: Vec<Tensor> = outputs
        .iter()
        .enumerate()
        .map(|(i, y)| Tensor::new(y.shape(), noise(y.len(), &format!("upstream {i}"))).unwrap())
        .collect();
    let given: Vec<_> = upstream.iter().cloned().map(Some).collect();
    let of_inputs = layer.backward(&given, &mut cx)?;
    let of_weights = cx.into_gradients();

    let mut along_weights = noise(of_weights.len(), "along weights");
    // What is recorded rather than learnt has no gradient.
    for entry in parameters.entries().iter().filter(|entry| !entry.trainable) {
        along_weights[entry.range.clone()].fill(0.0);
    }
    let mut said = dot(&of_weights, &along_weights);
    let mut along_inputs = Vec::new();
    for (i, input) in case.inputs.iter().enumerate() {
        let along = match input.is_differentiable {
            true => noise(inputs[i].len(), &format!("along input {i}")),
            false => vec![0.0; inputs[i].len()],
        };
        if let (true, Some(gradient)) = (input.is_differentiable, &of_inputs[i]) {
            said += dot(gradient.data(), &along);
        }
        along_inputs.push(along);
    }
    let at = |step: f64| -> elman_f64::Result<f64> {
        let (mut parameters, mut inputs) = (parameters.clone(), inputs.clone());
        let moves = |values: &mut [f64], along: &[f64]| {
            values.iter_mut().zip(along).for_each(|(v, along)| *v += step * along);
        };
        moves(parameters.values_mut(), &along_weights);
        inputs.iter_mut().zip(&along_inputs).for_each(|(x, along)| moves(x.data_mut(), along));
        let outputs = layer.call(&inputs, &mut context(&parameters))?;
        Ok(outputs.iter().zip(&upstream).map(|(y, up)| dot(y.data(), up.data())).sum())
    };
    Ok((said, (at(STEP)? - at(-STEP)?) / (2.0 * STEP)))
}

/// Whether a query has no step to look at. Keras then lowers all scores by a billion, which leaves
/// them so few digits that a difference of outputs says nothing.
fn lowers_all_scores(case: &Case) -> bool {
    if !["Attention", "AdditiveAttention"].contains(&case.class()) {
        return false;
    }
    let Some((shape, used)) = case.inputs.get(1).and_then(|value| value.mask.as_ref()) else {
        return false;
    };
    // With a causal mask the first query looks at the first step alone.
    let looks = if case.arguments["use_causal_mask"] == true { 1 } else { shape[1] };
    used.chunks(shape[1]).any(|sample| sample[..looks].iter().all(|used| *used == 0.0))
}

fn check_all(context: for<'p> fn(&'p Parameters) -> Context<'p>) {
    let cases = cases();
    assert!(cases.len() >= 650, "only {} cases", cases.len());
    let covered = |class: &str| cases.iter().any(|case| case.class() == class);
    let missing: Vec<&str> = layer_classes().filter(|class| !covered(class)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let problem = |case: &Case| match slopes(case, context) {
        Err(error) => Some(format!("{}: {error}", case.name)),
        Ok((said, expected)) => {
            let error = (said - expected).abs() / expected.abs().max(1.0);
            let is_wrong = error.is_nan() || error > TOLERANCE;
            is_wrong.then(|| format!("{}: {said}, differences give {expected}", case.name))
        }
    };
    let cases: Vec<&Case> = cases.iter().filter(|case| !lowers_all_scores(case)).collect();
    assert!(cases.len() >= 750, "only {} cases have a difference", cases.len());
    let problems: Vec<String> = cases.into_iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn gradients_are_differences() {
    check_all(|parameters| Context::differentiable(parameters));
}

/// With the random numbers of one step of training.
#[test]
fn gradients_in_training_are_differences() {
    check_all(|parameters| Context::training(parameters, 1, 2));
}
