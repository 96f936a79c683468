//! `elman fit`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use elman::training::callbacks::BackupAndRestore;
use elman::training::{Fit as Arguments, History, StopReason, Verbose};
use elman_files::atomic;
use serde_json::{Value, json};

use crate::bptt::ThroughTime;
use crate::compilation::CompileConfig;
use crate::description::{Training, callbacks};
use crate::failure::{Failure, Result};
use crate::streams::{Batching, Files, Streaming};
use crate::terminal::Terminal;
use crate::values::{class_weight, count, fraction, loss, metric, optimizer, positive, rate, seed};
use crate::{arrays, interrupt, model, outputs};

/// Train a model and write it as a .keras file
#[derive(Args)]
#[command(after_help = HELP)]
pub struct Fit {
    /// A .keras file, to go on training it, or a TOML description
    model: PathBuf,
    /// The samples; once for each input of the model
    #[arg(long, value_name = "FILE", required = true)]
    x: Vec<PathBuf>,
    /// What the model should give; once for each of its outputs
    #[arg(long, value_name = "FILE", required = true)]
    y: Vec<PathBuf>,
    /// The trained model
    #[arg(long, value_name = "OUT.keras")]
    output: PathBuf,
    /// How many samples make a step
    #[arg(long, value_name = "N", default_value = "32", value_parser = positive, allow_negative_numbers = true)]
    batch_size: usize,
    /// How often to go through the samples
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive, allow_negative_numbers = true)]
    epochs: usize,
    /// The part of the samples, from their end, to evaluate on, not to train on
    #[arg(long, value_name = "F", default_value = "0", value_parser = fraction, allow_negative_numbers = true)]
    validation_split: f64,
    /// How much each sample, or each of its steps, counts; once for each output
    #[arg(long, value_name = "FILE")]
    sample_weight: Vec<PathBuf>,
    /// How much the samples of each class count, others as 1: 0:0.5,1:2
    #[arg(long, value_name = "CLASS:WEIGHT", value_delimiter = ',', value_parser = class_weight)]
    class_weight: Vec<(i64, f64)>,
    /// Take the samples in their order
    #[arg(long)]
    no_shuffle: bool,
    /// Fix what is random: new weights, dropout, the order of samples
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// A new optimizer, which starts anew: adam, rmsprop, sgd, adamw, nadam, …
    #[arg(long, value_name = "NAME", value_parser = optimizer)]
    optimizer: Option<String>,
    /// Another learning rate; the optimizer's state stays
    #[arg(long, value_name = "RATE", value_parser = rate, allow_negative_numbers = true)]
    learning_rate: Option<f64>,
    /// Another loss, by Keras's name: mse, sparse_categorical_crossentropy, …
    #[arg(long, value_name = "NAME", value_parser = loss)]
    loss: Option<String>,
    /// Other metrics, by Keras's names: mae,accuracy
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = metric)]
    metrics: Option<Vec<String>>,
    #[command(flatten)]
    streaming: Streaming,
    #[command(flatten)]
    through_time: ThroughTime,
    /// A callback: EarlyStopping(monitor=val_loss, patience=3); may be repeated
    #[arg(long, value_name = "CALLBACK")]
    callback: Vec<String>,
    /// A file with more callbacks, in tables [[callbacks]]
    #[arg(long, value_name = "FILE.toml")]
    callbacks: Option<PathBuf>,
    /// Write event files for TensorBoard below this folder
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
    /// Keep a backup in this folder, and go on from one that is there
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// How many steps to take between two backups (those of an epoch)
    #[arg(long, value_name = "N", requires = "resume", value_parser = positive, allow_negative_numbers = true)]
    backup_every: Option<usize>,
    /// Write loss and metrics of every epoch as JSON: {"loss": [0.9, 0.4], …}
    #[arg(long, value_name = "H.json")]
    history: Option<PathBuf>,
    /// Draw loss and metrics of every epoch
    #[arg(long, value_name = "LOSS.svg")]
    plot: Option<PathBuf>,
}

const HELP: &str = "\
Examples:
  elman fit model.toml --x x.npy --y y.npy --epochs 20 --output trained.keras
  elman fit trained.keras --x x.npy --y y.npy --epochs 5 --output better.keras
  elman fit model.toml --x x.npy --y y.npy --epochs 900 --resume backup --output trained.keras
  elman fit model.toml --x series.csv --y next.csv --sequence-length 24 --output trained.keras

