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
pub struct Compile(Compiled);

impl Compile {
    /// An optimizer and a loss, by Keras's name or as objects. The loss is for all outputs of the
    /// model.
    ///
    /// # Errors
    /// An unknown name, or an argument of the optimizer that is out of range.
    pub fn new(optimizer: impl IntoOptimizer, loss: impl IntoLoss) -> Result<Compile> {
        Compile::with_losses(optimizer, [Some(loss)])
    }

    /// An optimizer, and a loss for each output of the model; `None` leaves an output out.
    ///
    /// # Errors
    /// As [`Compile::new`], and a list without any loss.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::Compile;
    /// let x = Input::new([4, 3]).symbolic();
    /// let h = Gru::new(5).apply(&x)?;
    /// let (class, size) = (Dense::new(2).apply(&h)?, Dense::new(1).name("size").apply(&h)?);
    /// let mut model = Functional::new(&x, [&class, &size]).build()?;
    /// let losses = [Some("sparse_categorical_crossentropy"), Some("mse")];
    /// model.compile_with(Compile::with_losses("adam", losses)?.loss_weights([1.0, 0.5])?);
    /// let x = Tensor::zeros([2, 4, 3]);
    /// let y = [Tensor::zeros([2]), Tensor::zeros([2, 1])];
    /// let logs = model.train_on_batch(x, y)?;
    /// assert_eq!(logs[2].0, "size_loss");
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn with_losses<L: IntoLoss>(
        optimizer: impl IntoOptimizer,
        losses: impl IntoIterator<Item = Option<L>>,
    ) -> Result<Compile> {
        let optimizer = optimizer.into_optimizer()?;
        optimizers::check(&*optimizer)?;
        let losses: Result<Vec<_>> =
            losses.into_iter().map(|loss| loss.map(IntoLoss::into_loss).transpose()).collect();
        let losses = losses?;
        if losses.iter().flatten().next().is_none() {
            return Err(Error::InvalidArgument {
                place: "compile".into(),
                argument: "loss",
                expected: "a loss for one output or more".into(),
                got: format!("none for {} outputs", losses.len()),
            });
        }
        Ok(Compile(Compiled {
            optimizer,
            state: OptimizerState::default(),
            losses,
            loss_weights: None,
            metrics: Vec::new(),
            weighted_metrics: Vec::new(),
        }))
    }

    /// How much the loss of each output counts (1).
    ///
    /// # Errors
    /// A weight that is not finite.
    pub fn loss_weights(mut self, weights: impl IntoIterator<Item = f64>) -> Result<Compile> {
        let weights: Vec<f64> = weights.into_iter().collect();
        let losses = self.0.losses.len();
        if (losses > 1 && weights.len() != losses) || weights.iter().any(|w| !w.is_finite()) {
            return Err(Error::InvalidArgument {
                place: "compile".into(),
                argument: "loss_weights",
                expected: format!("a finite number for each of {losses} losses"),
                got: format!("{weights:?}"),
            });
        }
        self.0.loss_weights = Some(weights);
        Ok(self)
    }

    /// Adds a metric of the first output.
    pub fn metric(self, metric: impl Metric) -> Compile {
        self.output_metric(0, metric)
    }

    /// Adds a metric of an output, counted from 0.
    pub fn output_metric(mut self, output: usize, metric: impl Metric) -> Compile {
        add(&mut self.0.metrics, output, Box::new(metric));
        self
    }

    /// Adds a metric of the first output that weighs samples as the loss does (Keras's
    /// `weighted_metrics`).
    pub fn weighted_metric(self, metric: impl Metric) -> Compile {
        self.output_weighted_metric(0, metric)
    }

    /// Adds a metric of an output, counted from 0, that weighs samples as the loss does.
    pub fn output_weighted_metric(mut self, output: usize, metric: impl Metric) -> Compile {
        add(&mut self.0.weighted_metrics, output, Box::new(metric));
        self
    }
}

fn add(metrics: &mut Vec<Vec<Box<dyn Metric>>>, output: usize, metric: Box<dyn Metric>) {
    metrics.resize_with(metrics.len().max(output + 1), Vec::new);
    metrics[output].push(metric);
}

/// A compiled model's optimizer with its state, loss and metrics.
#[derive(Clone)]
pub(crate) struct Compiled {
    pub optimizer: Box<dyn Optimizer>,
    pub state: OptimizerState,
    /// One for all outputs, or one for each; `None` leaves an output out.
    pub losses: Vec<Option<Box<dyn Loss>>>,
    pub loss_weights: Option<Vec<f64>>,
    /// By output.
    pub metrics: Vec<Vec<Box<dyn Metric>>>,
    pub weighted_metrics: Vec<Vec<Box<dyn Metric>>>,
}

