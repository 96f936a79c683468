//! Metrics as Keras writes them into `compile_config`.

use serde_json::{Map, Value, json};

use super::{MeanLoss, Metric, registry};
use crate::Result;
use crate::training::losses::{self, Arguments, Crossentropy, Loss};

/// A metric under its name: the string that Keras knows it by if it has no arguments, otherwise
/// an object.
pub(super) fn to_object(name: &str, class_name: &str, config: Value, is_default: bool) -> Value {
    if is_default && registry::class_of(name) == Some(class_name) {
        return name.into();
    }
    let mut all =
        Map::from_iter([("name".into(), name.into()), ("dtype".into(), json!("float32"))]);
    all.extend(config.as_object().cloned().unwrap_or_default());
    object(class_name, all)
}

fn object(class_name: &str, config: Map<String, Value>) -> Value {
    json!({
        "module": "keras.metrics",
        "class_name": class_name,
        "config": config,
        "registered_name": null,
    })
}

/// The mean of a loss: Keras's class for it, or the loss's function in a wrapper.
pub(super) fn mean_loss_to_object(name: &str, loss: &dyn Loss) -> Value {
    let snake = crate::names::snake_case(loss.class_name());
    if loss.class_name() == Crossentropy.class_name() {
        return if ["ce", "crossentropy"].contains(&name) { name.into() } else { snake.into() };
    }
    let mut config = loss.config();
    let class = registry::metric_of_loss(loss.class_name());
    // Keras's metrics have the loss's arguments, except the axis: one has none, and another writes
    // it where the loss doesn't.
    let has_axis = class != Some("BinaryCrossentropy");
    let is_last = config["axis"] == json!(-1);
    if let (Some(config), false, true) = (config.as_object_mut(), has_axis, is_last) {
        config.shift_remove("axis");
    }
    if class == Some("SparseCategoricalCrossentropy") {
        config["axis"] = json!(-1);
    }
    if let Some(class) = class.filter(|_| has_axis || is_last) {
        let arguments =
            Arguments { kind: "loss", class: loss.class_name().into(), config: Map::new() };
        let is_default = losses::make(arguments).is_ok_and(|plain| plain.config() == loss.config());
        return to_object(name, class, config, is_default);
    }
    let function = json!({
        "module": "builtins",
        "class_name": "function",
        "config": snake,
        "registered_name": "function",
    });
    let mut all = Map::from_iter([
        ("name".into(), name.into()),
        ("dtype".into(), json!("float32")),
        ("fn".into(), function),
    ]);
    all.extend(config.as_object().cloned().unwrap_or_default());
    object("MeanMetricWrapper", all)
}

/// The metric of a `compile_config`: a string, a function, or an object as Keras writes it.
///
/// # Errors
/// [`Error::Unknown`](crate::Error::Unknown) for a metric that isn't Keras's;
/// [`Error::Config`](crate::Error::Config) for a key that it doesn't have or needs, and for a value
/// of the wrong kind; [`Error::InvalidArgument`](crate::Error::InvalidArgument) and
/// [`Error::Unsupported`](crate::Error::Unsupported) for a value that can't be.
///
/// ```
/// use elman::training::metrics;
/// let object = serde_json::json!({ "class_name": "AUC", "config": { "curve": "PR" } });
/// let metric = metrics::from_object(&object)?;
/// assert_eq!(metric.name(), "auc");
/// assert_eq!(metric.to_object()["config"]["curve"], "PR");
/// # Ok::<(), elman::Error>(())
/// ```
pub fn from_object(value: &Value) -> Result<Box<dyn Metric>> {
    if let Some(name) = value.as_str() {
        return registry::get(name);
    }
    let mut arguments = Arguments::of_object("metric", value)?;
    let mut name = arguments.take("name").and_then(|name| name.as_str().map(str::to_owned));
    let mut is_function = value.get("class_name").is_some_and(|class| class == "function");
    if arguments.class == "MeanMetricWrapper" {
        name.get_or_insert_with(|| "mean_metric_wrapper".into());
        arguments.class = arguments.take_function("fn")?;
        is_function = true;
    }
    if !is_function {
        return registry::make(arguments, name.as_deref());
    }
    // As in Keras, functions are looked for among the losses first.
    let name = name.unwrap_or_else(|| arguments.class.clone());
    if losses::get(&arguments.class).is_err() {
        return registry::make_by_name(arguments, &name);
    }
    arguments.take_dtype()?;
    Ok(Box::new(MeanLoss::of(&name, losses::make(arguments)?)))
}
