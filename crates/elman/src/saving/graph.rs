//! Functional models as Keras's JSON: `layers` with their `inbound_nodes`, `input_layers` and
//! `output_layers`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::layers::{Input, Layer, Operation, layer_from_object, layer_to_object};
use crate::models::graph::{Call, Graph};
use crate::models::symbolic::How;
use crate::models::{Functional, Model, Shared, Symbolic};
use crate::{Error, Result, Shape};

/// The key, beside a call's arguments, by which elman says that a mask counts beside initial
/// states. Keras doesn't read it; where Keras 3 wrote the file and it is absent, masks are ignored
/// there, since that is what Keras 3 computes.
const HONOURS_MASK: &str = "elman_honours_mask";

/// The keys that a graph has in a model's configuration.
pub(super) fn write(graph: &Graph) -> Map<String, Value> {
    let layer = |(index, layer): (usize, &dyn Layer)| {
        let mut object = layer_to_object(layer);
        let calls = graph.calls_of(index).into_iter().map(|call| write_call(graph, call));
        object["name"] = json!(layer.base().name());
        object["inbound_nodes"] = calls.collect();
        object
    };
    let mut keys = Map::new();
    keys.insert(
        "layers".into(),
        graph.layers.iter().map(|layer| &**layer).enumerate().map(layer).collect(),
    );
    let places = |values: Vec<usize>| match &values[..] {
        [one] => place(graph, *one),
        several => several.iter().map(|v| place(graph, *v)).collect(),
    };
    keys.insert("input_layers".into(), places((0..graph.inputs).collect()));
    keys.insert("output_layers".into(), places(graph.outputs.clone()));
    keys
}

/// `[layer, call, tensor]` of an input or output of the model. Keras counts the calls of a
/// functional model from 1 here.
fn place(graph: &Graph, value: usize) -> Value {
    let Some(origin) = graph.origin(value) else { return Value::Null };
    let layer = &graph.layers[origin.layer];
    let first = usize::from(layer.class_name() == "Functional");
    json!([layer.base().name(), origin.call + first, origin.tensor])
}

fn write_call(graph: &Graph, call: &Call) -> Value {
    let tensor = |v: &usize| {
        let origin = graph.origin(*v)?;
        let name = graph.layers[origin.layer].base().name();
        Some(json!({
            "class_name": "__keras_tensor__",
            "config": {
                "shape": graph.values[*v],
                "dtype": if *v < graph.inputs && graph.takes_text(*v) { "string" } else { "float32" },
                "keras_history": [name, origin.call, origin.tensor],
            },
        }))
    };
    let tensors: Vec<Value> = call.tensors().iter().filter_map(tensor).collect();
    let count = tensors.len();
    let (args, mut kwargs) = graph.layers[call.layer].call_arguments(tensors);
    let masks: Vec<Value> = call.inputs[count..].iter().filter_map(tensor).collect();
    if let (&[0], [mask]) = (&call.masks[..], &masks[..]) {
        kwargs.insert("mask".into(), mask.clone());
    } else if !masks.is_empty() {
        let mut of_inputs = vec![Value::Null; count];
        for (input, mask) in call.masks.iter().zip(masks) {
            of_inputs[*input] = mask;
        }
        kwargs.insert("mask".into(), of_inputs.into());
    }
    if let Some(training) = call.training {
        kwargs.insert("training".into(), training.into());
    }
    let mut object = json!({ "args": args, "kwargs": kwargs });
    if kwargs.contains_key("initial_state") && !call.ignores_mask {
        object[HONOURS_MASK] = json!(true);
    }
    object
}

/// The model of a configuration as Keras 2 or 3 writes it.
pub(super) fn read(config: &Map<String, Value>, file: &str) -> Result<Model> {
    let name = config.get("name").and_then(Value::as_str).unwrap_or("functional");
    let mut reader = Reader { place: format!("{file}, model {name}"), ..Reader::default() };
    let layers = config.get("layers").and_then(Value::as_array);
    let layers = layers.ok_or_else(|| reader.problem("`layers` must be a list".into()))?;
    let mut waiting = Vec::new();
    for layer in layers {
        waiting.extend(reader.layer(layer)?);
    }
    reader.make_calls(waiting)?;
    let tensors = |key: &str| {
        let missing = || reader.problem(format!("`{key}` is missing"));
        reader.tensors(config.get(key).ok_or_else(missing)?)
    };
    let (inputs, outputs) = (tensors("input_layers")?, tensors("output_layers")?);
    let mut model = Functional::new(inputs, outputs).name(name).build()?;
    if let Some(layer) = model.network().and_then(|network| ignoring_masks(network.graph())) {
        let place = layer.place();
        model.warn(format!(
            "{file}: {place} ignores the mask of its input, as Keras 3, which wrote the file, does \
             where initial states are given"
        ));
    }
    Ok(model)
}

