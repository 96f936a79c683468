//! Callbacks by Keras's names and arguments.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::{
    BackupAndRestore, Callback, CsvLogger, EarlyStopping, LearningRateScheduler, Mode,
    ModelCheckpoint, ReduceLrOnPlateau, SwapEmaWeights, TensorBoard, TerminateOnNan,
};
use crate::training::Fit;
use crate::training::losses::Arguments;
use crate::training::schedules::LearningRate;
use crate::{Error, Result};

/// What a description can say.
const KNOWN: &str = "BackupAndRestore, CSVLogger, EarlyStopping, LearningRateScheduler, \
    ModelCheckpoint, ReduceLROnPlateau, SwapEMAWeights, TensorBoard, TerminateOnNaN";

impl Fit<'_> {
    /// Adds the callback that an object `{"class_name", "config"}` describes, by Keras's name and
    /// with Keras's arguments and defaults. A `LearningRateScheduler` takes one of Keras's schedules
    /// as its `schedule`, which then counts epochs.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a class that is none of Keras's; [`Error::Config`] for an argument
    /// that it doesn't have or needs, and for a value of the wrong kind; [`Error::Unsupported`] for
    /// what elman doesn't do, and for what can't be described, such as a `LambdaCallback`.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use serde_json::json;
    /// let stopping = json!({ "class_name": "EarlyStopping", "config": { "patience": 3 } });
    /// let fit = Fit::new().callback_from_object(&stopping)?;
    /// let wrong = json!({ "class_name": "EarlyStopping", "config": { "patients": 3 } });
    /// let error = Fit::new().callback_from_object(&wrong).err().unwrap();
    /// assert!(error.to_string().contains("`patients`"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn callback_from_object(self, object: &Value) -> Result<Self> {
        let arguments = Arguments::of_object("callback", object)?;
        match arguments.class.as_str() {
            "BackupAndRestore" => {
                let place = arguments.place();
                Ok(self.backup(arguments.read::<Backup>()?.make(&place)?))
            }
            _ => Ok(self.callback(make(arguments)?)),
        }
    }
}

/// The callback that an object describes, as [`Fit::callback_from_object`] reads it: any but
/// `BackupAndRestore`, which is no callback here.
///
/// # Errors
/// As [`Fit::callback_from_object`].
///
/// ```
/// use elman::training::callbacks::{self, Callback};
/// let object = serde_json::json!({ "class_name": "EarlyStopping", "config": { "patience": 3 } });
/// let stopping = callbacks::from_object(&object)?;
/// assert_eq!(stopping.state()["wait"], 0);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn from_object(object: &Value) -> Result<Box<dyn Callback + Send>> {
    make(Arguments::of_object("callback", object)?)
}

fn make(mut arguments: Arguments) -> Result<Box<dyn Callback + Send>> {
    let place = arguments.place();
    Ok(match arguments.class.as_str() {
        "CSVLogger" => Box::new(arguments.read::<Csv>()?.make(&place)?),
        "EarlyStopping" => Box::new(arguments.read::<Stopping>()?.make(&place)?),
        "LearningRateScheduler" => {
            let schedule = arguments.take("schedule").unwrap_or_default();
            quiet(&place, arguments.read::<Scheduler>()?.verbose)?;
            Box::new(scheduler(&place, &schedule)?)
        }
        "ModelCheckpoint" => Box::new(arguments.read::<Checkpoint>()?.make(&place)?),
        "ReduceLROnPlateau" => Box::new(arguments.read::<Plateau>()?.make(&place)?),
        "SwapEMAWeights" => {
            let swap = arguments.read::<Swap>()?;
            Box::new(SwapEmaWeights::new().swap_on_epoch(swap.swap_on_epoch))
        }
        "TensorBoard" => Box::new(arguments.read::<Board>()?.make(&place)?),
        "TerminateOnNaN" => {
            arguments.none()?;
            Box::new(TerminateOnNan)
        }
        class => return Err(unavailable(class)),
    })
}

/// Why a class can't be had from a description.
fn unavailable(class: &str) -> Error {
    let advice = match class {
        "LambdaCallback" => "functions can't be described: give it to `Fit::callback`",
        "History" | "ProgbarLogger" | "CallbackList" => "leave it out: every `fit` has its own",
        "RemoteMonitor" => "`CSVLogger` or `TensorBoard` write to files",
        "OrbaxCheckpoint" => "use `ModelCheckpoint`",
        _ => {
            return Error::Unknown { what: "callback", name: class.into(), known: KNOWN.into() };
        }
    };
    unsupported("fit", &format!("the callback {class}"), advice)
}