A compiled .keras file goes on with its own optimizer and the optimizer's state;
what is given here replaces a part of that. Ctrl-C stops after the current batch
and writes the model as it is then (exit status 130). With --resume, the same
command goes on with a training that was stopped or killed, and ends with the
model that it would have ended with. With --stream, files may be larger than
memory; the model comes out the same. --checkpointed-bptt trains on longer
sequences in the same memory; each step takes a forward pass more.

A description of a new model, in Keras's names:
  name = \"digits\"           # optional, as is seed
  input_shape = [8, 8]      # without batch; \"None\" for an open size
  [[layers]]
  class_name = \"Bidirectional\"
  layer = { class_name = \"LSTM\", units = 16 }
  [[layers]]
  class_name = \"Dense\"
  units = 10
  activation = \"softmax\"
  [compile]
  optimizer = { class_name = \"Adam\", learning_rate = 0.01 }
  loss = \"sparse_categorical_crossentropy\"
  metrics = [\"accuracy\"]
  [fit]                     # optional, as are callbacks
  class_weight = { 0 = 0.5, 9 = 2.0 }
  checkpointed_bptt = true  # or a number, or truncated_bptt = 50
  [[callbacks]]
  class_name = \"EarlyStopping\"
  monitor = \"val_loss\"
  patience = 3

Callbacks are Keras's: BackupAndRestore, CSVLogger, EarlyStopping,
LearningRateScheduler (with a schedule, which counts epochs), ModelCheckpoint,
ReduceLROnPlateau, SwapEMAWeights, TensorBoard, TerminateOnNaN. They run in the
order of the description, of --callbacks, of --callback, --tensorboard.

Arrays are .npy, .npz (file.npz:key) or .csv files. A .csv file is a table; for
a model that takes sequences, each row is cut into steps, features fastest:
1,2,3,4,5,6 for (3, 2) is [[1, 2], [3, 4], [5, 6]].";

impl Fit {
    /// Trains the model and writes what came of it.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        self.check_outputs()?;
        let given = self.given_callbacks()?;
        let mut opened = model::open_with(&self.model, self.compile_config(), self.seed, terminal)?;
        let files = Files { x: &self.x, y: &self.y };
        let x = match self.streaming.is_on() {
            true => self.streaming.first_inputs(&files, &opened.model)?,
            false => arrays::all_inputs(&self.x, "--x", &opened.model, terminal)?,
        };
        opened.build_for(&x)?;
        opened.check_compiled("give --loss or, in a description, a table [compile]")?;
        let (mut model, training) = (opened.model, opened.training);
        if let Some(rate) = self.learning_rate {
            model.set_learning_rate(rate)?;
        }
        let arguments = Arguments::new()
            .epochs(self.epochs)
            .verbose(if terminal.is_quiet() { Verbose::Silent } else { Verbose::Auto })
            .stop_when(interrupt::flag(*terminal)?);
        let arguments = self.weigh(arguments, &training, &model)?;
        let arguments = match self.through_time.or(training.bptt) {
            Some(bptt) => bptt.apply(arguments),
            None => arguments,
        };
        let callbacks: Vec<Value> = training.callbacks.into_iter().chain(given).collect();
        let arguments = self.call_back(arguments, &callbacks)?;
        let history = match self.streaming.is_on() {
            true => {
                let batching = Batching {
                    batch_size: self.batch_size,
                    shuffle: (!self.no_shuffle).then(|| model.seed()),
                    validation_split: self.validation_split,
                };
                let (data, validation) = self.streaming.batches(&files, &model, &batching)?;
                model.fit_dataset(
                    data,
                    match validation {
                        Some(validation) => arguments.validation_dataset(validation),
                        None => arguments,
                    },
                )
            }
            false => {
                let y = arrays::all_targets(&self.y, "--y", &model, terminal)?;
                let arguments = arguments
                    .batch_size(self.batch_size)
                    .validation_split(self.validation_split)
                    .shuffle(!self.no_shuffle);
                model.fit(x, y, arguments)
            }
        };
        let history = history.inspect_err(|_| {
            terminal.note(format_args!("{} is not written", self.output.display()));
        })?;
        model.save(&self.output)?;
        terminal.note(format_args!("wrote {}", self.output.display()));
        self.write_history(&history, terminal)?;
        if let Some(path) = self.plot.as_ref().filter(|_| !history.epochs().is_empty()) {
            atomic::write(path, elman::plot::history(&history)?.as_bytes())?;
            terminal.note(format_args!("wrote {}", path.display()));
        }
        if history.stopped() == Some(&StopReason::Interrupted) {
            let (done, all) = (history.epochs().len(), count(self.epochs, "epoch"));
            terminal.warning(format_args!("interrupted after {done} of {all}"));
            return Ok(ExitCode::from(interrupt::EXIT_STATUS));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The callbacks that the command line names.
    fn given_callbacks(&self) -> Result<Vec<Value>> {
        let mut given = match &self.callbacks {
            Some(file) => callbacks::read_file(file)?,
            None => Vec::new(),
        };
        for words in &self.callback {
            given.push(
                callbacks::read_words(words).map_err(|problem| {
                    Failure::Usage(format!("--callback '{words}': {problem}"))
                })?,
            );
        }
        if let Some(folder) = &self.tensorboard {
            let config = json!({ "log_dir": folder });
            given.push(json!({ "class_name": "TensorBoard", "config": config }));
        }
        Ok(given)
    }

    /// Adds callbacks and the backup.
    fn call_back<'a>(
        &self,
        mut arguments: Arguments<'a>,
        callbacks: &[Value],
    ) -> Result<Arguments<'a>> {
        let backups = callbacks.iter().filter(|c| c["class_name"] == "BackupAndRestore").count();
        if backups + usize::from(self.resume.is_some()) > 1 {
            let problem = "one backup is enough: give either --resume or one BackupAndRestore";
            return Err(Failure::Usage(problem.into()));
        }
        for callback in callbacks {
            arguments = arguments.callback_from_object(callback)?;
        }
        Ok(match self.backup() {
            Some(backup) => arguments.backup(backup),
            None => arguments,
        })
    }

    /// Adds weights of samples and of classes; those of the command line replace the description's.
    fn weigh<'a>(
        &self,
        mut arguments: Arguments<'a>,
        training: &Training,
        model: &elman::Model,
    ) -> Result<Arguments<'a>> {
        let given: BTreeMap<i64, f64> = self.class_weight.iter().copied().collect();
        let of_classes = if given.is_empty() { training.class_weight.clone() } else { Some(given) };
        if let Some(weights) = of_classes {
            arguments = arguments.class_weight(weights);
        }
        if self.sample_weight.is_empty() {
            return Ok(arguments);
        }
        let weights = arrays::all_weights(&self.sample_weight, "--sample-weight", model)?;
        Ok(arguments.sample_weight(weights))
    }

    fn backup(&self) -> Option<BackupAndRestore> {
        let backup = BackupAndRestore::new(self.resume.as_ref()?);
        Some(match self.backup_every {
            Some(steps) => backup.save_freq(steps),
            None => backup,
        })
    }

    fn check_outputs(&self) -> Result<()> {
        outputs::check_extension(&self.output, "--output", &["keras"])?;
        if let Some(plot) = &self.plot {
            outputs::check_extension(plot, "--plot", &["svg"])?;
        }
        let mut files: Vec<&Path> = vec![&self.output];
        files.extend(self.history.as_deref());
        files.extend(self.plot.as_deref());
        let mut inputs: Vec<&Path> =
            self.x.iter().chain(&self.y).chain(&self.sample_weight).map(|path| &**path).collect();
        // A .keras file may be trained in place: it is replaced once the training has succeeded.
        if self.model != self.output {
            inputs.push(&self.model);
        }
        outputs::check(&files, &inputs)
    }

    /// What the arguments change of the model's compilation.
    fn compile_config(&self) -> CompileConfig {
        let given = [
            ("optimizer", self.optimizer.as_ref().map(|name| json!(name))),
            ("loss", self.loss.as_ref().map(|name| json!(name))),
            ("metrics", self.metrics.as_ref().map(|names| json!(names))),
        ];
        let given = given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        given.collect()
    }

    fn write_history(&self, history: &History, terminal: &Terminal) -> Result<()> {
        if let Some(path) = &self.history {
            atomic::write(path, format!("{}\n", history.to_json()).as_bytes())?;
            terminal.note(format_args!("wrote {}", path.display()));
        }
        Ok(())
    }
}