/// A layer whose masks are withheld, in a graph where masks are made.
fn ignoring_masks(graph: &Graph) -> Option<&dyn Layer> {
    let makes_masks = |layer: &dyn Layer| {
        layer.class_name() == "Masking" || layer.config().get("mask_zero") == Some(&json!(true))
    };
    let call = graph.calls.iter().find(|call| call.ignores_mask)?;
    let masked = graph.layers.iter().any(|layer| makes_masks(&**layer));
    masked.then(|| &*graph.layers[call.layer])
}

/// The arguments of a call that are options of the layer here, but those that leave them off; of
/// a tensor, that it is there.
fn call_options(layer: &dyn Layer, call: &Value) -> Map<String, Value> {
    let keywords = match call.as_array() {
        Some(list) => list.first().and_then(|input| input.get(3)),
        None => call.get("kwargs"),
    };
    let keywords = keywords.and_then(Value::as_object);
    let mut trial = layer.clone_layer();
    let option = |(name, value): (&String, &Value)| {
        let is_off = value.is_null() || value == &json!(false);
        (!is_off && trial.set_call_argument(name, value))
            .then(|| (name.clone(), if value.is_boolean() { value.clone() } else { json!(true) }))
    };
    keywords.into_iter().flatten().filter_map(option).collect()
}

/// A call that was read and not made yet.
struct Waiting<'a> {
    layer: &'a str,
    /// The layer's inputs, then the masks.
    inputs: Vec<Place<'a>>,
    /// For each mask, the input that it is for.
    how: How,
}

/// A layer, which of its calls, and which output of that.
type Place<'a> = (&'a str, usize, usize);

#[derive(Default)]
struct Reader {
    place: String,
    layers: HashMap<String, Shared>,
    /// What the calls of each layer gave.
    outputs: HashMap<String, Vec<Vec<Symbolic>>>,
}

impl Reader {
    fn problem(&self, problem: String) -> Error {
        Error::Config { place: self.place.clone(), problem }
    }

