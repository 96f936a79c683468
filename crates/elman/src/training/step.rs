//! One batch: forward, loss, backward, update.

use super::data::Data;
use super::history::Logs;
use super::losses::row_weights;
use super::metrics::{Mean, Metric};
use crate::models::Model;
use crate::{Context, Error, Result, Tensor};

/// The running loss and metrics of an epoch or an evaluation.
pub(super) struct Running {
    loss: Mean,
    metrics: Vec<Box<dyn Metric>>,
    weighted_metrics: Vec<Box<dyn Metric>>,
}

impl Running {
    pub fn new(model: &Model) -> Result<Running> {
        let compiled = model.compiled()?;
        for layer in model.layers() {
            let config = serde_json::Value::Object(layer.config());
            if let Some(option) = crate::layers::training_only_option(&config) {
                return Err(Error::Unsupported {
                    place: layer.place(),
                    option: format!("training with {option}"),
                    advice: "the model predicts as it is; to train it, leave the option out".into(),
                });
            }
        }
        let (mut metrics, mut weighted_metrics) =
            (compiled.metrics.clone(), compiled.weighted_metrics.clone());
        metrics.iter_mut().chain(&mut weighted_metrics).for_each(|metric| metric.reset());
        Ok(Running { loss: Mean::default(), metrics, weighted_metrics })
    }

    /// The means so far, sorted by name as in Keras.
    pub fn logs(&self) -> Logs {
        let mut logs: Logs =
            self.metrics.iter().map(|m| (m.name().to_owned(), m.result())).collect();
        for metric in &self.weighted_metrics {
            // As in Keras, where the same metric is there without weights too.
            let twin = self.metrics.iter().any(|other| other.name() == metric.name());
            let prefix = if twin { "weighted_" } else { "" };
            logs.push((format!("{prefix}{}", metric.name()), metric.result()));
        }
        logs.push(("loss".into(), self.loss.result()));
        logs.sort_by(|a, b| a.0.cmp(&b.0));
        logs
    }

    fn update(&mut self, loss: f64, batch: &Data, y_pred: &Tensor) -> Result<()> {
        self.loss.add(loss, batch.samples() as f64);
        self.metrics.iter_mut().try_for_each(|metric| metric.update(&batch.y, y_pred, None))?;
        let weights = batch.weights.as_ref();
        self.weighted_metrics.iter_mut().try_for_each(|m| m.update(&batch.y, y_pred, weights))
    }
}

/// The only output of a model, which losses are for.
fn single_output(model: &Model, mut outputs: Vec<Tensor>) -> Result<Tensor> {
    if outputs.len() == 1 {
        return Ok(outputs.remove(0));
    }
    Err(Error::Arity {
        model: model.name().into(),
        what: "outputs",
        call: "training",
        expected: 1,
        got: outputs.len(),
        advice: "a model whose last layer has one output",
    })
}

/// Computes loss and metrics of a batch, without changing anything.
pub(super) fn test(model: &Model, batch: &Data, running: &mut Running) -> Result<()> {
    let compiled = model.compiled()?;
    let inputs = [batch.x.clone()];
    let network = model.network_on(&inputs)?;
    let mut cx = Context::inference(network.parameters());
    let mut held = model.is_stateful().then(|| model.held.lock());
    if let Some(held) = &held {
        cx = cx.with_states((*held).clone());
    }
    let y_pred = single_output(model, network.forward(&inputs, &mut cx)?)?;
    if let Some(held) = &mut held {
        **held = cx.take_states();
    }
    let values = compiled.loss.evaluate(&batch.y, &y_pred)?.values;
    let weight = row_weights(&values, batch.weights.as_ref())?;
    let weighted = |(row, v): (usize, &crate::Float)| f64::from(*v) * f64::from(weight(row));
    let sum: f64 = values.data().iter().enumerate().map(weighted).sum();
    running.update(sum / values.len().max(1) as f64, batch, &y_pred)
}

/// Trains on a batch. A loss that is not finite is an error, and nothing has changed then;
/// `epoch` and `number` say where, counted from 1.
pub(super) fn train(
    model: &mut Model,
    batch: &Data,
    running: &mut Running,
    (epoch, number): (usize, usize),
) -> Result<()> {
    let compiled = model.compiled()?;
    let inputs = [batch.x.clone()];
    let network = model.network_on(&inputs)?;
    let seed = model.seed();
    let mut cx = Context::training(network.parameters(), seed, compiled.state.iterations())
        .with_states(model.states());
    cx.set_wants_input_gradients(false);
    let y_pred = single_output(model, network.forward(&inputs, &mut cx)?)?;
    let evaluated = compiled.loss.evaluate(&batch.y, &y_pred)?;
    let (loss, gradient) = evaluated.reduce(batch.weights.as_ref())?;
    if !loss.is_finite() {
        return Err(Error::LossNotFinite { loss, epoch, batch: number });
    }
    network.backward(&[Some(gradient)], &mut cx)?;
    let states = cx.take_states();
    let gradients = cx.into_gradients();
    running.update(loss, batch, &y_pred)?;
    *model.held.get_mut() = states;
    model.apply_gradients(&gradients)
}

impl Model {
    /// One step of the optimizer with these gradients, laid out like the weights.
    fn apply_gradients(&mut self, gradients: &[crate::Float]) -> Result<()> {
        // Taken out for the step, since it and the weights are both changed.
        let mut compiled = self.compiled.take();
        let stepped = match (&mut compiled, self.built_mut()) {
            (Some(compiled), Ok(network)) => {
                let parameters = network.parameters_mut();
                compiled.state.step(&*compiled.optimizer, parameters, gradients);
                Ok(())
            }
            (_, network) => network.map(|_| ()),
        };
        self.compiled = compiled;
        stepped
    }
}
