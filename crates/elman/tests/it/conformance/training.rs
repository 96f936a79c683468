//! A step of training goes downhill.

use elman::models::Shared;
use elman::prelude::*;

use super::files::is_called;
use super::{Case, for_all, said};
use crate::support::noise;

/// Downhill, a step that is small enough lowers the loss; how small depends on the slope, which is
/// steep where activations without bounds run through a recurrent layer.
const LEARNING_RATES: [f64; 4] = [1e-3, 1e-5, 1e-8, 1e-12];

/// One step of the layer's own weights lowers the loss; of a layer that has none, one step of what
/// comes before.
#[test]
fn a_step_lowers_the_loss() {
    // What a step records changes inference beside what it learns; before numbers without features
    // there is no layer that could learn.
    let learns = |case: &Case| {
        let has_features = case.inputs.iter().all(|x| x.values.0.len() > 1 && x.is_differentiable);
        is_called(case)
            && case.class() != "BatchNormalization"
            && (has_weights(case) || has_features)
    };
    for_all(640, learns, |case| {
        let inputs = case.bare_inputs();
        let y = noise(&[inputs[0].shape()[0], 1], "y");
        let mut seen = Vec::new();
        for learning_rate in LEARNING_RATES {
            let mut model = model(case)?;
            model.compile(Sgd::new(learning_rate), "mse", &[]).map_err(said)?;
            let loss = |model: &Model| {
                let logs = model.evaluate(inputs.clone(), &y).map_err(said)?;
                Ok::<f64, String>(logs[0].1)
            };
            let before = loss(&model)?;
            model.train_on_batch(inputs.clone(), &y).map_err(said)?;
            let after = loss(&model)?;
            if after < before {
                return Ok(());
            }
            seen.push(format!("from {before} to {after} at {learning_rate}"));
        }
        Err(format!("the loss goes {}", seen.join(", ")))
    });
}

/// Whether training could change the layer.
fn has_weights(case: &Case) -> bool {
    case.built().is_ok_and(|built| built.parameters.entries().iter().any(|entry| entry.trainable))
}

/// The layer, and behind it one number that isn't trained, for all outputs flattened; before a
/// layer without weights a Dense.
fn model(case: &Case) -> Result<Model, String> {
    let has_weights = has_weights(case);
    let mut inputs = Vec::new();
    let mut given = Vec::new();
    for input in &case.inputs {
        let x = Input::new(Shape::from(&input.values.0[1..])).symbolic();
        let width = input.values.0.last().copied().unwrap_or_default();
        let before = !has_weights && input.values.0.len() > 1;
        given.push(if before { Dense::new(width).apply(&x).map_err(said)? } else { x.clone() });
        inputs.push(x);
    }
    let outputs = Shared::new(case.layer()?).apply_all(given).map_err(said)?;
    let mut flat = Vec::new();
    for y in &outputs {
        flat.push(Flatten::new().apply(y).map_err(said)?);
    }
    let all = match &flat[..] {
        [one] => one.clone(),
        _ => Concatenate::new().apply(&flat[..]).map_err(said)?,
    };
    let y = Dense::new(1).trainable(false).apply(&all).map_err(said)?;
    Functional::new(&inputs[..], &y).seed(5).build().map_err(said)
}