fn unsupported(place: &str, option: &str, advice: &str) -> Error {
    Error::Unsupported { place: place.into(), option: option.into(), advice: advice.into() }
}

/// Refuses an option that isn't off.
fn off(place: &str, ok: bool, option: &str, advice: &str) -> Result<()> {
    if ok { Ok(()) } else { Err(unsupported(place, option, advice)) }
}

/// Refuses to tell more than callbacks do.
fn quiet(place: &str, verbose: i64) -> Result<()> {
    off(place, verbose == 0, &format!("verbose = {verbose}"), "leave it out")
}

/// Keras's `save_freq` and `update_freq`: a word, or a number of batches.
#[derive(Deserialize)]
#[serde(untagged)]
enum Frequency {
    Batches(usize),
    Word(String),
}

impl Frequency {
    fn epoch() -> Frequency {
        Frequency::Word("epoch".into())
    }

    /// None for every epoch.
    fn batches(
        &self,
        place: &str,
        argument: &'static str,
        words: &[&str],
    ) -> Result<Option<usize>> {
        match self {
            Frequency::Word(word) if word == "epoch" => Ok(None),
            Frequency::Word(word) if word == "batch" && words.contains(&"batch") => Ok(Some(1)),
            Frequency::Batches(batches) if *batches > 0 => Ok(Some(*batches)),
            Frequency::Batches(batches) => Err(wrong(place, argument, words, batches.to_string())),
            Frequency::Word(word) => Err(wrong(place, argument, words, word.clone())),
        }
    }
}

fn wrong(place: &str, argument: &'static str, words: &[&str], got: String) -> Error {
    let expected = format!("{} or a positive number of batches", words.join(", "));
    Error::InvalidArgument { place: place.into(), argument, expected, got }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mode = String::deserialize(deserializer)?;
        match mode.as_str() {
            "auto" => Ok(Mode::Auto),
            "min" => Ok(Mode::Min),
            "max" => Ok(Mode::Max),
            other => Err(D::Error::custom(format!("must be auto, min or max, got {other}"))),
        }
    }
}

/// Arguments under Keras's names, with Keras's defaults.
macro_rules! arguments {
    ($($name:ident { $($key:ident: $type:ty = $default:expr),* $(,)? })*) => {
        $(
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields, default)]
            struct $name { $($key: $type),* }

            impl Default for $name {
                fn default() -> Self {
                    $name { $($key: $default),* }
                }
            }
        )*
    };
}

arguments! {
    Stopping {
        monitor: String = "val_loss".into(), min_delta: f64 = 0.0, patience: usize = 0,
        verbose: i64 = 0, mode: Mode = Mode::Auto, baseline: Option<f64> = None,
        restore_best_weights: bool = false, start_from_epoch: usize = 0,
    }
    Checkpoint {
        filepath: Option<String> = None, monitor: String = "val_loss".into(), verbose: i64 = 0,
        save_best_only: bool = false, save_weights_only: bool = false, mode: Mode = Mode::Auto,
        save_freq: Frequency = Frequency::epoch(), initial_value_threshold: Option<f64> = None,
    }
    Plateau {
        monitor: String = "val_loss".into(), factor: f64 = 0.1, patience: usize = 10,
        verbose: i64 = 0, mode: Mode = Mode::Auto, min_delta: f64 = 1e-4, cooldown: usize = 0,
        min_lr: f64 = 0.0,
    }
    Backup {
        backup_dir: Option<String> = None, save_freq: Frequency = Frequency::epoch(),
        double_checkpoint: bool = false, delete_checkpoint: bool = true,
    }
    Csv { filename: Option<String> = None, separator: char = ',', append: bool = false }
    Scheduler { verbose: i64 = 0 }
    Swap { swap_on_epoch: bool = false }
    Board {
        log_dir: String = "logs".into(), histogram_freq: usize = 0, write_graph: bool = true,
        write_images: bool = false, write_steps_per_second: bool = false,
        update_freq: Frequency = Frequency::epoch(), profile_batch: Value = 0.into(),
        embeddings_freq: usize = 0, embeddings_metadata: Value = Value::Null,
    }
}

