//! How a description says to train its model.

use std::collections::BTreeMap;

use elman::training::Checkpoints;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::convert::{Place, to_json};
use crate::bptt::Bptt;
use crate::failure::Result;

/// The keys of the table `fit`.
const KEYS: &[&str] = &["class_weight", "truncated_bptt", "checkpointed_bptt"];

/// How to train a model, beside what the command line says.
#[derive(Default)]
pub struct Training {
    /// Callbacks, as objects of a class name and a configuration.
    pub callbacks: Vec<Value>,
    /// How much the samples of each class count.
    pub class_weight: Option<BTreeMap<i64, f64>>,
    /// How gradients go back through time.
    pub bptt: Option<Bptt>,
}

/// Reads `[fit]` and `[[callbacks]]`.
pub fn read(table: &DeTable<'_>, place: &Place<'_>) -> Result<Training> {
    let mut training = Training::default();
    if let Some(callbacks) = table.get("callbacks") {
        training.callbacks = super::callbacks::read_list(callbacks, place)?;
    }
    if let Some(value) = table.get("fit") {
        let fit = value.get_ref().as_table().ok_or_else(|| {
            place.error(value, "`fit` must be a table, such as [fit] with class_weight")
        })?;
        super::check_keys(fit, KEYS, place)?;
        let class_weight = fit.get("class_weight");
        training.class_weight =
            class_weight.map(|value| class_weights(value, place)).transpose()?;
        training.bptt = bptt(fit, place)?;
    }
    Ok(training)
}

/// A table from numbers of classes to weights: `{ 0 = 1.0, 1 = 2.5 }`.
fn class_weights(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<BTreeMap<i64, f64>> {
    let wrong = |problem: &str| place.error(value, &format!("`class_weight` {problem}"));
    let table = value.get_ref().as_table();
    let table =
        table.ok_or_else(|| wrong("must be a table of weights, such as { 0 = 1.0, 1 = 2.5 }"))?;
    let mut weights = BTreeMap::new();
    for (key, weight) in table {
        let class = key.get_ref().parse().map_err(|_| {
            wrong(&format!("has the key `{}`, which is no number of a class", key.get_ref()))
        })?;
        let json = to_json(weight, place)?;
        let number = json.as_f64();
        let number =
            number.ok_or_else(|| wrong(&format!("must have numbers, class {class} has {json}")))?;
        weights.insert(class, number);
    }
    Ok(weights)
}

/// `truncated_bptt = 50`, or `checkpointed_bptt` with true or a number of steps.
fn bptt(fit: &DeTable<'_>, place: &Place<'_>) -> Result<Option<Bptt>> {
    let steps = |value: &Spanned<DeValue<'_>>| -> Result<Option<usize>> {
        let steps = to_json(value, place)?.as_u64().and_then(|n| usize::try_from(n).ok());
        Ok(steps.filter(|steps| *steps > 0))
    };
    let truncated = fit.get("truncated_bptt").map(|value| {
        let problem = "`truncated_bptt` must be a whole number of 1 or more";
        steps(value)?.map(Bptt::Truncated).ok_or_else(|| place.error(value, problem))
    });
    let Some(value) = fit.get("checkpointed_bptt") else { return truncated.transpose() };
    if truncated.is_some() {
        let problem = "give either `truncated_bptt` or `checkpointed_bptt`";
        return Err(place.error(value, problem));
    }
    Ok(match (value.get_ref().as_bool(), steps(value)?) {
        (Some(false), _) => None,
        (Some(true), _) => Some(Bptt::Checkpointed(Checkpoints::SquareRoot)),
        (None, Some(steps)) => Some(Bptt::Checkpointed(Checkpoints::Every(steps))),
        (None, None) => {
            let problem = "`checkpointed_bptt` must be true, false or a whole number of 1 or more";
            return Err(place.error(value, problem));
        }
    })
}
