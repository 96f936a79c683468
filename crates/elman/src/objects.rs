//! Objects that a configuration names: initializers, regularizers, constraints.
//!
//! Keras writes them as `{"module", "class_name", "config", "registered_name"}` and reads short
//! strings too. A [`Kind`] is one table of those that exist, which a program may extend.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// How the program makes an object of its own class from a configuration.
type Load<T> = fn(&Map<String, Value>) -> Result<T>;

/// All objects of one kind that a configuration may name.
pub(crate) struct Kind<T: 'static> {
    /// What messages call it: `regularizer`.
    what: &'static str,
    /// Keras's module: `keras.regularizers`.
    module: &'static str,
    classes: &'static [Class<T>],
    own: Mutex<BTreeMap<String, Load<T>>>,
}

/// A class of Keras's.
pub(crate) struct Class<T> {
    /// The names that mean it, Keras's class name first.
    pub names: &'static [&'static str],
    pub load: fn(&mut Arguments) -> Result<T, String>,
}

impl<T> Kind<T> {
    pub const fn new(
        what: &'static str,
        module: &'static str,
        classes: &'static [Class<T>],
    ) -> Kind<T> {
        Kind { what, module, classes, own: Mutex::new(BTreeMap::new()) }
    }

    /// Lets configurations name a class of the program's own.
    pub fn register(&self, class_name: &str, load: Load<T>) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.insert(class_name.into(), load);
    }

    /// The object of that name with its defaults.
    pub fn get(&self, name: &str) -> Result<T> {
        match self.load(name, &Map::new()) {
            Some(loaded) => loaded.map_err(|problem| self.problem(problem)),
            None => Err(Error::Unknown { what: self.what, name: name.into(), known: self.known() }),
        }
    }

    /// The object as Keras writes it; `own` if its class is the program's.
    pub fn to_object(&self, class_name: &str, config: Map<String, Value>, own: bool) -> Value {
        json!({
            "module": if own { Value::Null } else { self.module.into() },
            "class_name": class_name,
            "config": config,
            // As `keras.saving.register_keras_serializable()` names a class without a package.
            "registered_name": if own { format!("Custom>{class_name}").into() } else { Value::Null },
        })
    }

    /// The object that a name or an object of Keras's means.
    pub fn read(&self, value: &Value) -> Result<T, String> {
        let (what, none) = (self.what, Map::new());
        let (name, config) = match value {
            Value::String(name) => (name.as_str(), &none),
            Value::Object(object) => {
                let class = object.get("class_name").and_then(Value::as_str);
                let class =
                    class.ok_or_else(|| format!("{what}: an object must have a `class_name`"))?;
                // A class of somebody's own may share the name of one of Keras's.
                let registered = object.get("registered_name").and_then(Value::as_str);
                if let Some(registered) = registered.filter(|name| *name != class) {
                    return self.read_own(class, registered, config_of(object, &none));
                }
                (class, config_of(object, &none))
            }
            other => return Err(format!("{what}: a name or an object is expected, got {other}")),
        };
        self.load(name, config).unwrap_or_else(|| {
            Err(format!("{what} `{name}` is unknown; known are: {}", self.known()))
        })
    }

    fn read_own(
        &self,
        class: &str,
        registered: &str,
        config: &Map<String, Value>,
    ) -> Result<T, String> {
        self.load_own(class, config).unwrap_or_else(|| {
            Err(format!(
                "{} `{registered}` is a class of somebody's own: it can be read once the program \
                 has registered `{class}`",
                self.what
            ))
        })
    }

    fn load(&self, name: &str, config: &Map<String, Value>) -> Option<Result<T, String>> {
        let Some(class) = self.classes.iter().find(|class| class.names.contains(&name)) else {
            return self.load_own(name, config);
        };
        let mut arguments = Arguments { class: class.names[0], config, known: Vec::new() };
        let loaded = (class.load)(&mut arguments);
        Some(loaded.and_then(|object| arguments.end().map(|()| object)))
    }

    fn load_own(&self, class: &str, config: &Map<String, Value>) -> Option<Result<T, String>> {
        let load = *self.own.lock().unwrap_or_else(PoisonError::into_inner).get(class)?;
        Some(load(config).map_err(|error| error.to_string()))
    }

    fn known(&self) -> String {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let names = self.classes.iter().map(|class| class.names[class.names.len().min(2) - 1]);
        names.chain(own.keys().map(String::as_str)).collect::<Vec<_>>().join(", ")
    }

    fn problem(&self, problem: String) -> Error {
        Error::Config { place: self.what.into(), problem }
    }
}

fn config_of<'a>(
    object: &'a Map<String, Value>,
    none: &'a Map<String, Value>,
) -> &'a Map<String, Value> {
    object.get("config").and_then(Value::as_object).unwrap_or(none)
}

/// The arguments in a configuration. What nobody asked for is an error: it may have a meaning.
pub(crate) struct Arguments<'a> {
    class: &'static str,
    config: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl Arguments<'_> {
    fn value(&mut self, key: &'static str) -> Option<&Value> {
        self.known.push(key);
        self.config.get(key)
    }

    /// The value under `key` as `read` understands it; `None` where there is none, or null.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let read = |value: &Value| if value.is_null() { Some(None) } else { read(value).map(Some) };
        Ok(self.given(key, expected, read)?.flatten())
    }

    /// As [`Arguments::optional`], for arguments of which null is a value too.
    pub fn given<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let class = self.class;
        let read = |value: &Value| {
            read(value).ok_or_else(|| format!("{class}: `{key}` must be {expected}, got {value}"))
        };
        self.value(key).map(read).transpose()
    }

    /// A number. Keras writes numbers of NumPy as objects.
    pub fn number(&mut self, key: &'static str, default: f64) -> Result<f64, String> {
        let read = |value: &Value| value.pointer("/config/value").unwrap_or(value).as_f64();
        Ok(self.optional(key, "a number", read)?.unwrap_or(default))
    }

    /// The seed of random numbers.
    pub fn seed(&mut self) -> Result<Option<u64>, String> {
        self.optional("seed", "a non-negative integer or null", Value::as_u64)
    }

    fn end(self) -> Result<(), String> {
        // Keras 2 wrote the type of the values, which is always float32 here.
        let is_known = |key: &&String| self.known.contains(&key.as_str()) || *key == "dtype";
        match self.config.keys().find(|key| !is_known(key)) {
            None => Ok(()),
            Some(key) => Err(format!(
                "{}: `{key}` = {} is unknown; known are: {}",
                self.class,
                self.config[key],
                self.known.join(", ")
            )),
        }
    }
}

/// How an enum of such objects is written and read: by serde, and from Keras's names.
macro_rules! by_keras_name {
    ($object:ty, $kind:ident) => {
        impl serde::Serialize for $object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let own = matches!(self, Self::Custom(_));
                $kind.to_object(self.class_name(), self.config(), own).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(d)?;
                $kind.read(&value).map_err(serde::de::Error::custom)
            }
        }

        impl std::str::FromStr for $object {
            type Err = $crate::Error;

            fn from_str(name: &str) -> $crate::Result<Self> {
                $kind.get(name)
            }
        }
    };
}
pub(crate) use by_keras_name;
