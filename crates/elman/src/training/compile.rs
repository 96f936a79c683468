//! What a model needs for training: optimizer, loss, metrics.

use serde_json::{Map, Value, json};

use super::losses::{self, IntoLoss, Loss};
use super::metrics::{self, Metric};
use super::optimizers::{self, IntoOptimizer, Optimizer, OptimizerState};
use crate::models::Model;
use crate::parameters::Parameters;
use crate::{Error, Result};

/// The arguments of [`Model::compile_with`]: an optimizer, a loss and any number of metrics, the
/// user's own among them.
#[derive(Clone)]
pub struct Compile {
    optimizer: Box<dyn Optimizer>,
    loss: Box<dyn Loss>,
    metrics: Vec<Box<dyn Metric>>,
    weighted_metrics: Vec<Box<dyn Metric>>,
}

impl Compile {
    /// An optimizer and a loss, by Keras's name or as objects.
    ///
    /// # Errors
    /// An unknown name, or an argument of the optimizer that is out of range.
    pub fn new(optimizer: impl IntoOptimizer, loss: impl IntoLoss) -> Result<Compile> {
        let (optimizer, loss) = (optimizer.into_optimizer()?, loss.into_loss()?);
        optimizer.check()?;
        Ok(Compile { optimizer, loss, metrics: Vec::new(), weighted_metrics: Vec::new() })
    }

    /// Adds a metric.
    pub fn metric(mut self, metric: impl Metric) -> Compile {
        self.metrics.push(Box::new(metric));
        self
    }

    /// Adds a metric that weighs samples as the loss does (Keras's `weighted_metrics`).
    pub fn weighted_metric(mut self, metric: impl Metric) -> Compile {
        self.weighted_metrics.push(Box::new(metric));
        self
    }
}

/// A compiled model's optimizer with its state, loss and metrics.
#[derive(Clone)]
pub(crate) struct Compiled {
    pub optimizer: Box<dyn Optimizer>,
    pub state: OptimizerState,
    pub loss: Box<dyn Loss>,
    pub metrics: Vec<Box<dyn Metric>>,
    pub weighted_metrics: Vec<Box<dyn Metric>>,
}

impl Compiled {
    /// Keras's `compile_config`.
    pub fn to_object(&self) -> Value {
        let list = |metrics: &[Box<dyn Metric>]| match metrics {
            [] => Value::Null,
            metrics => metrics.iter().map(|metric| metric.to_object()).collect(),
        };
        json!({
            "optimizer": optimizers::to_object(&*self.optimizer),
            "loss": losses::to_object(&*self.loss),
            "loss_weights": null,
            "metrics": list(&self.metrics),
            "weighted_metrics": list(&self.weighted_metrics),
            "run_eagerly": false,
            "steps_per_execution": 1,
            "jit_compile": false,
        })
    }

    /// The compilation that a `compile_config` describes; `None` if it is empty.
    pub fn from_object(object: &Map<String, Value>) -> Result<Option<Compiled>> {
        let (Some(optimizer), Some(loss)) = (object.get("optimizer"), object.get("loss")) else {
            return Ok(None);
        };
        if loss.is_null() {
            return Ok(None);
        }
        if let Some(weights) = object.get("loss_weights").filter(|weights| !weights.is_null()) {
            return Err(Error::Unsupported {
                place: "compile_config".into(),
                option: format!("loss_weights = {weights}"),
                advice: "compile the model anew without them".into(),
            });
        }
        let (mut found, mut weighted) = (Vec::new(), Vec::new());
        collect_metrics(object.get("metrics").unwrap_or(&Value::Null), &mut found)?;
        collect_metrics(object.get("weighted_metrics").unwrap_or(&Value::Null), &mut weighted)?;
        Ok(Some(Compiled {
            optimizer: optimizers::from_object(optimizer)?,
            state: OptimizerState::default(),
            loss: losses::from_object(loss)?,
            metrics: found,
            weighted_metrics: weighted,
        }))
    }

    /// What a summary counts as optimizer parameters, once there is a state: the slots, and the
    /// step counter (an int64, Keras on TensorFlow) and the learning rate.
    pub fn summary_params(&self, parameters: &Parameters) -> Option<(usize, usize)> {
        let slots = self.state.slot_values(parameters);
        self.state.is_built().then_some((slots + 2, 4 * slots + 8 + 4))
    }
}

