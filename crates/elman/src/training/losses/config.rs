//! Losses as Keras writes them into `compile_config`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{Crossentropy, Loss, Reduced, Reduction, registry};
use crate::{Error, Result};

/// The arguments of a loss under Keras's keys: its fields.
pub(super) fn config_of(loss: &impl Serialize) -> Value {
    match serde_json::to_value(loss) {
        Ok(Value::Object(fields)) => Value::Object(fields),
        _ => json!({}),
    }
}

/// A loss as Keras writes it into `compile_config`.
///
/// ```
/// use elman::training::losses::{self, Huber};
/// let object = losses::to_object(&Huber { delta: 2.0 });
/// assert_eq!(object["config"]["delta"], 2.0);
/// assert_eq!(losses::to_object(&*losses::from_object(&object)?), object);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn to_object(loss: &dyn Loss) -> Value {
    // Keras decides by the shapes only where it is a string.
    if loss.class_name() == Crossentropy::NAME {
        return Crossentropy::NAME.into();
    }
    let mut config = json!({ "name": loss.name(), "reduction": loss.reduction().to_json() });
    if let (Some(config), Value::Object(own)) = (config.as_object_mut(), loss.config()) {
        config.extend(own);
    }
    json!({
        "module": "keras.losses",
        "class_name": loss.class_name(),
        "config": config,
        "registered_name": null,
    })
}

/// The loss of a `compile_config`: a string, a function, or an object as [`to_object`] writes it.
///
/// # Errors
/// [`Error::Unknown`] for a loss that isn't Keras's; [`Error::Config`] for a key that it doesn't
/// have, and for a value of the wrong kind; [`Error::InvalidArgument`] and [`Error::Unsupported`]
/// for a value that can't be.
pub fn from_object(value: &Value) -> Result<Box<dyn Loss>> {
    if let Some(name) = value.as_str() {
        return registry::get(name);
    }
    let mut arguments = Arguments::of_object("loss", value)?;
    if arguments.class == "LossFunctionWrapper" {
        arguments.class = arguments.take_function("fn")?;
    }
    let name = arguments.take("name");
    let reduction = arguments.take("reduction");
    let place = arguments.place();
    arguments.take_dtype()?;
    let loss = registry::make(arguments)?;
    let mut reduced = Reduced::new(loss);
    if let Some(reduction) = reduction {
        reduced.reduction = Reduction::from_json(&place, &reduction)?;
    }
    if let Some(name) = name.as_ref().and_then(Value::as_str) {
        reduced.name = name.into();
    }
    let same =
        |loss: &dyn Loss| loss.name() == reduced.name && loss.reduction() == reduced.reduction;
    if same(&*reduced.loss) { Ok(reduced.loss) } else { Ok(Box::new(reduced)) }
}

/// A class and the arguments that remain to be read.
pub(crate) struct Arguments {
    /// `loss` or `metric`.
    pub kind: &'static str,
    pub class: String,
    pub config: Map<String, Value>,
}

