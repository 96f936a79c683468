//! Weights under PyTorch's names and in its layouts.
//!
//! ```text
//! nn.LSTM, nn.GRU, nn.RNN   weight_ih_l0 (gates units, features)   kernel, transposed
//!                           weight_hh_l0 (gates units, units)      recurrent kernel, transposed
//!                           bias_ih_l0, bias_hh_l0                 bias: their sum; a GRU keeps both
//!                           …_reverse                              the backward layer
//! nn.Linear                 weight (out, in), bias                 kernel, transposed, and bias
//! nn.Embedding              weight                                 embeddings
//! nn.LayerNorm              weight, bias                           gamma, beta
//! ```
//! Gates are i, f, g, o in both; a GRU's are r, z, n there and z, r, n here.

use std::collections::BTreeMap;

use elman_files::Array;

use super::load::tensor;
use super::{array, weights};
use crate::layers::Layer;
use crate::models::Model;
use crate::{Error, Float, Result, Tensor};

type Arrays = BTreeMap<String, Array>;

/// What one layer's weights are called: `encoder.` and, of a recurrent module, which of its layers.
#[derive(Clone, Debug, PartialEq)]
struct Unit {
    module: String,
    number: Option<usize>,
}

impl Unit {
    fn key(&self, name: &str, suffix: &str) -> String {
        let dot = if self.module.is_empty() { "" } else { "." };
        match self.number {
            Some(number) => format!("{}{dot}{name}_l{number}{suffix}", self.module),
            None => format!("{}{dot}{name}", self.module),
        }
    }

    fn is_named(&self, layer: &str) -> bool {
        self.module == layer || self.module.ends_with(&format!(".{layer}"))
    }

    fn shown(&self) -> String {
        self.key("*", "")
    }
}

/// The modules that a file has, by name.
fn units(arrays: &Arrays) -> Vec<Unit> {
    let mut units = Vec::new();
    for key in arrays.keys() {
        let (module, name) = key.rsplit_once('.').unwrap_or(("", key));
        let number = name.strip_prefix("weight_ih_l").and_then(|n| n.parse().ok());
        if number.is_some() || name == "weight" {
            units.push(Unit { module: module.into(), number });
        }
    }
    units.sort_by(|a, b| (&a.module, a.number).cmp(&(&b.module, b.number)));
    units
}

/// Reads weights into a model: those of a module named as the layer, otherwise of the only one that
/// fits, or the next of a stack.
pub(super) fn load(model: &mut Model, arrays: &Arrays, file: &str) -> Result<()> {
    let mut left = units(arrays);
    let network = model.built()?;
    let mut all = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let entries: Vec<_> = network.parameters().of_layer(index).collect();
        if entries.is_empty() {
            continue;
        }
        let problem = |problem: String| Error::Config { place: file.into(), problem };
        let weights = |unit: &Unit| from_torch(&**layer, unit, arrays);
        let fits = |unit: &&Unit| {
            weights(unit).is_some_and(|w| weights::check(file, &**layer, &entries, &w).is_ok())
        };
        let name = layer.base().name();
        let named = left.iter().find(|unit| unit.is_named(name));
        let fitting: Vec<&Unit> = left.iter().filter(fits).collect();
        let chosen = match (named, &fitting[..]) {
            (Some(unit), _) => unit,
            (None, [first, more @ ..]) if more.iter().all(|u| u.module == first.module) => first,
            (None, []) => {
                return Err(problem(format!(
                    "no module's weights fit {}; there are {}",
                    layer.place(),
                    left.iter().map(Unit::shown).collect::<Vec<_>>().join(", ")
                )));
            }
            (None, several) => {
                return Err(problem(format!(
                    "the weights of {} modules ({}) fit {}: give the layer the name of one",
                    several.len(),
                    several.iter().map(|u| u.shown()).collect::<Vec<_>>().join(", "),
                    layer.place()
                )));
            }
        };
        let values = weights(chosen).ok_or_else(|| {
            problem(format!("{} isn't the weights of {}", chosen.shown(), layer.place()))
        })?;
        weights::check(file, &**layer, &entries, &values)?;
        all.extend(values);
        let chosen = chosen.clone();
        left.retain(|unit| *unit != chosen);
    }
    // Layer by layer is the order of all weights.
    model.set_weights(all)
}

