//! The history as a table on disk.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::{Callback, Moment};
use crate::models::Model;
use crate::training::Logs;
use crate::{Error, Result};

/// Writes a line for each epoch: the epoch, then the values of the logs by name.
///
/// Keras: `keras.callbacks.CSVLogger`. The columns are those of the first epoch; what is missing
/// then, for want of a validation, or later is `NA`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::CsvLogger;
/// # let path = std::env::temp_dir().join(format!("elman-doc-{}.csv", std::process::id()));
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).kernel_initializer(Initializer::Zeros).input_shape([1]))?;
/// model.compile(Sgd::new(0.0), "mse", &[])?;
/// let (x, y) = (array![[1.], [2.]], array![[1.], [1.]]);
/// let fit = Fit::new().epochs(2).verbose(Verbose::Silent).callback(CsvLogger::new(&path));
/// model.fit(&x, &y, fit)?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "epoch,loss\n0,1\n1,1\n");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "CSVLogger")]
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    separator: char,
    append: bool,
    file: Option<File>,
    keys: Vec<String>,
}

impl CsvLogger {
    /// Writes to that path; a file that is there is replaced.
    pub fn new(path: impl Into<PathBuf>) -> CsvLogger {
        CsvLogger { path: path.into(), separator: ',', append: false, file: None, keys: Vec::new() }
    }

    /// What stands between two columns (`,`).
    pub fn separator(mut self, separator: char) -> CsvLogger {
        self.separator = separator;
        self
    }

    /// Whether lines are added to a file that is there (false).
    pub fn append(mut self, append: bool) -> CsvLogger {
        self.append = append;
        self
    }

    fn write(&mut self, cells: &[String]) -> Result<()> {
        let line = cells.join(&self.separator.to_string()) + "\n";
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(line.as_bytes()).and_then(|()| file.flush()).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::File(elman_files::Error::io(&self.path.display().to_string(), "write", error))
    }
}

impl Callback for CsvLogger {
    fn on_train_begin(&mut self, _model: &mut Model, moment: &mut Moment) -> Result<()> {
        // A training that was taken up again goes on with its file.
        let append = self.append || moment.resumed;
        let mut options = OpenOptions::new();
        options.create(true).append(append).write(true).truncate(!append);
        self.file = Some(options.open(&self.path).map_err(|e| self.failed(e))?);
        self.keys.clear();
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        _model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        if self.keys.is_empty() {
            self.keys = logs.iter().map(|(key, _)| key.clone()).collect();
            self.keys.sort();
            if moment.without_validation {
                let of_validation: Vec<_> =
                    self.keys.iter().map(|key| format!("val_{key}")).collect();
                self.keys.extend(of_validation);
            }
            let empty = self.file.as_ref().and_then(|file| file.metadata().ok());
            if empty.is_none_or(|metadata| metadata.len() == 0) {
                let mut header = vec!["epoch".to_owned()];
                header.extend(self.keys.iter().cloned());
                self.write(&header)?;
            }
        }
        let cell = |key: &String| {
            let found = logs.iter().find(|(other, _)| other == key);
            found.map_or_else(|| "NA".to_owned(), |(_, value)| value.to_string())
        };
        let mut cells = vec![epoch.to_string()];
        cells.extend(self.keys.iter().map(cell));
        self.write(&cells)
    }

    fn on_train_end(&mut self, _model: &mut Model, _moment: &mut Moment) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
