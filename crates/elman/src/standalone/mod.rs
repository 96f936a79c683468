//! Models as programs of their own, in Rust and in C.

mod c;
mod names;
mod plan;
mod printed;
// The sources that programs in Rust are given, compiled here for the tools alone.
#[cfg(test)]
#[allow(dead_code, clippy::needless_range_loop, clippy::excessive_precision)]
mod rust;
mod rust_crate;

use std::path::Path;

use elman_files::atomic;

use crate::{Error, Model, Result, WeightFormat};
use plan::Plan;

/// A model as a program of its own: for microcontrollers, plugins and wherever a library is too much.
///
/// Both forms compute a step of [`Model::stream`] and carry the states; they allocate nothing, need
/// no standard library, and give the bits of the stream on every machine whose arithmetic is that of
/// IEEE 754. (So does the stream itself, unless its machine has no instruction for multiplications
/// and additions that round once.)
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(2).input_shape([10, 1]))?;
/// let program = model.standalone()?;
/// let files = program.rust("meter");
/// let lib = &files.iter().find(|(path, _)| *path == "src/lib.rs").unwrap().1;
/// assert!(lib.contains("pub fn step(&mut self, input_0: &[f32; INPUT_0])"));
/// assert!(program.c("meter").contains("static inline int meter_step("));
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Standalone {
    plan: Plan,
}

impl Model {
    /// The model as a program of its own, with its weights as they are now.
    ///
    /// It can be, if it can be [streamed](Model::stream) and all its layers are elman's own, but
    /// `ConvLSTM` and merging layers that choose between masked inputs.
    ///
    /// # Errors
    /// As [`Model::stream`]; [`Error::Standalone`] with the layer that can't be part of it and why.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(ConvLstm1d::new(2, 3).padding(Padding::Same).input_shape([5, 4, 1]))?;
    /// let error = model.standalone().unwrap_err().to_string();
    /// assert!(error.contains("conv_lstm1d") && error.contains("ConvLSTM"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn standalone(&self) -> Result<Standalone> {
        let format = self.weight_format();
        if format != WeightFormat::Float32 {
            return Err(Error::InvalidArgument {
                place: "a model as a program".into(),
                argument: "weight_format",
                expected: "Float32: programs hold the full weights".into(),
                got: format!("{format:?}"),
            });
        }
        Ok(Standalone { plan: Plan::of(self)? })
    }
}

impl Standalone {
    /// The files of a crate of this name, which is made one that a crate can have: a path and a text
    /// each. It needs Rust 1.85 and nothing else; its feature `std` makes it faster where the
    /// processor has fused multiplications.
    pub fn rust(&self, name: &str) -> Vec<(&'static str, String)> {
        rust_crate::files(&self.plan, &names::identifier(name))
    }

    /// Writes the crate to a folder, which names it.
    ///
    /// # Errors
    /// What prevents writing the files.
    pub fn write_rust(&self, folder: impl AsRef<Path>) -> Result<()> {
        let folder = folder.as_ref();
        let failed = |error: std::io::Error| {
            Error::from(elman_files::Error::io(
                &folder.display().to_string(),
                "make the folder",
                error,
            ))
        };
        std::fs::create_dir_all(folder.join("src")).map_err(failed)?;
        for (path, text) in self.rust(&names::of_path(folder)) {
            atomic::write(&folder.join(path), text.as_bytes())?;
        }
        Ok(())
    }

    /// A header in C99 whose names begin with this name, made an identifier; it includes nothing
    /// but `float.h`, `stddef.h` and `stdint.h`.
    pub fn c(&self, name: &str) -> String {
        c::header(&self.plan, &names::identifier(name))
    }

    /// Writes the header, named as its file without the extension.
    ///
    /// # Errors
    /// What prevents writing the file.
    pub fn write_c(&self, file: impl AsRef<Path>) -> Result<()> {
        let file = file.as_ref();
        Ok(atomic::write(file, self.c(&names::of_path(file)).as_bytes())?)
    }
}
