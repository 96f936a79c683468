//! `elman inspect`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use elman_files::onnx::{self, Dim};
use elman_files::{Array, Attribute, Contents, Format, WeightStore, examine};
use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// Longest text of an attribute that is shown whole.
const MAX_TEXT: usize = 100;

/// Print what is in a file: members, versions, layers, weights; also of a broken one
#[derive(Args)]
#[command(after_help = "\
Prints what can be read up to where the file breaks, then says where that is and ends with
status 1.

Examples:
  elman inspect model.keras
  elman inspect old_weights.h5
  elman inspect model.onnx")]
pub struct Inspect {
    /// A .keras, .h5, .weights.h5, .safetensors, .onnx or .json file
    file: PathBuf,
}

impl Inspect {
    /// Prints the contents.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        let contents = examine(&self.file);
        terminal.result(&describe(&contents, &self.file.display().to_string()))?;
        match contents.problem {
            None => Ok(ExitCode::SUCCESS),
            Some(problem) => Err(Failure::from(problem)),
        }
    }
}

fn describe(contents: &Contents, name: &str) -> String {
    let kind = match contents.format {
        Format::Zip => "a zip archive",
        Format::Hdf5 => "HDF5",
        Format::Json => "JSON",
        Format::Safetensors => "safetensors",
        Format::Npy => "an npy file",
        Format::Onnx => "ONNX",
        _ => "an unknown kind of file",
    };
    let mut text = format!("{name}: {kind}, {} bytes\n", contents.bytes);
    for (member, bytes) in &contents.members {
        let _ = writeln!(text, "  {member}  {bytes} bytes");
    }
    for (member, json) in &contents.texts {
        describe_json(&mut text, member, json);
    }
    if let Some(store) = &contents.weights {
        describe_store(&mut text, store);
    }
    if let Some(model) = &contents.graph {
        describe_graph(&mut text, model);
    }
    text
}

/// Versions, inputs, outputs, operators and arrays of an ONNX model.
fn describe_graph(text: &mut String, model: &onnx::Model) {
    let graph = &model.graph;
    let made_by = format!("{} {}", model.producer, model.producer_version);
    let _ = writeln!(
        text,
        "  by {}, format {}, opset {}",
        short(&made_by),
        model.ir_version,
        model.opset
    );
    for note in [&graph.name, &model.doc].into_iter().filter(|note| !note.is_empty()) {
        let _ = writeln!(text, "  {}", short(note));
    }
    for (key, value) in &model.metadata {
        let _ = writeln!(text, "  @{}: {}", short(key), short(value));
    }
    for (word, values) in [("input", &graph.inputs), ("output", &graph.outputs)] {
        for value in values {
            let dim = |dim: &Dim| match dim {
                Dim::Known(size) => size.to_string(),
                Dim::Named(name) => short(name),
                Dim::Unknown => "?".into(),
            };
            let dims = value.shape.as_ref().map(|dims| dims.iter().map(dim).collect::<Vec<_>>());
            let dims = dims.map_or_else(|| "?".into(), |dims| format!("({})", dims.join(", ")));
            let _ = writeln!(text, "{word} {}  {} {dims}", short(&value.name), value.kind.name());
        }
    }
    for node in &graph.nodes {
        let _ = writeln!(
            text,
            "{}({}) -> {}",
            short(&node.op),
            short(&node.inputs.join(", ")),
            short(&node.outputs.join(", "))
        );
    }
    for (name, array) in &graph.initializers {
        let name = short(name);
        let _ = writeln!(text, "{name}  {} {:?}{}", array.dtype(), array.shape, remark(array));
    }
}

/// A configuration, or what else the JSON of a model file says.
fn describe_json(text: &mut String, name: &str, json: &str) {
    let name = if name.is_empty() { "JSON" } else { name };
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => {
            let _ = writeln!(text, "{name}: no valid JSON: {error}");
            return;
        }
    };
    let word = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if let Some(config) = value.get("config") {
        let (class, model) = (word(&value, "class_name"), word(config, "name"));
        let _ = writeln!(text, "{name}: {class} {model:?}");
        let layers = config.get("layers").unwrap_or(config).as_array();
        for layer in layers.into_iter().flatten() {
            let layer_name = layer.get("config").map(|config| word(config, "name"));
            let layer_name = layer_name.unwrap_or_default();
            let _ = writeln!(text, "  {layer_name} ({})", word(layer, "class_name"));
        }
        let optimizer = value.pointer("/compile_config/optimizer");
        if let Some(optimizer) = optimizer {
            let class =
                optimizer.as_str().map_or_else(|| word(optimizer, "class_name"), str::to_owned);
            let _ = writeln!(text, "  compiled with {class}");
        }
        return;
    }
    let _ = writeln!(text, "{name}: {}", short(&value.to_string()));
}

/// Groups with their attributes, and arrays.
fn describe_store(text: &mut String, store: &WeightStore) {
    let show_attributes = |text: &mut String, path: &str| {
        for (name, value) in store.attributes(path) {
            match value {
                Attribute::Text(value) if ["model_config", "elman.model"].contains(&name) => {
                    describe_json(text, name, value);
                }
                Attribute::Text(value) => {
                    let _ = writeln!(text, "/{path} @{name}: {}", short(value));
                }
                Attribute::Texts(values) => {
                    let _ = writeln!(text, "/{path} @{name}: {}", short(&values.join(", ")));
                }
            }
        }
    };
    show_attributes(text, "");
    for (path, _) in store.groups() {
        show_attributes(text, path);
    }
    for (path, array) in store.arrays() {
        let _ = writeln!(text, "/{path}  {} {:?}{}", array.dtype(), array.shape, remark(array));
    }
}

/// What is odd about an array's values.
fn remark(array: &Array) -> String {
    let bad = array.to_f64().iter().filter(|value| !value.is_finite()).count();
    if bad == 0 { String::new() } else { format!("  {bad} values are not finite") }
}

/// A text in one line, cut where it is long.
fn short(text: &str) -> String {
    let line: String =
        text.chars().take(MAX_TEXT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > MAX_TEXT { format!("{line}…") } else { line }
}
