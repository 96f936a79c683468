//! Trainings that survive being killed.

use std::path::PathBuf;

use elman_files::{Array, KerasArchive, npz};
use serde_json::{Value, json};

use super::Callback;
use crate::models::Model;
use crate::training::{Bptt, History};
use crate::{Error, Result, States, Tensor, saving};

/// Backs a training up, so that one that was killed goes on where the last backup was made, and
/// ends with the same bits as one that was never interrupted: weights, the optimizer's state, the
/// order of the data, dropout, the states of stateful layers, the history and the callbacks that
/// wait for something.
///
/// Call `fit` again as before: on the same model, made anew, with the same data and arguments. The
/// backup lies in one file in the folder, replaced in one step, so it survives being killed at any
/// moment; it is removed when the training is done. When a training goes on within an epoch, the
/// history's means of that epoch are over the batches from there on.
///
/// Keras: `keras.callbacks.BackupAndRestore`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::{BackupAndRestore, LambdaCallback};
/// # let folder = std::env::temp_dir().join(format!("elman-doc-backup-{}", std::process::id()));
/// let train = |killed_after: usize| -> Result<Vec<Tensor>, elman::Error> {
///     let mut model = Sequential::new().seed(1);
///     model.add(Dense::new(3).input_shape([1]))?.add(Dropout::new(0.5))?.add(Dense::new(1))?;
///     model.compile("adam", "mse", &[])?;
///     let kill = LambdaCallback::new().on_epoch_begin(|epoch, _| match epoch == killed_after {
///         true => Err(elman::Error::Custom { place: "kill".into(), problem: "now".into() }),
///         false => Ok(()),
///     });
///     let (x, y) = (array![[1.], [2.], [3.]], array![[1.], [2.], [3.]]);
///     let fit = Fit::new().epochs(6).batch_size(1).verbose(Verbose::Silent).callback(kill);
///     model.fit(&x, &y, fit.backup(BackupAndRestore::new(&folder)))?;
///     Ok(model.weights())
/// };
/// assert!(train(4).is_err());
/// let resumed = train(99)?; // goes on with the fifth epoch
/// assert_eq!(resumed, train(99)?); // as from the start
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BackupAndRestore {
    folder: PathBuf,
    save_freq: Option<usize>,
    delete_checkpoint: bool,
}

/// Where a training stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Position {
    pub epoch: usize,
    /// The first batch of the epoch that is still to be done.
    pub batch: usize,
    pub history: History,
}

/// What must be equal for a training to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    pub samples: usize,
    pub batch_size: usize,
    pub shuffle: bool,
    /// Of a data set, its own words take the place of the others.
    pub dataset: Option<String>,
    /// Other gradients are other weights, if only in their last bits.
    pub bptt: Bptt,
}

impl std::fmt::Display for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.dataset {
            Some(dataset) => write!(f, "{dataset}")?,
            None => {
                let order = if self.shuffle { "shuffled" } else { "in order" };
                write!(
                    f,
                    "{} samples, {order}, with batch_size {}",
                    self.samples, self.batch_size
                )?;
            }
        }
        write!(f, "{}", self.bptt)
    }
}

const FILE: &str = "backup.keras";
const TRAINING: &str = "training.json";
const STATES: &str = "states.npz";

impl BackupAndRestore {
    /// Keeps the backup in that folder, which is made if it isn't there.
    pub fn new(backup_dir: impl Into<PathBuf>) -> BackupAndRestore {
        BackupAndRestore { folder: backup_dir.into(), save_freq: None, delete_checkpoint: true }
    }

    /// After how many batches to back up (at the end of each epoch).
    pub fn save_freq(mut self, batches: usize) -> BackupAndRestore {
        self.save_freq = Some(batches);
        self
    }

