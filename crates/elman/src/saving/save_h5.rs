//! Writing legacy `.h5` files.

use std::path::Path;

use elman_files::{Array, LegacyH5, NamedArrays, atomic};
use serde_json::{Value, json};

use super::legacy::in_legacy_order;
use super::save::{array, optimizer_variables};
use super::{KERAS_VERSION, generations};
use crate::layers::Assets;
use crate::models::{Kind, Model};
use crate::training::metrics;
use crate::training::optimizers::{self, WeightInfo};
use crate::{Error, Parameters, Result};

/// The version of TF-Keras whose files elman writes for Keras 2.
const TF_KERAS_VERSION: &str = "2.21.0";

/// Which Keras a legacy `.h5` file is for: neither opens the other's, since layers have other
/// arguments in each.
///
/// Keras 3.15 opens what is for it, but doesn't go on training from the optimizer's state in any
/// `.h5` file, its own included (it makes an optimizer for no weights, which then refuses to train).
/// So elman notes the state where Keras 3 doesn't look: there, training starts with a new optimizer;
/// in elman it goes on. `.keras` files have no such trouble. TF-Keras 2 goes on from what is for it,
/// but for Adafactor and Nadam, of which it keeps another state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum H5For {
    /// Keras 3.
    #[default]
    Keras3,
    /// TF-Keras 2, and Keras 2 as far as it knows the layers.
    Keras2,
}

impl Model {
    /// Writes the model as a legacy `.h5` file, with its weights, its compilation and the
    /// optimizer's state, in one step. [`Model::save`] does so for Keras 3 where a path ends in
    /// `.h5`. The same model gives the same bytes.
    ///
    /// # Errors
    /// [`Error::NotBuilt`](crate::Error::NotBuilt);
    /// [`Error::Unsupported`](crate::Error::Unsupported) for what a file of Keras 2 can't say.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::H5For;
    /// # let path = std::env::temp_dir().join(format!("elman-h5-{}.h5", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(3).input_shape([5, 2]))?;
    /// model.save_h5(&path, H5For::Keras2)?; // tf_keras.models.load_model opens it
    /// let x = ndarray::Array3::<f32>::ones((1, 5, 2));
    /// assert_eq!(elman::load_model(&path)?.predict(&x)?, model.predict(&x)?);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn save_h5(&self, path: impl AsRef<Path>, keras: H5For) -> Result<()> {
        let bytes = legacy(self, keras)?.to_store().to_h5()?;
        Ok(atomic::write(path.as_ref(), &bytes)?)
    }
}

/// The contents of a whole-model file.
fn legacy(model: &Model, keras: H5For) -> Result<LegacyH5> {
    if model.built()?.graph().assets()? != Assets::new() {
        return Err(Error::Unsupported {
            place: format!("model {}", model.name()),
            option: "a vocabulary in an .h5 file, which has no place for it,".into(),
            advice: "save it as .keras, or give the tokens as the argument `vocabulary`".into(),
        });
    }
    let mut file = weights(model, keras)?;
    let object = model.to_json();
    let (config, training) = match keras {
        H5For::Keras2 if model.kind() == Kind::Sequential && model.output_shapes().len() > 1 => {
            return Err(generations::unsupported("a Sequential with several outputs"));
        }
        H5For::Keras2 => {
            (generations::downgrade(&object)?, compile_config(model, generations::training_config)?)
        }
        H5For::Keras3 => (
            json!({ "class_name": object["class_name"], "config": plain_layers(&object["config"]) }),
            compile_config(model, |compile| Ok(training_config(compile)))?,
        ),
    };
    file.model_config = Some(config.to_string());
    file.training_config = training.map(|training| training.to_string());
    if let Some(compiled) = &model.compiled {
        let with_rate = keras == H5For::Keras3;
        let variables = optimizer_variables(compiled, model.built()?.parameters(), with_rate);
        let optimizer = optimizers::name(&*compiled.optimizer);
        let suffix = if keras == H5For::Keras2 { ":0" } else { "" };
        let named = |(i, array): (usize, Array)| match i {
            0 => (format!("{optimizer}/iteration{suffix}"), array),
            i => (format!("{optimizer}/{i}{suffix}"), array),
        };
        let variables = variables.into_iter().enumerate().map(named).collect();
        match keras {
            H5For::Keras2 => file.optimizer = Some(variables),
            H5For::Keras3 => file.optimizer_aside = Some(variables),
        }
    }
    Ok(file)
}

