//! Which class name means which layer, and how a layer is read from its configuration.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::KERAS_2_MASKS;
use super::{
    ActivationLayer, ActivityRegularization, Add, AdditiveAttention, Attention, Average,
    AveragePooling1d, BatchNormalization, Bidirectional, Concatenate, Conv1d, ConvLstm1d,
    ConvLstm2d, ConvLstm3d, Cropping1d, Dense, Dot, Dropout, Elu, Embedding, Flatten,
    GaussianDropout, GaussianNoise, GlobalAveragePooling1d, GlobalMaxPooling1d, Gru, Identity,
    Input, IntegerLookup, Layer, LayerNormalization, LeakyRelu, Lstm, Masking, MaxPooling1d,
    Maximum, MinGru, MinLstm, Minimum, MultiHeadAttention, Multiply, Normalization, Permute, Prelu,
    Relu, RepeatVector, Rescaling, Reshape, RmsNormalization, SimpleRnn, Softmax, SpatialDropout1d,
    StringLookup, Subtract, TextVectorization, TimeDistributed, UpSampling1d, ZeroPadding1d,
};
use crate::{Error, Result};

type Load = fn(&Map<String, Value>) -> serde_json::Result<Box<dyn Layer>>;

/// Every layer class that a file may name. Nothing else in a file is ever looked up or run.
const CLASSES: &[(&str, Load)] = &[
    ("Activation", load::<ActivationLayer>),
    ("ActivityRegularization", load::<ActivityRegularization>),
    ("Add", load::<Add>),
    ("AdditiveAttention", load::<AdditiveAttention>),
    ("Attention", load::<Attention>),
    ("Average", load::<Average>),
    ("AveragePooling1D", load::<AveragePooling1d>),
    ("BatchNormalization", load::<BatchNormalization>),
    ("Bidirectional", load::<Bidirectional>),
    ("Concatenate", load::<Concatenate>),
    ("Conv1D", load::<Conv1d>),
    ("ConvLSTM1D", load::<ConvLstm1d>),
    ("ConvLSTM2D", load::<ConvLstm2d>),
    ("ConvLSTM3D", load::<ConvLstm3d>),
    ("Cropping1D", load::<Cropping1d>),
    ("Dense", load::<Dense>),
    ("Dot", load::<Dot>),
    ("Dropout", load::<Dropout>),
    ("ELU", load::<Elu>),
    ("Embedding", load::<Embedding>),
    ("Flatten", load::<Flatten>),
    ("Functional", crate::saving::nested_functional),
    ("GaussianDropout", load::<GaussianDropout>),
    ("GaussianNoise", load::<GaussianNoise>),
    ("GlobalAveragePooling1D", load::<GlobalAveragePooling1d>),
    ("GlobalMaxPooling1D", load::<GlobalMaxPooling1d>),
    ("GRU", load::<Gru>),
    ("Identity", load::<Identity>),
    ("InputLayer", load::<Input>),
    ("IntegerLookup", load::<IntegerLookup>),
    ("LayerNormalization", load::<LayerNormalization>),
    ("LeakyReLU", load::<LeakyRelu>),
    ("LSTM", load::<Lstm>),
    ("Masking", load::<Masking>),
    ("Maximum", load::<Maximum>),
    ("MaxPooling1D", load::<MaxPooling1d>),
    ("MinGRU", load::<MinGru>),
    ("Minimum", load::<Minimum>),
    ("MinLSTM", load::<MinLstm>),
    ("MultiHeadAttention", load::<MultiHeadAttention>),
    ("Multiply", load::<Multiply>),
    ("Normalization", load::<Normalization>),
    ("Permute", load::<Permute>),
    ("PReLU", load::<Prelu>),
    ("ReLU", load::<Relu>),
    ("RepeatVector", load::<RepeatVector>),
    ("Rescaling", load::<Rescaling>),
    ("Reshape", load::<Reshape>),
    ("RMSNormalization", load::<RmsNormalization>),
    ("RNN", super::rnn::load_over_any),
    ("Sequential", crate::saving::nested_sequential),
    ("SimpleRNN", load::<SimpleRnn>),
    ("Softmax", load::<Softmax>),
    ("SpatialDropout1D", load::<SpatialDropout1d>),
    ("StringLookup", load::<StringLookup>),
    ("Subtract", load::<Subtract>),
    ("TextVectorization", load::<TextVectorization>),
    ("TimeDistributed", load::<TimeDistributed>),
    ("UpSampling1D", load::<UpSampling1d>),
    ("ZeroPadding1D", load::<ZeroPadding1d>),
];