/// Metrics may stand in a list, in a list of lists (one per output), or alone.
fn collect_metrics(value: &Value, found: &mut Vec<Box<dyn Metric>>) -> Result<()> {
    match value {
        Value::Null => {}
        Value::Array(list) => list.iter().try_for_each(|v| collect_metrics(v, found))?,
        Value::String(name) => found.push(metrics::get(name)?),
        object => {
            let class = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
            let config = &object["config"];
            // Keras writes its metric functions as {"class_name": "function", "config": "mae"}.
            let name = if class == "function" { config.as_str() } else { config["name"].as_str() };
            let metric = metrics::get(name.unwrap_or(class)).or_else(|_| metrics::get(class))?;
            found.push(metric);
        }
    }
    Ok(())
}

impl Model {
    /// Gives the model an optimizer, a loss and metrics, by Keras's names or as objects. The
    /// optimizer starts anew.
    ///
    /// # Errors
    /// An unknown name, or an argument of the optimizer that is out of range.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Dense::new(1).input_shape([3]))?;
    /// model.compile("adam", "mse", &["mae"])?;
    /// model.compile(Sgd { momentum: 0.9, ..Sgd::new(0.1) }, MeanSquaredError, &[])?;
    /// assert!(model.compile("adma", "mse", &[]).unwrap_err().to_string().contains("adam, rmsprop"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn compile(
        &mut self,
        optimizer: impl IntoOptimizer,
        loss: impl IntoLoss,
        metrics: &[&str],
    ) -> Result<()> {
        let mut compile = Compile::new(optimizer, loss)?;
        for name in metrics {
            compile.metrics.push(metrics::get(name)?);
        }
        self.compile_with(compile);
        Ok(())
    }

    /// As [`Model::compile`], with metrics of the user's own.
    pub fn compile_with(&mut self, compile: Compile) {
        let Compile { optimizer, loss, metrics, weighted_metrics } = compile;
        let state = OptimizerState::default();
        self.compiled = Some(Compiled { optimizer, state, loss, metrics, weighted_metrics });
    }

    /// As [`Model::compile`], from Keras's `compile_config`: an object with `optimizer`, `loss` and
    /// `metrics`, each a name or a serialized object.
    ///
    /// # Errors
    /// An unknown name or an option that elman doesn't have.
    pub fn compile_from_json(&mut self, object: &Value) -> Result<()> {
        let empty = Map::new();
        self.compiled = Compiled::from_object(object.as_object().unwrap_or(&empty))?;
        match self.is_compiled() {
            true => Ok(()),
            false => Err(Error::Config {
                place: "compile".into(),
                problem: "an object with `optimizer` and `loss` is expected".into(),
            }),
        }
    }

    /// Whether the model has an optimizer and a loss.
    pub fn is_compiled(&self) -> bool {
        self.compiled.is_some()
    }

    /// The optimizer.
    ///
    /// # Errors
    /// [`Error::NotCompiled`].
    pub fn optimizer(&self) -> Result<&dyn Optimizer> {
        Ok(&*self.compiled()?.optimizer)
    }

    /// Changes the learning rate; the optimizer's state stays.
    ///
    /// # Errors
    /// [`Error::NotCompiled`], or a rate that is negative or not finite.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        let compiled = self.compiled_mut()?;
        let old = compiled.optimizer.learning_rate();
        compiled.optimizer.set_learning_rate(learning_rate);
        compiled.optimizer.check().inspect_err(|_| compiled.optimizer.set_learning_rate(old))
    }

    /// The optimizer's step counter and slots.
    ///
    /// # Errors
    /// [`Error::NotCompiled`].
    pub fn optimizer_state(&self) -> Result<&OptimizerState> {
        Ok(&self.compiled()?.state)
    }

    pub(crate) fn compiled(&self) -> Result<&Compiled> {
        self.compiled.as_ref().ok_or_else(|| self.not_compiled())
    }

    pub(crate) fn compiled_mut(&mut self) -> Result<&mut Compiled> {
        let error = self.not_compiled();
        self.compiled.as_mut().ok_or(error)
    }

    fn not_compiled(&self) -> Error {
        let because = self.not_compiled_because.as_deref();
        Error::NotCompiled {
            model: self.name().into(),
            reason: because.map_or_else(String::new, |because| format!(" ({because})")),
        }
    }
}