impl Arguments {
    /// The class with the given arguments; a function is the class without any.
    pub fn of_object(kind: &'static str, value: &Value) -> Result<Arguments> {
        let class = value.get("class_name").and_then(Value::as_str).unwrap_or_default();
        // Keras writes its functions as {"class_name": "function", "config": "mse"}.
        if class == "function" {
            let name = value.get("config").and_then(Value::as_str).unwrap_or_default();
            return Ok(Arguments { kind, class: name.into(), config: Map::new() });
        }
        let config = match value.get("config") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(config)) => config.clone(),
            Some(other) => {
                return Err(Error::Config {
                    place: format!("{kind} {class}"),
                    problem: format!("`config` must be an object, got {other}"),
                });
            }
        };
        Ok(Arguments { kind, class: class.into(), config })
    }

    /// Where errors happen.
    pub fn place(&self) -> String {
        format!("{} {}", self.kind, self.class)
    }

    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.config.shift_remove(key)
    }

    /// The name of the function under `key`.
    pub fn take_function(&mut self, key: &str) -> Result<String> {
        let function = self.take(key).unwrap_or_default();
        let name = function.as_str().or_else(|| function.get("config").and_then(Value::as_str));
        name.map(str::to_owned).ok_or_else(|| Error::Config {
            place: self.place(),
            problem: format!("`{key}` must be one of Keras's functions, got {function}"),
        })
    }

    /// The type to compute in, which is float32 here.
    pub fn take_dtype(&mut self) -> Result<()> {
        let dtype = self.take("dtype").unwrap_or_default();
        let name = dtype.as_str().or_else(|| dtype.get("config")?.get("name")?.as_str());
        if dtype.is_null() || name == Some("float32") {
            return Ok(());
        }
        Err(Error::Unsupported {
            place: self.place(),
            option: format!("dtype = {dtype}"),
            advice: "compile the model anew with float32".into(),
        })
    }

    /// The remaining arguments as the fields of a struct.
    pub fn read<T: DeserializeOwned>(self) -> Result<T> {
        let read = |config: &Map<String, Value>| T::deserialize(config).map_err(|e| e.to_string());
        read(&self.config).map_err(|problem| {
            // The key without which the problem is another, where it isn't named already.
            let guilty = self.config.keys().find(|key| {
                let mut without = self.config.clone();
                without.shift_remove(*key);
                read(&without).err().is_none_or(|other| other != problem)
            });
            let problem = match guilty {
                Some(key) if !problem.contains(key.as_str()) => format!("`{key}`: {problem}"),
                _ => problem,
            };
            Error::Config { place: self.place(), problem }
        })
    }

    /// For a class without arguments.
    pub fn none(self) -> Result<()> {
        match self.config.keys().next() {
            None => Ok(()),
            Some(key) => Err(Error::Config {
                place: self.place(),
                problem: format!("unknown field `{key}`, there are no fields"),
            }),
        }
    }
}

/// A list in Keras's notation, where nothing is `null` and one may stand alone; for serde.
pub(crate) mod one_or_many {
    use super::*;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        None(()),
        One(T),
        Many(Vec<T>),
    }

    pub fn serialize<T: Serialize, S: Serializer>(list: &[T], s: S) -> Result<S::Ok, S::Error> {
        match list {
            [] => s.serialize_none(),
            [one] => one.serialize(s),
            list => list.serialize(s),
        }
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Vec<T>, D::Error> {
        Ok(match OneOrMany::deserialize(d)? {
            OneOrMany::None(()) => Vec::new(),
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_the_losses_of_their_name() {
        let function = json!({ "module": "builtins", "class_name": "function", "config": "huber" });
        let wrapped = json!({
            "class_name": "LossFunctionWrapper",
            "config": { "fn": function, "name": "mine", "reduction": "sum", "delta": 0.5 },
        });
        let loss = from_object(&wrapped).unwrap();
        assert_eq!((loss.class_name(), &loss.name()[..]), ("Huber", "mine"));
        assert_eq!((loss.reduction(), &loss.config()["delta"]), (Reduction::Sum, &json!(0.5)));
        assert_eq!(from_object(&function).unwrap().name(), "huber_loss");
        assert_eq!(to_object(&*from_object(&json!("ce")).unwrap()), "crossentropy");
    }

    #[test]
    fn reductions_have_names() {
        for (given, written) in [
            (json!("sum"), json!("sum")),
            (json!("mean"), json!("mean")),
            (json!("mean_with_sample_weight"), json!("mean_with_sample_weight")),
            (json!("auto"), json!("sum_over_batch_size")),
            (json!("none"), json!(null)),
            (json!(null), json!(null)),
        ] {
            let object = json!({ "class_name": "Dice", "config": { "reduction": given } });
            let again = to_object(&*from_object(&object).unwrap());
            assert_eq!(again["config"]["reduction"], written);
        }
    }
}