/// Keys of Keras that elman doesn't compute yet, or not in every class. They may stand in a file with
/// the value that leaves them off; any other value is refused.
const NOT_SUPPORTED_YET: &[(&str, Off)] = &[
    ("lora_rank", Off::Null),
    ("quantization_config", Off::Null),
    ("ragged", Off::False),
    ("renorm", Off::False),
    ("rms_scaling", Off::False),
    ("sparse", Off::False),
    ("time_major", Off::False),
    ("weights", Off::Null),
];

/// Keys that change no result: hints for Keras's backends, and leftovers of older versions.
const WITHOUT_MEANING: &[&str] = &[
    "autocast",
    "batch_input_shape",
    "batch_shape",
    "data_format",
    // How attention is computed, not what.
    "flash_attention",
    "implementation",
    "input_length",
    // A factor of what `lora_rank` turns on.
    "lora_alpha",
    "optional",
    "registered_name",
    // They say how to renormalize, which `renorm` turns on.
    "renorm_clipping",
    "renorm_momentum",
    "seed",
    // How several devices share statistics; here is one.
    "synchronized",
    "use_cudnn",
];

#[derive(Clone, Copy)]
enum Off {
    Null,
    False,
}

impl Off {
    fn is(self, value: &Value) -> bool {
        match self {
            Off::Null => value.is_null(),
            Off::False => value.is_null() || value == &Value::Bool(false),
        }
    }
}

fn load<L: Layer + DeserializeOwned>(
    config: &Map<String, Value>,
) -> serde_json::Result<Box<dyn Layer>> {
    Ok(Box::new(L::deserialize(config)?))
}

/// The class names that [`layer_from_config`] knows, in alphabetical order.
///
/// ```
/// assert!(elman::layers::layer_classes().any(|class| class == "LSTM"));
/// ```
pub fn layer_classes() -> impl Iterator<Item = &'static str> {
    CLASSES.iter().map(|(class, _)| *class)
}

/// The layer of a class name and a configuration under Keras's keys.
///
/// # Errors
/// [`Error::Unknown`] for a class that elman doesn't have, [`Error::Unsupported`] for an option
/// that it doesn't compute yet, [`Error::Config`] for a key that is missing, unknown or of the
/// wrong type.
pub fn layer_from_config(class_name: &str, config: &Map<String, Value>) -> Result<Box<dyn Layer>> {
    let name = config.get("name").and_then(Value::as_str).unwrap_or_default();
    // A layer in another one may have no name yet.
    let place = match name {
        "" => format!("layer ({class_name})"),
        name => format!("layer \"{name}\" ({class_name})"),
    };
    let Some((_, load)) = CLASSES.iter().find(|(class, _)| *class == class_name) else {
        return Err(Error::Unknown {
            what: "layer class",
            name: class_name.into(),
            known: layer_classes().collect::<Vec<_>>().join(", "),
        });
    };
    let options = Options::of(place, config);
    let layer = load(config).map_err(|error| Error::Config {
        place: options.place().into(),
        problem: blame(*load, config, &error.to_string()),
    })?;
    options.check_known(&layer.config())?;
    if layer.base().dtype.is_text() && class_name != "InputLayer" {
        let problem = "dtype = string is for inputs alone".into();
        return Err(Error::Config { place: options.place().into(), problem });
    }
    Ok(layer)
}

/// The keys of a configuration, of which a class takes those that it knows.
pub(crate) struct Options<'a> {
    place: String,
    config: &'a Map<String, Value>,
}

