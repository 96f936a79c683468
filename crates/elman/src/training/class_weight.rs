//! Keras's `class_weight`: samples that count as their class does.

use std::collections::BTreeMap;

use super::data::Data;
use super::losses::class_weight_to_sample_weights;
use crate::models::Model;
use crate::{Error, Result};

/// Data whose samples weigh what their classes do, where Keras allows it.
pub(super) fn weigh(model: &Model, data: Data, weights: &BTreeMap<i64, f64>) -> Result<Data> {
    let refuse = |expected: &str, got: String| Error::InvalidArgument {
        place: "fit".into(),
        argument: "class_weight",
        expected: expected.into(),
        got,
    };
    if let Some((class, weight)) = weights.iter().find(|(_, weight)| !weight.is_finite()) {
        return Err(refuse("finite numbers", format!("{weight} for class {class}")));
    }
    if data.weights_of(0).is_some() {
        return Err(refuse("given without `sample_weight`", "both".into()));
    }
    let outputs = model.network_on_batches_of(&data.x)?.output_shapes();
    let [output] = &outputs[..] else {
        let got = format!("one of {} outputs", outputs.len());
        return Err(refuse("for a model with a single output", got));
    };
    // The loss has a value for each step then, which a weight for each sample doesn't fit.
    if output.ndim() > 2 && output.last() != Some(1) {
        return Err(refuse(
            "for a model with one prediction for each sample; where every step has a class, give \
             `sample_weight` of shape (samples, time)",
            format!("an output of shape {output}"),
        ));
    }
    match data.target(0) {
        Some(y) => {
            let weights =
                class_weight_to_sample_weights(y, weights).map_err(|error| data.locate(error))?;
            Ok(data.with_weights(weights))
        }
        None => Ok(data),
    }
}
