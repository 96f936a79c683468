//! Event files for TensorBoard.

use std::path::PathBuf;
use std::time::Instant;

use elman_files::EventWriter;
use serde_json::{Value, json};

use super::{Callback, Moment};
use crate::models::Model;
use crate::training::{Logs, check};
use crate::{Result, Tensor};

/// Writes the course of a training as event files, which TensorBoard draws while it goes on:
/// `tensorboard --logdir logs`.
///
/// Files, tags and steps are Keras's. Those of the training lie in the folder `train`, those of the
/// validation in `validation`, a new file for each call of `fit`:
///
/// | tag | folder | step | when |
/// |---|---|---|---|
/// | `epoch_loss`, `epoch_accuracy`, … | both | epoch, from 0 | always |
/// | `epoch_learning_rate` | `train` | epoch | always |
/// | `evaluation_loss_vs_iterations`, … | `validation` | batches trained on | always |
/// | `batch_loss`, `batch_accuracy`, … | `train` | batch, from 1 | [`update_freq`](TensorBoard::update_freq) |
/// | `epoch_steps_per_second`, `batch_steps_per_second` | `train` | as above | [`write_steps_per_second`](TensorBoard::write_steps_per_second) |
/// | `sequential/gru/gru_cell/kernel/histogram`, … | `train` | epoch | [`histogram_freq`](TensorBoard::histogram_freq) |
/// | `keras` (the model's graph) | `train` | 0 | [`write_graph`](TensorBoard::write_graph) |
///
/// Keras: `keras.callbacks.TensorBoard`. Not there are `write_images`, `profile_batch` and
/// `embeddings_freq`, and of the graph only the one of layers is written, as in Keras on JAX: there
/// is no graph of operations. With an `update_freq` in batches, Keras loses the values of epochs
/// that don't end with such a batch; here they are always written.
///
/// # Errors
/// `fit` fails where a file can't be written, and with an `update_freq` of 0.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::TensorBoard;
/// # let folder = std::env::temp_dir().join(format!("elman-doc-board-{}", std::process::id()));
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile("sgd", "mse", &[])?;
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// let board = TensorBoard::new(&folder).histogram_freq(1);
/// model.fit(&x, &y, Fit::new().epochs(2).verbose(Verbose::Silent).callback(board))?;
/// assert_eq!(std::fs::read_dir(folder.join("train")).unwrap().count(), 1);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    log_dir: PathBuf,
    histogram_freq: usize,
    write_graph: bool,
    write_steps_per_second: bool,
    /// None for every epoch.
    update_freq: Option<usize>,
    train: Option<EventWriter>,
    validation: Option<EventWriter>,
    /// How many batches were trained on, over all epochs.
    batches: usize,
    batch_began: Option<Instant>,
    epoch_began: Option<(Instant, u64)>,
}

impl TensorBoard {
    /// Writes below that folder; Keras's default is `logs`.
    pub fn new(log_dir: impl Into<PathBuf>) -> TensorBoard {
        TensorBoard {
            log_dir: log_dir.into(),
            histogram_freq: 0,
            write_graph: true,
            write_steps_per_second: false,
            update_freq: None,
            train: None,
            validation: None,
            batches: 0,
            batch_began: None,
            epoch_began: None,
        }
    }

    /// After how many epochs to write a histogram of each weight (0: never).
    pub fn histogram_freq(mut self, epochs: usize) -> TensorBoard {
        self.histogram_freq = epochs;
        self
    }

    /// Whether to write the model's graph of layers (true).
    pub fn write_graph(mut self, write_graph: bool) -> TensorBoard {
        self.write_graph = write_graph;
        self
    }

    /// Whether to write how fast the training goes (false).
    pub fn write_steps_per_second(mut self, write_steps_per_second: bool) -> TensorBoard {
        self.write_steps_per_second = write_steps_per_second;
        self
    }

    /// After how many batches to write loss and metrics, beside those of each epoch. Keras's
    /// `update_freq="batch"` is 1.
    pub fn update_freq(mut self, batches: usize) -> TensorBoard {
        self.update_freq = Some(batches);
        self
    }

    /// The file of the training.
    fn train(&mut self) -> Result<&mut EventWriter> {
        open(&mut self.train, &self.log_dir, "train")
    }

    /// The file of the validation.
    fn validation(&mut self) -> Result<&mut EventWriter> {
        open(&mut self.validation, &self.log_dir, "validation")
    }