    /// Whether the backup is removed when the training is done (true).
    pub fn delete_checkpoint(mut self, delete_checkpoint: bool) -> BackupAndRestore {
        self.delete_checkpoint = delete_checkpoint;
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Whether there is a backup to go on from.
    pub(crate) fn exists(&self) -> bool {
        self.path().exists()
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.save_freq == Some(0) {
            return Err(Error::InvalidArgument {
                place: "BackupAndRestore".into(),
                argument: "save_freq",
                expected: "a positive number of batches".into(),
                got: "0".into(),
            });
        }
        Ok(())
    }

    /// Whether to back up after so many batches of an epoch.
    pub(crate) fn is_due(&self, batches: usize) -> bool {
        self.save_freq.is_some_and(|every| batches.is_multiple_of(every))
    }

    /// Writes the backup.
    pub(crate) fn save(
        &self,
        model: &Model,
        position: &Position,
        setup: &Setup,
        callbacks: &[Box<dyn Callback + '_>],
    ) -> Result<()> {
        let mut archive = model.to_archive()?;
        let compiled = model.compiled()?;
        let training = json!({
            "epoch": position.epoch,
            "batch": position.batch,
            "history": position.history.to_json(),
            "epochs": position.history.epochs(),
            "partial_epochs": position.history.partial_epochs(),
            // As text, since JSON's numbers don't hold every 64-bit integer.
            "seed": model.seed().to_string(),
            "learning_rate": compiled.optimizer.base().learning_rate.constant(),
            "averages_in_place": compiled.state.swapped,
            "samples": setup.samples,
            "batch_size": setup.batch_size,
            "shuffle": setup.shuffle,
            "dataset": setup.dataset,
            "bptt": setup.bptt.to_json(),
            "callbacks": callbacks.iter().map(|c| c.state()).collect::<Vec<_>>(),
        });
        archive.assets.insert(TRAINING.into(), training.to_string().into_bytes());
        let mut named: Vec<(String, Tensor)> =
            model.states().named(model.built()?.parameters()).into_iter().collect();
        for (i, callback) in callbacks.iter().enumerate() {
            let tensors = callback.tensors().into_iter().enumerate();
            named.extend(tensors.map(|(k, tensor)| (format!("callback/{i}/{k}"), tensor)));
        }
        let arrays: Vec<Array> = named.iter().map(|(_, t)| saving::array(t)).collect();
        let named: Vec<(&str, &Array)> =
            named.iter().map(|(name, _)| name.as_str()).zip(&arrays).collect();
        archive.assets.insert(STATES.into(), npz::to_bytes(&named)?);
        std::fs::create_dir_all(&self.folder).map_err(|error| {
            elman_files::Error::io(&self.folder.display().to_string(), "make the folder", error)
        })?;
        Ok(archive.write(&self.path())?)
    }

    /// Takes a training up again, if there is a backup.
    pub(crate) fn restore(
        &self,
        model: &mut Model,
        setup: &Setup,
        callbacks: &mut [Box<dyn Callback + '_>],
    ) -> Result<Option<Position>> {
        let path = self.path();
        if !self.exists() {
            return Ok(None);
        }
        let file = path.display().to_string();
        let mut archive = KerasArchive::read(&path)?;
        let broken = |what: &str| Error::Config {
            place: file.clone(),
            problem: format!("{what}; remove the file to start anew"),
        };
        let text = archive.assets.get(TRAINING).ok_or_else(|| broken("is no backup"))?;
        let training: Value = serde_json::from_slice(text).map_err(|_| broken("is no backup"))?;
        let number = |key: &str| {
            let value = training[key].as_u64().and_then(|n| usize::try_from(n).ok());
            value.ok_or_else(|| broken(&format!("has no number `{key}`")))
        };
        let then = Setup {
            samples: number("samples")?,
            batch_size: number("batch_size")?,
            shuffle: training["shuffle"] == json!(true),
            dataset: training["dataset"].as_str().map(str::to_owned),
            bptt: Bptt::from_json(&training["bptt"]),
        };
        if then != *setup {
            return Err(broken(&format!("is of a training of {then}, this one is of {setup}")));
        }
        let history = History::from_json(
            &training["history"],
            &training["epochs"],
            &training["partial_epochs"],
        );
        let history = history.ok_or_else(|| broken("has no history"))?;
        let seed = training["seed"].as_str().and_then(|seed| seed.parse().ok());
        let seed = seed.ok_or_else(|| broken("has no seed"))?;
        let states = archive.assets.get(STATES).ok_or_else(|| broken("has no states"))?;
        let mut arrays = npz::from_bytes(states, &format!("{file}:{STATES}"))?;
        let of_callbacks = arrays.split_off(
            arrays.iter().position(|(n, _)| n.starts_with("callback/")).unwrap_or(arrays.len()),
        );
        let named = arrays.into_iter().map(|(name, array)| (name, saving::tensor(&array)));

        // Read whole before anything is changed.
        let mut restored = model.clone();
        saving::load_weights(&mut restored, &mut archive.weights, &file)?;
        let parameters = restored.built()?.parameters();
        let states = States::from_named(parameters, named)?;
        let mut compiled = restored.compiled()?.clone();
        saving::load_optimizer(&mut compiled, parameters, &archive.weights, &file)?;
        // Exactly: in the archive proper it is rounded to f32, as Keras keeps it.
        if let Some(rate) = training["learning_rate"].as_f64() {
            compiled.optimizer.base_mut().learning_rate = rate.into();
        }
        compiled.state.swapped = training["averages_in_place"] == json!(true);
        restored.compiled = Some(compiled);
        restored.set_seed(seed);
        restored.set_states(states)?;
        for (i, callback) in callbacks.iter_mut().enumerate() {
            let prefix = format!("callback/{i}/");
            let own = of_callbacks.iter().filter(|(name, _)| name.starts_with(&prefix));
            let tensors = own.map(|(_, array)| saving::tensor(array)).collect();
            callback.set_state(&training["callbacks"][i], tensors)?;
        }
        let position = Position { epoch: number("epoch")?, batch: number("batch")?, history };
        *model = restored;
        Ok(Some(position))
    }

    /// Removes the backup of a training that is done.
    pub(crate) fn finish(&self) -> Result<()> {
        if !self.delete_checkpoint {
            return Ok(());
        }
        match std::fs::remove_file(self.path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let file = self.path().display().to_string();
                Err(elman_files::Error::io(&file, "remove", error).into())
            }
            _ => Ok(()),
        }
    }
}