    /// Reads a layer and the calls that it takes part in.
    fn layer<'a>(&mut self, object: &'a Value) -> Result<Vec<Waiting<'a>>> {
        let operation = Operation::from_object(object);
        let is_operation = operation.is_some();
        let mut layer = operation.unwrap_or_else(|| layer_from_object(object))?;
        let name = object.get("name").or_else(|| object.get("config")?.get("name"));
        let name = name.and_then(Value::as_str);
        let name = name.ok_or_else(|| self.problem("a layer has no `name`".into()))?;
        layer.base_mut().name = Some(name.into());
        if self.layers.contains_key(name) {
            let (model, name) = (self.place.clone(), name.into());
            return Err(Error::DuplicateName { model, name });
        }
        if layer.class_name() == "InputLayer" {
            let shape = layer.base().batch_input_shape.clone();
            let shape: Shape = shape
                .ok_or_else(|| self.problem(format!("input \"{name}\" has no `batch_shape`")))?;
            let mut input = Input::with_batch_shape(shape);
            *input.base_mut() = layer.base().clone();
            let symbolic = input.symbolic();
            self.layers.insert(name.into(), symbolic.node.layer.clone());
            self.outputs.insert(name.into(), vec![vec![symbolic]]);
            return Ok(Vec::new());
        }
        let calls = object.get("inbound_nodes").and_then(Value::as_array);
        let calls = calls
            .ok_or_else(|| self.problem(format!("layer \"{name}\" has no list `inbound_nodes`")))?;
        self.set_options(&mut *layer, calls)?;
        let calls: Result<Vec<_>> =
            calls.iter().map(|call| self.call((name, &*layer), call, is_operation)).collect();
        self.layers.insert(name.into(), Shared::new(layer));
        calls
    }

    /// Gives a layer the arguments of its calls that are options of the layer here.
    fn set_options(&self, layer: &mut dyn Layer, calls: &[Value]) -> Result<()> {
        let mut options = calls.iter().map(|call| call_options(layer, call));
        let Some(first) = options.next() else { return Ok(()) };
        if let Some(other) = options.find(|other| *other != first) {
            return Err(Error::Unsupported {
                place: format!("{}, {}", self.place, layer.place()),
                option: format!(
                    "calls with unequal arguments, {} and {}",
                    Value::from(first),
                    Value::from(other)
                ),
                advice: "a layer of its own for each of the calls, with equal weights, can be used"
                    .into(),
            });
        }
        drop(options);
        for (name, value) in &first {
            layer.set_call_argument(name, value);
        }
        Ok(())
    }

    /// Reads a call: `{"args", "kwargs"}` of Keras 3, or Keras 2's list of `[layer, call, tensor]`.
    /// An operation holds the constants among its arguments itself.
    fn call<'a>(
        &self,
        (layer, described): (&'a str, &dyn Layer),
        call: &'a Value,
        is_operation: bool,
    ) -> Result<Waiting<'a>> {
        let mut waiting = Waiting { layer, inputs: Vec::new(), how: How::default() };
        if let Some(list) = call.as_array() {
            let mut found = Vec::new();
            for input in list {
                waiting.inputs.push(self.history(input)?);
                let keywords = input.get(3).and_then(Value::as_object);
                self.keywords(described, &mut waiting, keywords, &mut found)?;
            }
            waiting.inputs.extend(found);
            return Ok(waiting);
        }
        let args = call.get("args").and_then(Value::as_array);
        for arg in args.into_iter().flatten().filter(|arg| !(is_operation && arg.is_number())) {
            self.arguments(layer, arg, &mut waiting.inputs)?;
        }
        // Behind them stand masks, which are read by name alone.
        let more =
            args.and_then(|args| args.get(3..)).filter(|_| !described.keyword_inputs().is_empty());
        if let Some(argument) = more.into_iter().flatten().find(|argument| !argument.is_null()) {
            return Err(Error::Unsupported {
                place: format!("{}, call of layer \"{layer}\"", self.place),
                option: format!("the argument {argument} by position"),
                advice: "a call that names it can be used".into(),
            });
        }
        let mut masks = Vec::new();
        let keywords = call.get("kwargs").and_then(Value::as_object);
        self.keywords(described, &mut waiting, keywords, &mut masks)?;
        let honours_mask = call.get(HONOURS_MASK) == Some(&Value::Bool(true));
        let states = keywords.and_then(|keywords| keywords.get("initial_state"));
        waiting.how.ignores_mask = states.is_some_and(|states| !states.is_null()) && !honours_mask;
        waiting.inputs.extend(masks);
        Ok(waiting)
    }

    /// Collects the tensors of a call's arguments, in order.
    fn arguments<'a>(
        &self,
        layer: &str,
        value: &'a Value,
        found: &mut Vec<Place<'a>>,
    ) -> Result<()> {
        match value {
            Value::Null => Ok(()),
            // Keras 2's notation.
            Value::Array(list) if matches!(list.first(), Some(Value::String(_))) => {
                found.push(self.history(value)?);
                Ok(())
            }
            Value::Array(list) => list.iter().try_for_each(|v| self.arguments(layer, v, found)),
            Value::Object(object)
                if object.get("class_name").and_then(Value::as_str) == Some("__keras_tensor__") =>
            {
                found.push(self.history(&value["config"]["keras_history"])?);
                Ok(())
            }
            other => Err(Error::Unsupported {
                place: format!("{}, call of layer \"{layer}\"", self.place),
                option: format!("the argument {other}"),
                advice: "only tensors of the model can be arguments".into(),
            }),
        }
    }

    /// Collects the tensors of a call's keyword arguments: inputs behind the positional ones, and
    /// masks.
    fn keywords<'a>(
        &self,
        described: &dyn Layer,
        waiting: &mut Waiting<'a>,
        keywords: Option<&'a Map<String, Value>>,
        masks: &mut Vec<Place<'a>>,
    ) -> Result<()> {
        let layer = waiting.layer;
        let inputs = described.keyword_inputs();
        for value in inputs.iter().filter_map(|name| keywords?.get(*name)) {
            self.arguments(layer, value, &mut waiting.inputs)?;
        }
        for (key, value) in keywords.into_iter().flatten() {
            let mut mask = |value: &'a Value, input: usize| {
                let masks_of = &mut waiting.how.masks;
                masks_of.resize(masks_of.len() + usize::from(!value.is_null()), input);
                self.arguments(layer, value, masks)
            };
            match (key.as_str(), value) {
                ("initial_state", value) => self.arguments(layer, value, &mut waiting.inputs)?,
                ("mask", Value::Array(list)) => {
                    list.iter().enumerate().try_for_each(|(input, value)| mask(value, input))?;
                }
                ("mask" | "query_mask", value) => mask(value, 0)?,
                ("value_mask", value) => mask(value, 1)?,
                ("key_mask", value) => mask(value, 2)?,
                (_, Value::Null) | ("use_causal_mask", Value::Bool(false)) => {}
                ("training", Value::Bool(training)) => waiting.how.training = Some(*training),
                (key, _) if inputs.contains(&key) => {}
                (key, value) if described.clone_layer().set_call_argument(key, value) => {}
                (key, value) => {
                    return Err(Error::Unsupported {
                        place: format!("{}, call of layer \"{layer}\"", self.place),
                        option: format!("`{key}` = {value}"),
                        advice: "a model without this argument can be used".into(),
                    });
                }
            }
        }
        Ok(())
    }

    /// `[layer, call, tensor]`.
    fn history<'a>(&self, value: &'a Value) -> Result<Place<'a>> {
        let number = |i: usize| value.get(i)?.as_u64().and_then(|n| usize::try_from(n).ok());
        let parts = (value.get(0).and_then(Value::as_str), number(1), number(2));
        match parts {
            (Some(layer), Some(call), Some(tensor)) => Ok((layer, call, tensor)),
            _ => Err(self.problem(format!("[layer, call, tensor] is expected, got {value}"))),
        }
    }

    /// Makes the calls, each once its inputs are there.
    fn make_calls(&mut self, mut waiting: Vec<Waiting<'_>>) -> Result<()> {
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut blocked = Vec::new();
            for call in waiting {
                // The calls of a layer are numbered in the order in which they stand in the file.
                let earlier = blocked.iter().any(|other: &Waiting| other.layer == call.layer);
                match self.inputs(&call)?.filter(|_| !earlier) {
                    None => blocked.push(call),
                    Some(inputs) => {
                        let masks = &call.how.masks;
                        if masks.iter().any(|input| input + masks.len() >= inputs.len()) {
                            let problem =
                                format!("a mask of layer \"{}\" has no input", call.layer);
                            return Err(self.problem(problem));
                        }
                        let outputs = self.layers[call.layer].call(inputs, call.how)?;
                        self.outputs.entry(call.layer.into()).or_default().push(outputs);
                    }
                }
            }
            if blocked.len() == before {
                let names: Vec<&str> = blocked.iter().map(|call| call.layer).collect();
                return Err(self.problem(format!(
                    "the calls of {} wait for each other or for calls that don't exist",
                    names.join(", ")
                )));
            }
            waiting = blocked;
        }
        Ok(())
    }

    /// The inputs of a call, if all have been computed.
    fn inputs(&self, call: &Waiting<'_>) -> Result<Option<Vec<Symbolic>>> {
        let mut inputs = Vec::new();
        for (layer, number, tensor) in &call.inputs {
            if !self.layers.contains_key(*layer) {
                let known = self.layers.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Err(Error::Unknown { what: "layer", name: (*layer).into(), known });
            }
            let Some(outputs) = self.outputs.get(*layer).and_then(|calls| calls.get(*number))
            else {
                return Ok(None);
            };
            inputs.push(self.output(outputs, layer, *tensor)?);
        }
        Ok(Some(inputs))
    }

    fn output(&self, outputs: &[Symbolic], layer: &str, tensor: usize) -> Result<Symbolic> {
        outputs.get(tensor).cloned().ok_or_else(|| {
            let count = outputs.len();
            self.problem(format!("layer \"{layer}\" has {count} outputs, got number {tensor}"))
        })
    }

    /// The tensors of `input_layers` or `output_layers`: one place, or a structure of them.
    fn tensors(&self, value: &Value) -> Result<Vec<Symbolic>> {
        match value {
            Value::Object(named) => {
                // As in Keras, in the order of the names.
                let mut keys: Vec<&String> = named.keys().collect();
                keys.sort();
                let parts: Result<Vec<_>> = keys.iter().map(|k| self.tensors(&named[*k])).collect();
                Ok(parts?.concat())
            }
            Value::Array(list) if !matches!(list.first(), Some(Value::String(_))) => {
                let parts: Result<Vec<_>> = list.iter().map(|part| self.tensors(part)).collect();
                Ok(parts?.concat())
            }
            place => {
                let (layer, number, tensor) = self.history(place)?;
                let is_functional =
                    self.layers.get(layer).is_some_and(|l| l.layer().class_name() == "Functional");
                let number = number.saturating_sub(usize::from(is_functional));
                let calls = self.outputs.get(layer);
                let outputs = calls.and_then(|calls| calls.get(number)).ok_or_else(|| {
                    self.problem(format!("call {number} of layer \"{layer}\" doesn't exist"))
                })?;
                Ok(vec![self.output(outputs, layer, tensor)?])
            }
        }
    }
}