impl Compiled {
    /// Keras's `compile_config`.
    pub fn to_object(&self) -> Value {
        let of_output = |metrics: &Vec<Box<dyn Metric>>| match &metrics[..] {
            [] => Value::Null,
            metrics => metrics.iter().map(|metric| metric.to_object()).collect(),
        };
        let list = |metrics: &[Vec<Box<dyn Metric>>]| match metrics {
            metrics if metrics.iter().all(Vec::is_empty) => Value::Null,
            [one] => of_output(one),
            several => several.iter().map(of_output).collect(),
        };
        let object = |loss: &Option<Box<dyn Loss>>| {
            loss.as_ref().map_or(Value::Null, |loss| losses::to_object(&**loss))
        };
        json!({
            "optimizer": optimizers::to_object(&*self.optimizer),
            "loss": match &self.losses[..] {
                [one] => object(one),
                several => several.iter().map(object).collect(),
            },
            "loss_weights": self.loss_weights,
            "metrics": list(&self.metrics),
            "weighted_metrics": list(&self.weighted_metrics),
            "run_eagerly": false,
            "steps_per_execution": 1,
            "jit_compile": false,
        })
    }

    /// The compilation that a `compile_config` describes for a model with these outputs, asking `own`
    /// first for each of the metrics; `None` if it is empty.
    pub fn from_object_with(
        object: &Map<String, Value>,
        outputs: &[String],
        own: &mut OwnMetrics,
    ) -> Result<Option<Compiled>> {
        let (Some(optimizer), Some(loss)) = (object.get("optimizer"), object.get("loss")) else {
            return Ok(None);
        };
        if loss.is_null() {
            return Ok(None);
        }
        let by_output = ByOutput { outputs };
        let read = |loss: &Value| match loss {
            Value::Null => Ok(None),
            loss => losses::from_object(loss).map(Some),
        };
        let losses: Result<Vec<_>> = by_output.split(loss, false)?.into_iter().map(read).collect();
        let mut metrics = |key: &str| -> Result<Vec<Vec<Box<dyn Metric>>>> {
            let of_outputs = by_output.split(object.get(key).unwrap_or(&Value::Null), true)?;
            of_outputs.into_iter().map(|metrics| read_metrics(metrics, own)).collect()
        };
        Ok(Some(Compiled {
            optimizer: optimizers::from_object(optimizer)?,
            state: OptimizerState::default(),
            losses: losses?,
            loss_weights: by_output.weights(object.get("loss_weights").unwrap_or(&Value::Null))?,
            metrics: metrics("metrics")?,
            weighted_metrics: metrics("weighted_metrics")?,
        }))
    }

    /// What a summary counts as optimizer parameters, once there is a state: the slots, the step
    /// counter (an int64, Keras on TensorFlow) and the learning rate, if it is no schedule.
    pub fn summary_params(&self, parameters: &Parameters) -> Option<(usize, usize)> {
        let rate = usize::from(self.optimizer.base().learning_rate.constant().is_some());
        let values = rate + self.state.num_values(&*self.optimizer, parameters);
        self.state.is_built().then_some((values + 1, 4 * values + 8))
    }
}

/// How Keras says something for each output: in a list, or by the outputs' names.
struct ByOutput<'a> {
    outputs: &'a [String],
}

impl ByOutput<'_> {
    /// What is said for each output, or the one thing that is said. With `in_lists`, what is said
    /// for one output is a list itself.
    fn split<'v>(&self, value: &'v Value, in_lists: bool) -> Result<Vec<&'v Value>> {
        let is_object_itself = value.get("class_name").is_some();
        match value {
            Value::Object(named) if !is_object_itself => {
                if let Some(key) = named.keys().find(|key| !self.outputs.contains(key)) {
                    return Err(Error::Unknown {
                        what: "output",
                        name: key.clone(),
                        known: self.outputs.join(", "),
                    });
                }
                Ok(self
                    .outputs
                    .iter()
                    .map(|name| named.get(name).unwrap_or(&Value::Null))
                    .collect())
            }
            Value::Array(list) if !in_lists || self.outputs.len() > 1 => Ok(list.iter().collect()),
            // Keras wraps the list of the only output in another one when it saves some models.
            Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_array) => {
                Ok(list.iter().collect())
            }
            one => Ok(vec![one]),
        }
    }

    fn weights(&self, value: &Value) -> Result<Option<Vec<f64>>> {
        if value.is_null() {
            return Ok(None);
        }
        let number = |value: &Value| match value {
            Value::Null => Ok(1.0),
            value => value.as_f64().ok_or_else(|| Error::Config {
                place: "compile_config".into(),
                problem: format!("`loss_weights` must be numbers, got {value}"),
            }),
        };
        self.split(value, false)?.into_iter().map(number).collect::<Result<_>>().map(Some)
    }
}

