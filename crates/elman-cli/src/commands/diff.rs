//! `elman diff`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use elman::{Model, Tensor};
use serde_json::Value;

use crate::failure::Result;
use crate::model;
use crate::terminal::Terminal;

/// Tell how two models differ: configurations, weights, optimizer
#[derive(Args)]
#[command(after_help = "\
Ends with status 0 if the models are the same, and 1 if they differ.

Examples:
  elman diff model.keras trained.keras
  elman diff model.h5 converted.keras")]
pub struct Diff {
    /// A model
    a: PathBuf,
    /// Another model
    b: PathBuf,
}

impl Diff {
    /// Prints the differences.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let a = model::open(&self.a, terminal)?.model;
        let b = model::open(&self.b, terminal)?.model;
        let text = differences(&a, &b);
        terminal.result(&text)?;
        Ok(if text.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn differences(a: &Model, b: &Model) -> String {
    let mut text = String::new();
    configurations(&mut text, "", &a.to_json(), &b.to_json());
    weights(&mut text, a, b);
    let steps = |model: &Model| model.optimizer_state().ok().map(|state| state.iterations());
    match (steps(a), steps(b)) {
        (Some(a), Some(b)) if a != b => {
            let _ = writeln!(text, "optimizer: {a} steps, {b} steps");
        }
        _ if a.optimizer_state().ok() != b.optimizer_state().ok() => {
            text += "optimizer: other state\n"
        }
        _ => {}
    }
    text
}

/// Each key with other values.
fn configurations(text: &mut String, place: &str, a: &Value, b: &Value) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let new = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(new) {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned();
                let (a, b) = (of(a).unwrap_or_default(), of(b).unwrap_or_default());
                let separator = if place.is_empty() { "" } else { "." };
                configurations(text, &format!("{place}{separator}{key}"), &a, &b);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                configurations(text, &format!("{place}[{i}]"), a, b);
            }
        }
        (a, b) if a != b => {
            let _ = writeln!(text, "{place}: {a}, {b}");
        }
        _ => {}
    }
}

/// Layers by name: one that is missing, weights of other shapes or values.
fn weights(text: &mut String, a: &Model, b: &Model) {
    let names = |model: &Model| -> Vec<String> {
        model.layers().iter().map(|layer| layer.base().name().to_owned()).collect()
    };
    for name in names(b).iter().filter(|name| a.layer(name).is_err()) {
        let _ = writeln!(text, "layer {name:?}: in the second model alone");
    }
    for name in names(a) {
        let (Ok(a), Ok(b)) = (a.layer(&name), b.layer(&name)) else {
            let _ = writeln!(text, "layer {name:?}: in the first model alone");
            continue;
        };
        let (a, b) = (a.weights(), b.weights());
        if a.len() != b.len() {
            let _ = writeln!(text, "layer {name:?}: {} weights, {} weights", a.len(), b.len());
            continue;
        }
        for (i, (a, b)) in a.iter().zip(&b).enumerate() {
            if a.shape() != b.shape() {
                let (a, b) = (a.shape(), b.shape());
                let _ = writeln!(text, "layer {name:?}, weight {i}: shape {a:?}, {b:?}");
            } else if a.data() != b.data() {
                let (worst, count) = (worst(a, b), a.data().len());
                let _ = writeln!(
                    text,
                    "layer {name:?}, weight {i}: {count} values differ by up to {worst:e}"
                );
            }
        }
    }
}

fn worst(a: &Tensor, b: &Tensor) -> f32 {
    let pairs = a.data().iter().zip(b.data());
    pairs
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst, d| if d > worst || d.is_nan() { d } else { worst })
}
