//! The argument MODEL.

use std::path::{Path, PathBuf};

use elman::{Error, Model, Shape, Tensor};

use crate::compilation::{self, CompileConfig};
use crate::description::{Description, Training};
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// A model as it was opened: one that has weights, or one that gets them.
pub struct Opened {
    /// The model, built if its input shape is known.
    pub model: Model,
    /// How its description says to train it.
    pub training: Training,
    path: PathBuf,
}

/// Opens a model as it is.
pub fn open(path: &Path, terminal: &Terminal) -> Result<Opened> {
    open_with(path, CompileConfig::new(), None, terminal)
}

/// Opens a model and changes its compilation and its seed. Says what may surprise about it.
pub fn open_with(
    path: &Path,
    changes: CompileConfig,
    seed: Option<u64>,
    terminal: &Terminal,
) -> Result<Opened> {
    let (model, training) = match is_description(path) {
        true => {
            let description = Description::read(path)?;
            (description.model(changes, seed)?, description.into_training())
        }
        false => {
            let mut model = compilation::load(path, &changes)?;
            if let Some(seed) = seed {
                model.set_seed(seed);
            }
            (model, Training::default())
        }
    };
    for warning in model.warnings() {
        terminal.warning(warning);
    }
    Ok(Opened { model, training, path: path.to_owned() })
}

/// Whether a model is described, not read with its weights.
fn is_description(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

impl Opened {
    /// Gives a model its weights for such inputs, where its input shape was open.
    pub fn build_for(&mut self, inputs: &[Tensor]) -> Result<()> {
        if !self.model.is_built()
            && let Some(x) = inputs.first()
        {
            let sample = Shape::from(x.shape().get(1..).unwrap_or_default());
            self.model.build(sample.with_batch(None))?;
        }
        Ok(())
    }

    /// Checks that the model can be trained and evaluated; `advice` says how it would be.
    pub fn check_compiled(&self, advice: &str) -> Result<()> {
        match self.model.optimizer() {
            Err(Error::NotCompiled { reason, .. }) => Err(Failure::Failed(format!(
                "{}: the model is not compiled{reason}: {advice}",
                self.path.display()
            ))),
            other => Ok(other.map(drop)?),
        }
    }

    /// Says so if the model has only just got its weights.
    pub fn warn_if_new(&self, terminal: &Terminal) {
        if is_description(&self.path) {
            let path = self.path.display();
            terminal.warning(format_args!("{path} describes a model that was never trained"));
        }
    }
}