/// An argument without a default.
fn needed<T: DeserializeOwned>(place: &str, key: &str, value: Option<T>) -> Result<T> {
    let problem = format!("the argument `{key}` is missing");
    value.ok_or(Error::Config { place: place.into(), problem })
}

impl Stopping {
    fn make(self, place: &str) -> Result<EarlyStopping> {
        quiet(place, self.verbose)?;
        let stopping = EarlyStopping::new(&self.monitor)
            .min_delta(self.min_delta)
            .patience(self.patience)
            .mode(self.mode)
            .restore_best_weights(self.restore_best_weights)
            .start_from_epoch(self.start_from_epoch);
        Ok(match self.baseline {
            Some(baseline) => stopping.baseline(baseline),
            None => stopping,
        })
    }
}

impl Checkpoint {
    fn make(self, place: &str) -> Result<ModelCheckpoint> {
        quiet(place, self.verbose)?;
        let every = self.save_freq.batches(place, "save_freq", &["epoch"])?;
        let checkpoint = ModelCheckpoint::new(needed(place, "filepath", self.filepath)?)
            .monitor(&self.monitor)
            .mode(self.mode)
            .save_best_only(self.save_best_only)
            .save_weights_only(self.save_weights_only);
        let checkpoint = match self.initial_value_threshold {
            Some(value) => checkpoint.initial_value_threshold(value),
            None => checkpoint,
        };
        Ok(match every {
            Some(batches) => checkpoint.save_freq(batches),
            None => checkpoint,
        })
    }
}

impl Plateau {
    fn make(self, place: &str) -> Result<ReduceLrOnPlateau> {
        quiet(place, self.verbose)?;
        Ok(ReduceLrOnPlateau::new(&self.monitor)
            .factor(self.factor)
            .patience(self.patience)
            .mode(self.mode)
            .min_delta(self.min_delta)
            .cooldown(self.cooldown)
            .min_lr(self.min_lr))
    }
}

impl Backup {
    fn make(self, place: &str) -> Result<BackupAndRestore> {
        let advice = "leave it out: a backup is replaced in one step";
        off(place, !self.double_checkpoint, "double_checkpoint = true", advice)?;
        let every = self.save_freq.batches(place, "save_freq", &["epoch"])?;
        let backup = BackupAndRestore::new(needed(place, "backup_dir", self.backup_dir)?)
            .delete_checkpoint(self.delete_checkpoint);
        Ok(match every {
            Some(batches) => backup.save_freq(batches),
            None => backup,
        })
    }
}

impl Csv {
    fn make(self, place: &str) -> Result<CsvLogger> {
        let filename = needed(place, "filename", self.filename)?;
        Ok(CsvLogger::new(filename).separator(self.separator).append(self.append))
    }
}

impl Board {
    fn make(self, place: &str) -> Result<TensorBoard> {
        off(place, !self.write_images, "write_images = true", "write histograms instead")?;
        let profile = [Value::Null, 0.into(), false.into()].contains(&self.profile_batch);
        off(place, profile, "profile_batch", "leave it out")?;
        let embeddings = self.embeddings_freq == 0 && self.embeddings_metadata.is_null();
        off(place, embeddings, "embeddings_freq", "leave it and its metadata out")?;
        let every = self.update_freq.batches(place, "update_freq", &["epoch", "batch"])?;
        let board = TensorBoard::new(self.log_dir)
            .histogram_freq(self.histogram_freq)
            .write_graph(self.write_graph)
            .write_steps_per_second(self.write_steps_per_second);
        Ok(match every {
            Some(batches) => board.update_freq(batches),
            None => board,
        })
    }
}

/// A schedule that counts epochs, as Keras's does where it is given for a function.
fn scheduler(place: &str, schedule: &Value) -> Result<impl Callback + use<>> {
    let LearningRate::Schedule(schedule) = LearningRate::from_value(place, schedule)
        .and_then(|rate| rate.check(place).map(|()| rate))
        .map_err(|error| match error {
            Error::Config { problem, .. } => Error::Config {
                place: place.into(),
                problem: problem.replace("learning_rate", "schedule"),
            },
            other => other,
        })?
    else {
        let problem = "`schedule` must be a schedule, such as one with the class_name \
                       ExponentialDecay";
        return Err(Error::Config { place: place.into(), problem: problem.into() });
    };
    Ok(LearningRateScheduler::new(move |epoch, _| schedule.learning_rate(epoch as u64)))
}
