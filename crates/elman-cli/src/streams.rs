//! Batches that are made while a training runs: of files larger than memory, and windows of series.

use std::path::{Path, PathBuf};

use clap::Args;
use elman::data::{CsvRows, NpyRows, Prefetch, RowDataset, Rows, timeseries_dataset_from_array};
use elman::{Model, Shape, Tensor};
use elman_files::read_array;

use crate::arrays::{check_count, sample_shape};
use crate::failure::{Failure, Result};
use crate::values::{alternatives, positive};

/// How samples are made of the files.
#[derive(Args)]
pub struct Streaming {
    /// Read samples when they are needed, not into memory (.npy, .csv; .parquet, if built with it);
    /// the results are the same
    #[arg(long)]
    stream: bool,
    /// Cut samples of so many steps out of --x, one long series (time, features); the target of each
    /// is the row of --y at its first step
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "stream", allow_negative_numbers = true)]
    sequence_length: Option<usize>,
    /// How many steps lie between the starts of two samples [default: 1]
    #[arg(long, value_name = "N", value_parser = positive, requires = "sequence_length", allow_negative_numbers = true)]
    sequence_stride: Option<usize>,
    /// How many steps of the series a step of a sample takes [default: 1]
    #[arg(long, value_name = "N", value_parser = positive, requires = "sequence_length", allow_negative_numbers = true)]
    sampling_rate: Option<usize>,
}

/// What is the same for all batches.
pub struct Batching {
    /// How many samples make a batch.
    pub batch_size: usize,
    /// The seed of the samples' order, if they are shuffled.
    pub shuffle: Option<u64>,
    /// The part to keep for validation, from the end.
    pub validation_split: f64,
}

/// The batches to train on and those to evaluate on.
pub type Batches = (Prefetch<RowDataset>, Option<RowDataset>);

/// The files of a training.
pub struct Files<'a> {
    /// Of each input.
    pub x: &'a [PathBuf],
    /// Of each output.
    pub y: &'a [PathBuf],
}

/// What can be read row by row.
#[cfg(feature = "parquet")]
const KINDS: &[&str] = &[".npy", ".csv", ".parquet"];
#[cfg(not(feature = "parquet"))]
const KINDS: &[&str] = &[".npy", ".csv"];

/// Batches made ahead while the model computes.
const AHEAD: usize = 2;

impl Streaming {
    /// Whether batches are made here.
    pub fn is_on(&self) -> bool {
        self.stream || self.sequence_length.is_some()
    }

    /// The first sample of each input, to build a model for.
    pub fn first_inputs(&self, files: &Files, model: &Model) -> Result<Vec<Tensor>> {
        if self.sequence_length.is_some() {
            let (x, _) = self.series(files)?;
            let windows = self.windows(x, None)?;
            let mut batches = Vec::new();
            let mut dataset = windows.batch_size(1);
            for batch in elman::data::Dataset::batches(&mut dataset, 0)?.take(1) {
                batches = batch?.x.into();
            }
            return match batches.is_empty() {
                true => Err(Failure::Failed("--x is shorter than --sequence-length".into())),
                false => Ok(batches),
            };
        }
        let shapes = model.input_shapes();
        check_count("the model takes", "input", shapes.len().max(1), "--x", files.x.len())?;
        let first = |(i, path): (usize, &PathBuf)| {
            let mut rows = open(path, shapes.get(i))?;
            match rows.len() {
                0 => Err(Failure::Failed(format!("{}: no samples", path.display()))),
                _ => Ok(rows.read(&[0])?),
            }
        };
        files.x.iter().enumerate().map(first).collect()
    }

    /// The batches for a model that is built.
    pub fn batches(&self, files: &Files, model: &Model, batching: &Batching) -> Result<Batches> {
        let make = || -> Result<RowDataset> {
            let dataset = match self.sequence_length {
                Some(_) => {
                    let (x, y) = self.series(files)?;
                    self.windows(x, Some(y))?
                }
                None => rows(files, model)?,
            };
            Ok(dataset.batch_size(batching.batch_size))
        };
        let train = make()?;
        let samples = train.num_rows()?;
        // As it is done with arrays.
        let cut = (samples as f64 * (1.0 - batching.validation_split)).floor() as usize;
        if batching.validation_split > 0.0 && (cut == 0 || cut == samples) {
            let (split, text) = (batching.validation_split, "leaves samples on one side only");
            return Err(Failure::Failed(format!("--validation-split {split} {text} of {samples}")));
        }
        let (train, validation) = match batching.validation_split > 0.0 {
            true => (train.range(0..cut), Some(make()?.range(cut..samples))),
            false => (train, None),
        };
        let train = match batching.shuffle {
            Some(seed) => train.shuffle(seed),
            None => train,
        };
        Ok((Prefetch::new(train, AHEAD), validation))
    }

    fn series(&self, files: &Files) -> Result<(Tensor, Tensor)> {
        let ([x], [y]) = (files.x, files.y) else {
            let text = "--sequence-length cuts one series: --x and --y are given once each";
            return Err(Failure::Usage(text.into()));
        };
        let read = |path: &Path| -> Result<Tensor> {
            let array = read_array(path)?;
            Ok(Tensor::new(array.shape.clone(), array.into_f32())?)
        };
        Ok((read(x)?, read(y)?))
    }

    fn windows(&self, x: Tensor, y: Option<Tensor>) -> Result<RowDataset> {
        let mut windows = timeseries_dataset_from_array(x, self.sequence_length.unwrap_or(1))
            .sequence_stride(self.sequence_stride.unwrap_or(1))
            .sampling_rate(self.sampling_rate.unwrap_or(1));
        if let Some(y) = y {
            windows = windows.targets(y);
        }
        Ok(windows.build()?)
    }
}

/// The rows of all files.
fn rows(files: &Files, model: &Model) -> Result<RowDataset> {
    let (inputs, outputs) = (model.input_shapes(), model.output_shapes());
    check_count("the model takes", "input", inputs.len(), "--x", files.x.len())?;
    check_count("the model has", "output", outputs.len(), "--y", files.y.len())?;
    let mut dataset = RowDataset::new();
    for (path, shape) in files.x.iter().zip(inputs) {
        dataset = dataset.x(open(path, Some(shape))?);
    }
    for (path, shape) in files.y.iter().zip(&outputs) {
        dataset = dataset.y(open(path, Some(shape))?);
    }
    Ok(dataset)
}

/// The rows of a file. Those of a table that hold as many numbers as one sample are cut into one.
fn open(path: &Path, wanted: Option<&Shape>) -> Result<Box<dyn Rows>> {
    let cut = |columns: usize| {
        wanted.filter(|wanted| wanted.ndim() != 2).and_then(|wanted| sample_shape(wanted, columns))
    };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Ok(match &extension.to_ascii_lowercase()[..] {
        "npy" => Box::new(NpyRows::open(path)?),
        "csv" => {
            let rows = CsvRows::open(path)?;
            match cut(rows.shape()[0]) {
                Some(sample) => Box::new(rows.sample_shape(sample)?),
                None => Box::new(rows),
            }
        }
        #[cfg(feature = "parquet")]
        "parquet" => {
            let rows = elman::data::ParquetRows::open(path)?;
            match cut(rows.shape()[0]) {
                Some(sample) => Box::new(rows.sample_shape(sample)?),
                None => Box::new(rows),
            }
        }
        _ => {
            let (shown, kinds) = (path.display(), alternatives(KINDS.iter().map(|k| (*k).into())));
            return Err(Failure::Usage(format!("{shown}: --stream reads {kinds} files")));
        }
    })
}
