//! The argument MODEL.

use std::path::{Path, PathBuf};

use elman::{Error, Model, Sequential, Shape, Tensor};

use crate::compilation::{self, CompileConfig};
use crate::description::Description;
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

/// A model as it was opened: one that has weights, or one that gets them.
pub struct Opened {
    /// The model, built if its input shape is known, compiled if it is built.
    pub model: Model,
    path: PathBuf,
    /// How to compile the model once it is built.
    compile_later: CompileConfig,
}

/// Opens a model as it is.
pub fn open(path: &Path) -> Result<Opened> {
    open_with(path, CompileConfig::new(), None)
}

/// Opens a model and changes its compilation and its seed.
pub fn open_with(path: &Path, changes: CompileConfig, seed: Option<u64>) -> Result<Opened> {
    let path = path.to_owned();
    if !is_description(&path) {
        let model = seeded(compilation::load(&path, &changes)?, seed);
        return Ok(Opened { model, path, compile_later: CompileConfig::new() });
    }
    let description = Description::read(&path)?;
    let seed = seed.or(description.seed());
    let mut compile_later = description.compile_config().clone();
    compile_later.extend(changes);
    let model = description.model(seed)?;
    let mut opened = Opened { model, path, compile_later };
    if opened.model.is_built() {
        opened.compile()?;
    }
    Ok(opened)
}

/// Whether a model is described, not read with its weights.
fn is_description(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

impl Opened {
    /// Gives a model its weights for such inputs, where its input shape was open.
    pub fn build_for(&mut self, x: &Tensor) -> Result<()> {
        if !self.model.is_built() {
            let sample = Shape::from(x.shape().get(1..).unwrap_or_default());
            self.model.build(sample.with_batch(None))?;
            self.compile()?;
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

    fn compile(&mut self) -> Result<()> {
        if !self.compile_later.is_empty() {
            let (name, seed) = (self.path.display().to_string(), self.model.seed());
            let model = compilation::apply(&self.model, &self.compile_later, &name)?;
            self.model = seeded(model, Some(seed));
        }
        Ok(())
    }
}

/// A model is seeded as a `Sequential`, which is one in other clothes.
fn seeded(model: Model, seed: Option<u64>) -> Model {
    let Some(seed) = seed else { return model };
    let mut sequential = Sequential::with_name(model.name());
    *sequential = model;
    sequential.seed(seed).into()
}