fn compile_config(model: &Model, write: impl Fn(&Value) -> Result<Value>) -> Result<Option<Value>> {
    model.compiled.as_ref().map(|compiled| write(&compiled.to_object())).transpose()
}

/// A `compile_config` as Keras 3 reads it from `.h5` files, where it finds metrics by their classes
/// alone, but those that shapes decide.
fn training_config(compile: &Value) -> Value {
    let mut training = compile.clone();
    for key in ["metrics", "weighted_metrics"] {
        name_classes(&mut training[key]);
    }
    if let Some(training) = training.as_object_mut()
        && let Some(optimizer) = training.shift_remove("optimizer")
    {
        let optimizer =
            json!({ "class_name": optimizer["class_name"], "config": optimizer["config"] });
        training.insert("optimizer_config".into(), optimizer);
    }
    training
}

fn name_classes(metric: &mut Value) {
    match metric {
        Value::Array(list) => list.iter_mut().for_each(name_classes),
        Value::String(name) => {
            if let Some(class) = metrics::class_of(name).filter(|_| !metrics::by_shape(name)) {
                *metric = json!({
                    "module": "keras.metrics",
                    "class_name": class,
                    "config": { "name": name },
                    "registered_name": null,
                });
            }
        }
        _ => {}
    }
}

/// The layers of a configuration without the modules that Keras 3 leaves out in `.h5` files.
fn plain_layers(config: &Value) -> Value {
    let mut config = config.clone();
    for layer in config.get_mut("layers").and_then(Value::as_array_mut).into_iter().flatten() {
        // Keras finds a class of somebody's own by these alone.
        if layer
            .get("registered_name")
            .is_some_and(|name| !name.is_null() && *name != layer["class_name"])
        {
            continue;
        }
        let inner = plain_layers(&layer["config"]);
        if let Some(layer) = layer.as_object_mut() {
            layer.shift_remove("module");
            layer.shift_remove("registered_name");
            layer.insert("config".into(), inner);
        }
    }
    config
}

/// The weights of a model by layers, as a file of weights alone has them.
pub(super) fn weights(model: &Model, keras: H5For) -> Result<LegacyH5> {
    let network = model.built()?;
    let parameters = network.parameters();
    let layers = network.layers().iter().enumerate().map(|(index, layer)| {
        let prefix = match keras {
            H5For::Keras3 => format!("{}/", model.name()),
            H5For::Keras2 => String::new(),
        };
        (layer.base().name().to_owned(), named(parameters, index, &prefix, keras))
    });
    let version = if keras == H5For::Keras3 { KERAS_VERSION } else { TF_KERAS_VERSION };
    Ok(LegacyH5 {
        keras_version: Some(version.into()),
        backend: Some("tensorflow".into()),
        layers: layers.collect(),
        ..LegacyH5::default()
    })
}

/// A layer's weights with their paths, which differ: equal ones get a number.
fn named(parameters: &Parameters, layer: usize, prefix: &str, keras: H5For) -> NamedArrays {
    let mut arrays = NamedArrays::new();
    for entry in in_legacy_order(parameters, layer) {
        let path = format!("{prefix}{}", WeightInfo::new(parameters, entry).path());
        let suffix = if keras == H5For::Keras2 { ":0" } else { "" };
        let name = |number: usize| match number {
            0 => format!("{path}{suffix}"),
            number => format!("{path}_{number}{suffix}"),
        };
        let is_free = |name: &String| !arrays.iter().any(|(other, _)| other == name);
        let name = (0..).map(name).find(is_free).unwrap_or_default();
        arrays.push((name, array(&parameters.tensor(entry))));
    }
    arrays
}