impl<'a> Options<'a> {
    pub fn of(place: String, config: &'a Map<String, Value>) -> Options<'a> {
        Options { place, config }
    }

    /// What the configuration belongs to, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Refuses what elman doesn't compute, and a key that the class did not take and that nobody
    /// knows: it may change what the model computes.
    pub fn check_known(&self, taken: &Map<String, Value>) -> Result<()> {
        for (key, off) in NOT_SUPPORTED_YET {
            // A class that computes it says so, too.
            let is_on = |value: &&Value| !off.is(value) && taken.get(*key) != Some(value);
            if let Some(value) = self.config.get(*key).filter(is_on) {
                return Err(Error::Unsupported {
                    place: self.place.clone(),
                    option: format!("{key} = {value}"),
                    advice: "a model without this option can be used".into(),
                });
            }
        }
        let is_known = |(key, value): (&String, &Value)| {
            taken.contains_key(key)
                // Where a class takes it, it writes it as well.
                || key == "activity_regularizer" && value.is_null()
                || WITHOUT_MEANING.contains(&key.as_str())
                || NOT_SUPPORTED_YET.iter().any(|(other, _)| other == key)
        };
        match self.config.iter().find(|pair| !is_known(*pair)) {
            None => Ok(()),
            Some((key, _)) => Err(Error::Config {
                place: self.place.clone(),
                problem: format!(
                    "key `{key}` is unknown, so elman can't tell what the layer computes"
                ),
            }),
        }
    }
}

/// What is wrong with a configuration, with the key: the one without which the problem is another.
fn blame(load: Load, config: &Map<String, Value>, problem: &str) -> String {
    // In the words of JSON instead of Rust's.
    let said = problem.replace("expected usize", "expected a non-negative integer");
    let guilty = config.keys().find(|key| {
        let mut without = config.clone();
        without.shift_remove(*key);
        load(&without).err().is_none_or(|error| error.to_string() != problem)
    });
    match guilty {
        // Some problems name it themselves.
        Some(key) if !said.contains(key.as_str()) => format!("`{key}`: {said}"),
        _ => said,
    }
}

/// A layer as Keras writes it: `{"module", "class_name", "config", "registered_name"}`.
pub(crate) fn layer_to_object(layer: &dyn Layer) -> Value {
    let mut config = layer.config();
    let own = config.shift_remove(KERAS_2_MASKS);
    let mut object = json!({
        "module": layer.module(),
        "class_name": layer.class_name(),
        "config": config,
        "registered_name": layer.registered_name(),
    });
    if let Some(own) = own {
        // Keras refuses keys that it doesn't know in a configuration, and reads none beside it.
        object[KERAS_2_MASKS] = own;
    }
    object
}

/// Whether a class that files may name is meant by a name that it is registered by: Keras's classes
/// have none or their own, elman's stand in its name.
pub(crate) fn is_registered_as(class_name: &str, registered: Option<&str>) -> bool {
    registered.is_none_or(|name| {
        name == class_name || name.strip_prefix("elman>").is_some_and(|name| name == class_name)
    })
}

/// The layer of an object as [`layer_to_object`] writes it.
pub(crate) fn layer_from_object(object: &Value) -> Result<Box<dyn Layer>> {
    let part = |key: &str| {
        object.get(key).ok_or_else(|| Error::Config {
            place: "layer".into(),
            problem: format!("an object with `{key}` is expected, got {object}"),
        })
    };
    let class_name = part("class_name")?.as_str().unwrap_or_default();
    // A class of the user's own may share the name of one of Keras's; it is not the same.
    if let Some(registered) = object.get("registered_name").and_then(Value::as_str)
        && !is_registered_as(class_name, Some(registered))
    {
        return Err(Error::Unsupported {
            place: format!("layer class {class_name}"),
            option: format!("the custom class `{registered}`"),
            advice: "only Keras's own layers and elman's can be read from files".into(),
        });
    }
    let config = part("config")?;
    let config = config.as_object().ok_or_else(|| Error::Config {
        place: format!("layer {class_name}"),
        problem: format!("`config` must be an object, got {config}"),
    })?;
    match object.get(KERAS_2_MASKS) {
        None => layer_from_config(class_name, config),
        Some(own) => {
            let mut config = config.clone();
            config.insert(KERAS_2_MASKS.into(), own.clone());
            layer_from_config(class_name, &config)
        }
    }
}

impl Serialize for Box<dyn Layer> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        layer_to_object(&**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Box<dyn Layer> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Value::deserialize(deserializer)?;
        layer_from_object(&object).map_err(D::Error::custom)
    }
}