/// Metrics of a program's own, by what stands for them: a name, or an object as Keras writes it.
pub type OwnMetrics<'a> = dyn FnMut(&Value) -> Option<Box<dyn Metric>> + 'a;

/// The metrics of one output: a list, one alone, or none.
fn read_metrics(value: &Value, own: &mut OwnMetrics) -> Result<Vec<Box<dyn Metric>>> {
    let mut read = |value: &Value| own(value).map_or_else(|| metrics::from_object(value), Ok);
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => list.iter().filter(|value| !value.is_null()).map(read).collect(),
        one => Ok(vec![read(one)?]),
    }
}

impl Model {
    /// Gives the model an optimizer, a loss and metrics, by Keras's names or as objects. The
    /// optimizer starts anew.
    ///
    /// # Errors
    /// An unknown name, or an argument of the optimizer that is out of range. With several outputs,
    /// a number of metrics other than theirs; see [`Compile`] for more than one metric each.
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
        let outputs = self.network().map_or(1, |network| network.output_shapes().len());
        if outputs > 1 && !metrics.is_empty() && metrics.len() != outputs {
            return Err(Error::Arity {
                model: self.name().into(),
                what: "outputs",
                call: "the list of metrics",
                expected: metrics.len(),
                got: outputs,
                advice: "a metric for each output, or `compile_with`",
            });
        }
        for (i, name) in metrics.iter().enumerate() {
            let output = if outputs > 1 { i } else { 0 };
            add(&mut compile.0.metrics, output, metrics::get(name)?);
        }
        self.compile_with(compile);
        Ok(())
    }

    /// As [`Model::compile`], with metrics of the user's own.
    pub fn compile_with(&mut self, compile: Compile) {
        self.compiled = Some(compile.0);
    }

    /// As [`Model::compile`], from Keras's `compile_config`: an object with `optimizer`, `loss` and
    /// `metrics`, each a name or a serialized object.
    ///
    /// # Errors
    /// An unknown name or an option that elman doesn't have.
    pub fn compile_from_json(&mut self, object: &Value) -> Result<()> {
        self.compile_from_json_with(object, &mut |_| None)
    }

    /// The same with metrics of one's own: each that `object` names or describes is asked for
    /// first, and looked for among elman's if that gives none.
    ///
    /// # Errors
    /// As [`Model::compile_from_json`].
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::metrics::{MeanOf, Metric};
    /// use serde_json::json;
    /// let mut model = Sequential::new();
    /// model.add(Dense::new(1).input_shape([1]))?;
    /// let object = json!({ "optimizer": "sgd", "loss": "mse", "metrics": ["mae", "mine"] });
    /// model.compile_from_json_with(&object, &mut |name| match name.as_str() {
    ///     Some("mine") => Some(Box::new(MeanOf::new("mine", |y, _| Ok(y.clone())))),
    ///     _ => None,
    /// })?;
    /// let logs = model.evaluate(array![[1.], [2.]], array![[0.], [3.]])?;
    /// assert_eq!(logs[2], ("mine".into(), 1.5));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn compile_from_json_with(&mut self, object: &Value, own: &mut OwnMetrics) -> Result<()> {
        let empty = Map::new();
        let object = object.as_object().unwrap_or(&empty);
        self.compiled = Compiled::from_object_with(object, &self.output_names(), own)?;
        match self.is_compiled() {
            true => Ok(()),
            false => Err(Error::Config {
                place: "compile".into(),
                problem: "an object with `optimizer` and `loss` is expected".into(),
            }),
        }
    }

    /// Leaves optimizer, loss and metrics aside, such as those of a file: as if the model had never
    /// been compiled.
    pub fn forget_compilation(&mut self) {
        (self.compiled, self.not_compiled_because) = (None, None);
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

    pub(crate) fn not_compiled(&self) -> Error {
        let because = self.not_compiled_because.as_deref();
        Error::NotCompiled {
            model: self.name().into(),
            reason: because.map_or_else(String::new, |because| format!(" ({because})")),
        }
    }
}