/// The weights of a layer, in its order; `None` if there are none of its kind.
fn from_torch(layer: &dyn Layer, unit: &Unit, arrays: &Arrays) -> Option<Vec<Tensor>> {
    let get = |name: &str, suffix: &str| arrays.get(&unit.key(name, suffix)).map(tensor);
    let recurrent = |class: &str, suffix: &str| -> Option<Vec<Tensor>> {
        let gates = gates_of(class)?;
        unit.number?;
        let mut weights = vec![
            transposed(&get("weight_ih", suffix)?, gates)?,
            transposed(&get("weight_hh", suffix)?, gates)?,
        ];
        if let (Some(input), Some(state)) = (get("bias_ih", suffix), get("bias_hh", suffix)) {
            let (input, state) = (reordered(&input, gates)?, reordered(&state, gates)?);
            weights.push(match class {
                "GRU" => Tensor::new([2, input.len()], [input, state].concat()).ok()?,
                _ => {
                    let sum: Vec<Float> = input.iter().zip(&state).map(|(a, b)| a + b).collect();
                    Tensor::new([sum.len()], sum).ok()?
                }
            });
        }
        Some(weights)
    };
    match layer.class_name() {
        "Bidirectional" => {
            let config = layer.config();
            let class = config["layer"]["class_name"].as_str()?;
            Some([recurrent(class, "")?, recurrent(class, "_reverse")?].concat())
        }
        class @ ("LSTM" | "GRU" | "SimpleRNN") => recurrent(class, ""),
        _ if unit.number.is_some() => None,
        "Dense" => {
            let kernel = transposed(&get("weight", "")?, &[0])?;
            Some([Some(kernel), get("bias", "")].into_iter().flatten().collect())
        }
        "Embedding" => Some(vec![get("weight", "")?]),
        "LayerNormalization" => {
            Some([get("weight", ""), get("bias", "")].into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Where each gate here is there; it is the same the other way.
fn gates_of(class: &str) -> Option<&'static [usize]> {
    match class {
        "LSTM" => Some(&[0, 1, 2, 3]),
        "GRU" => Some(&[1, 0, 2]),
        "SimpleRNN" => Some(&[0]),
        _ => None,
    }
}

/// `(gates units, n)` as `(n, gates units)`, with the gates in another order.
fn transposed(weight: &Tensor, gates: &[usize]) -> Option<Tensor> {
    let &[rows, columns] = weight.shape() else { return None };
    let units = rows / gates.len();
    if units * gates.len() != rows {
        return None;
    }
    let mut values = Vec::with_capacity(rows * columns);
    for column in 0..columns {
        for gate in gates {
            let row = |unit: usize| weight.data()[(gate * units + unit) * columns + column];
            values.extend((0..units).map(row));
        }
    }
    Tensor::new([columns, rows], values).ok()
}

fn reordered(bias: &Tensor, gates: &[usize]) -> Option<Vec<Float>> {
    let len = bias.shape().iter().product::<usize>();
    let units = len / gates.len();
    if units * gates.len() != len {
        return None;
    }
    Some(gates.iter().flat_map(|g| bias.data()[g * units..(g + 1) * units].to_vec()).collect())
}

/// `(n, gates units)` as `(gates units, n)`.
fn back(kernel: &Tensor, gates: &[usize]) -> Option<Tensor> {
    let &[rows, width] = kernel.shape() else { return None };
    let units = width / gates.len();
    let mut values = Vec::with_capacity(rows * width);
    for gate in gates {
        for unit in 0..units {
            let value = |row: usize| kernel.data()[row * width + gate * units + unit];
            values.extend((0..rows).map(value));
        }
    }
    Tensor::new([width, rows], values).ok()
}

/// The weights of a model under PyTorch's names, each layer a module of its name.
pub(super) fn arrays(model: &Model) -> Result<Arrays> {
    let mut all = Arrays::new();
    for layer in model.layers() {
        let weights = model.layer(layer.base().name())?.weights();
        let named = to_torch(&**layer, &weights).ok_or_else(|| Error::Unsupported {
            place: layer.place(),
            option: "a layer that PyTorch has not in this form".into(),
            advice: "its weights can be written under Keras's names".into(),
        })?;
        let name = layer.base().name();
        all.extend(named.into_iter().map(|(key, t)| (format!("{name}.{key}"), array(&t))));
    }
    Ok(all)
}

fn to_torch(layer: &dyn Layer, weights: &[Tensor]) -> Option<Vec<(String, Tensor)>> {
    let recurrent = |class: &str, weights: &[Tensor], suffix: &str| {
        let gates = gates_of(class)?;
        let [kernel, state, bias @ ..] = weights else { return None };
        let mut named = vec![
            (format!("weight_ih_l0{suffix}"), back(kernel, gates)?),
            (format!("weight_hh_l0{suffix}"), back(state, gates)?),
        ];
        if let [bias] = bias {
            let zeros = Tensor::zeros(bias.shape());
            let (input, state) = match (class, bias.shape()) {
                ("GRU", [2, len]) => {
                    let (input, state) = bias.data().split_at(*len);
                    let vector = |v: &[Float]| Tensor::new([*len], v.to_vec()).ok();
                    (vector(input)?, vector(state)?)
                }
                // Reset before the product: PyTorch has no such GRU.
                ("GRU", _) => return None,
                _ => (bias.clone(), zeros),
            };
            for (name, bias) in [("bias_ih_l0", input), ("bias_hh_l0", state)] {
                let values = reordered(&bias, gates)?;
                named.push((format!("{name}{suffix}"), Tensor::new([values.len()], values).ok()?));
            }
        }
        Some(named)
    };
    let plain = |names: &[&str]| {
        let named = names.iter().zip(weights).map(|(name, w)| ((*name).to_owned(), w.clone()));
        Some(named.collect())
    };
    match (layer.class_name(), weights) {
        (_, []) => Some(Vec::new()),
        ("Bidirectional", weights) => {
            let (forward, backward) = weights.split_at(weights.len() / 2);
            let config = layer.config();
            let class = config["layer"]["class_name"].as_str()?;
            Some([recurrent(class, forward, "")?, recurrent(class, backward, "_reverse")?].concat())
        }
        (class @ ("LSTM" | "GRU" | "SimpleRNN"), weights) => recurrent(class, weights, ""),
        ("Dense", [kernel, bias @ ..]) => {
            let mut named = vec![("weight".to_owned(), back(kernel, &[0])?)];
            named.extend(bias.iter().map(|bias| ("bias".to_owned(), bias.clone())));
            Some(named)
        }
        ("Embedding", _) => plain(&["weight"]),
        ("LayerNormalization", _) => plain(&["weight", "bias"]),
        _ => None,
    }
}
