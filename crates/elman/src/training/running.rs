//! The loss and the metrics while they add up over batches.

use super::compile::Compiled;
use super::data::Data;
use super::history::Logs;
use super::losses::Loss;
use super::metrics::{Mean, Metric};
use crate::models::Model;
use crate::{Error, Result, Tensor};

/// The running loss and metrics of an epoch or an evaluation.
pub(super) struct Running {
    loss: Mean,
    /// Each output's own, where there are several.
    of_outputs: Vec<Mean>,
    metrics: Vec<Vec<Box<dyn Metric>>>,
    weighted_metrics: Vec<Vec<Box<dyn Metric>>>,
    /// The names of the outputs, known with the first batch.
    names: Vec<String>,
}

impl Running {
    pub fn new(model: &Model) -> Result<Running> {
        let compiled = model.compiled()?;
        let (mut metrics, mut weighted_metrics) =
            (compiled.metrics.clone(), compiled.weighted_metrics.clone());
        for metric in metrics.iter_mut().chain(&mut weighted_metrics).flatten() {
            metric.reset();
        }
        let of_outputs = Vec::new();
        Ok(Running {
            loss: Mean::default(),
            of_outputs,
            metrics,
            weighted_metrics,
            names: Vec::new(),
        })
    }

    /// The means so far, sorted by name as in Keras. Those of one output of several begin with its
    /// name.
    pub fn logs(&self) -> Logs {
        let prefix = |output: usize| match self.names.len() {
            0 | 1 => String::new(),
            _ => format!("{}_", self.names[output]),
        };
        let mut logs: Logs = Vec::new();
        for (output, metrics) in self.metrics.iter().enumerate() {
            let name = |m: &dyn Metric| format!("{}{}", prefix(output), m.name());
            logs.extend(metrics.iter().map(|m| (name(&**m), m.result())));
        }
        for (output, metrics) in self.weighted_metrics.iter().enumerate() {
            for metric in metrics {
                let name = format!("{}{}", prefix(output), metric.name());
                // As in Keras, where the same metric is there without weights too.
                let twin = logs.iter().any(|(other, _)| *other == name);
                logs.push((if twin { format!("weighted_{name}") } else { name }, metric.result()));
            }
        }
        for (output, mean) in self.of_outputs.iter().enumerate() {
            logs.push((format!("{}loss", prefix(output)), mean.result()));
        }
        logs.push(("loss".into(), self.loss.result()));
        logs.sort_by(|a, b| a.0.cmp(&b.0));
        logs
    }

    /// Takes in a batch: the whole loss, those of the outputs, and what they were computed from.
    pub fn update(
        &mut self,
        model: &Model,
        total: f64,
        losses: &[Option<f64>],
        batch: &Data,
        y_pred: &[Tensor],
    ) -> Result<()> {
        if self.names.is_empty() {
            self.names = model.output_names();
        }
        let samples = batch.samples() as f64;
        self.loss.add(total, samples);
        if losses.iter().flatten().count() > 1 {
            self.of_outputs.resize(losses.len(), Mean::default());
            for (mean, loss) in self.of_outputs.iter_mut().zip(losses) {
                mean.add(loss.unwrap_or(0.0), samples);
            }
        }
        for (output, y_pred) in y_pred.iter().enumerate() {
            let Some(y) = batch.target(output) else { continue };
            for metric in self.metrics.get_mut(output).into_iter().flatten() {
                metric.update(y, y_pred, None)?;
            }
            let weights = batch.weights_of(output);
            for metric in self.weighted_metrics.get_mut(output).into_iter().flatten() {
                metric.update(y, y_pred, weights)?;
            }
        }
        Ok(())
    }
}

impl Compiled {
    /// The loss of each output of a model that gave so many.
    pub fn losses_for(&self, model: &Model, outputs: usize) -> Result<Vec<Option<&dyn Loss>>> {
        let given = self.losses.iter().map(|loss| loss.as_deref());
        match self.losses.len() {
            1 => Ok(std::iter::repeat_n(given.collect::<Vec<_>>()[0], outputs).collect()),
            n if n == outputs => Ok(given.collect()),
            n => Err(Error::Arity {
                model: model.name().into(),
                what: "outputs",
                call: "its losses",
                expected: n,
                got: outputs,
                advice: "one loss for all outputs, or one for each",
            }),
        }
    }

    /// How much the loss of an output counts.
    pub fn loss_weight(&self, output: usize) -> f64 {
        self.loss_weights.as_ref().and_then(|w| w.get(output).copied()).unwrap_or(1.0)
    }
}