    fn write_histograms(&mut self, model: &Model, epoch: u64) -> Result<()> {
        let parameters = model.built()?.parameters();
        // As in Keras, where a chain builds its layers below its own name.
        let scope = match model.kind().class_name() {
            "Sequential" => format!("{}/", model.name()),
            _ => String::new(),
        };
        for entry in parameters.entries() {
            let path = crate::training::optimizers::WeightInfo::new(parameters, entry).path();
            let values = &parameters.values()[entry.range.clone()];
            let values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
            self.train()?.histogram(&format!("{scope}{path}/histogram"), &values, epoch)?;
        }
        Ok(())
    }
}

/// A file that is made when it is first needed, so that there are none without events.
fn open<'a>(
    file: &'a mut Option<EventWriter>,
    log_dir: &std::path::Path,
    name: &str,
) -> Result<&'a mut EventWriter> {
    match file {
        Some(writer) => Ok(writer),
        none => Ok(none.insert(EventWriter::create(&log_dir.join(name))?)),
    }
}

/// How many in a second; a time too short to be measured counts as a nanosecond.
fn per_second(count: f64, since: Instant) -> f32 {
    (count / since.elapsed().as_secs_f64().max(1e-9)) as f32
}

impl Callback for TensorBoard {
    fn on_train_begin(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        let freq = self.update_freq.unwrap_or(1);
        let expected = "\"epoch\", \"batch\" or a positive number of batches";
        check::require(freq > 0, "TensorBoard", "update_freq", expected, freq)?;
        (self.train, self.validation, self.batches) = (None, None, 0);
        let graph = self.write_graph.then(|| model.to_json().to_string());
        let writer = self.train()?;
        match graph {
            Some(json) => Ok(writer.keras_model("keras", &json, 0)?),
            None => Ok(()),
        }
    }

    fn on_epoch_begin(
        &mut self,
        _epoch: usize,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.epoch_began = Some((Instant::now(), model.optimizer_state()?.iterations()));
        Ok(())
    }

    fn on_train_batch_begin(
        &mut self,
        _batch: usize,
        _model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.batches += 1;
        self.batch_began = Some(Instant::now());
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        _batch: usize,
        logs: &Logs,
        _model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        if !self.update_freq.is_some_and(|every| self.batches.is_multiple_of(every)) {
            return Ok(());
        }
        let step = self.batches as u64;
        let began = self.batch_began.take().filter(|_| self.write_steps_per_second);
        let writer = self.train()?;
        if let Some(began) = began {
            writer.scalar("batch_steps_per_second", per_second(1.0, began), step)?;
        }
        for (name, value) in logs {
            writer.scalar(&format!("batch_{name}"), *value as f32, step)?;
        }
        Ok(())
    }

    fn on_test_end(&mut self, logs: &Logs, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        let step = model.optimizer_state()?.iterations();
        let writer = self.validation()?;
        for (name, value) in logs {
            let tag = format!("evaluation_{name}_vs_iterations");
            writer.scalar(&tag, *value as f32, step)?;
        }
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        let step = epoch as u64;
        let (rate, iterations) = (model.learning_rate()?, model.optimizer_state()?.iterations());
        let mut of_training: Vec<(&str, f32)> = Vec::new();
        for (name, value) in logs.iter().filter(|(name, _)| name != "learning_rate") {
            match name.strip_prefix("val_") {
                Some(name) => {
                    self.validation()?.scalar(&format!("epoch_{name}"), *value as f32, step)?;
                }
                None => of_training.push((name, *value as f32)),
            }
        }
        of_training.push(("learning_rate", rate as f32));
        let began = self.epoch_began.take().filter(|_| self.write_steps_per_second);
        if let Some((began, before)) = began {
            let steps = iterations.saturating_sub(before) as f64;
            of_training.push(("steps_per_second", per_second(steps, began)));
        }
        for (name, value) in of_training {
            self.train()?.scalar(&format!("epoch_{name}"), value, step)?;
        }
        if self.histogram_freq > 0 && epoch.is_multiple_of(self.histogram_freq) {
            self.write_histograms(model, step)?;
        }
        Ok(())
    }

    fn on_train_end(&mut self, _model: &mut Model, _moment: &mut Moment) -> Result<()> {
        (self.train, self.validation) = (None, None);
        Ok(())
    }

    fn state(&self) -> Value {
        json!({ "batches": self.batches })
    }

    fn set_state(&mut self, state: &Value, _tensors: Vec<Tensor>) -> Result<()> {
        self.batches = super::count(state, "batches");
        Ok(())
    }
}
