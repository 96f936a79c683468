//! Configurations mean the layer that wrote them, and wrong ones are errors.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use elman::layers::{Layer, layer_from_config};
use serde_json::{Value, json};

use super::{Case, Check, all, build, ensure, for_all, said, same_bits};

#[test]
fn configurations_mean_their_layer() {
    for_all(650, all, |case| {
        let built = case.built()?;
        let outputs = built.call(&case.inputs(), 1).map_err(said)?;
        let as_object = serde_json::to_value(&built.layer).map_err(said)?;
        let again: Box<dyn Layer> = serde_json::from_value(as_object).map_err(said)?;
        let config = built.layer.config();
        let of_config = layer_from_config(case.class(), &config).map_err(said)?;
        for layer in [again, of_config] {
            let ours = Value::from(layer.config());
            ensure(ours == Value::from(config.clone()), || format!("another config: {ours}"))?;
            let layer = case.as_called(layer);
            let mut copy = build(layer, &case.shapes(), 2).map_err(said)?;
            copy.parameters.values_mut().copy_from_slice(built.parameters.values());
            let outputs_again = copy.call(&case.inputs(), 1).map_err(said)?;
            ensure(same_bits(&outputs, &outputs_again), || "a copy gives other outputs".into())?;
        }
        Ok(())
    });
}

/// Any key with any value is taken or refused, without a panic; what is taken has the shape that it
/// says. One case of each class will do, and of each class that it wraps.
#[test]
fn wrong_values_are_errors() {
    let kind = |case: &Case| {
        let config = &case.layer["config"];
        let inner =
            ["layer", "cell"].map(|key| config[key]["class_name"].as_str().map(str::to_owned));
        (case.class().to_owned(), inner)
    };
    let mut seen = HashSet::new();
    for_all(
        45,
        |case| seen.insert(kind(case)),
        |case| {
            let layer = case.layer()?;
            let config = layer.config();
            let values = || {
                [json!(null), json!(true), json!(-1), json!(0), json!(1), json!(7), json!(1e300)]
                    .into_iter()
                    .chain([json!(u64::MAX), json!(-0.5), json!("nonsense"), json!([]), json!({})])
                    .chain([json!([0, -1]), json!([9, 9]), json!({ "class_name": "LSTM" })])
            };
            for key in config.keys().chain([&"surprise".to_owned()]) {
                for value in values() {
                    let mut config = config.clone();
                    config.insert(key.clone(), value.clone());
                    let done = catch_unwind(AssertUnwindSafe(|| try_config(case, &config)));
                    let done = done.unwrap_or_else(|_| Err("panicked".into()));
                    done.map_err(|problem| format!("{key} = {value}: {problem}"))?;
                }
            }
            Ok(())
        },
    );
}

fn try_config(case: &Case, config: &serde_json::Map<String, Value>) -> Check {
    let Ok(layer) = layer_from_config(case.class(), config) else { return Ok(()) };
    let layer = case.as_called(layer);
    let Ok(shapes) = layer.output_shapes(&case.shapes()) else { return Ok(()) };
    let Ok(built) = build(layer, &case.shapes(), 1) else { return Ok(()) };
    let Ok(outputs) = built.call(&case.inputs(), 1) else { return Ok(()) };
    let fit = shapes.iter().zip(&outputs).all(|(shape, y)| shape.matches(y.shape()));
    ensure(fit && shapes.len() == outputs.len(), || format!("inferred {shapes:?}"))
}
