//! Arrays of numbers from files, in the shape that a model takes.

use std::path::{Path, PathBuf};

use elman::{Model, Shape, Tensor};
use elman_files::{Array, read_array};

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;
use crate::values::count;

/// Reads what a model takes, a file for each input; `option` is what names the files.
pub fn all_inputs(
    paths: &[PathBuf],
    option: &str,
    model: &Model,
    terminal: &Terminal,
) -> Result<Vec<Tensor>> {
    let shapes = model.input_shapes();
    // A model that isn't built is a chain.
    check_count("the model takes", "input", shapes.len().max(1), option, paths.len())?;
    let read = |(i, path): (usize, &PathBuf)| inputs(path, shapes.get(i), terminal);
    paths.iter().enumerate().map(read).collect()
}

/// Reads what a model should give, a file for each output; `option` is what names the files.
pub fn all_targets(
    paths: &[PathBuf],
    option: &str,
    model: &Model,
    terminal: &Terminal,
) -> Result<Vec<Tensor>> {
    let shapes = model.output_shapes();
    check_count("the model has", "output", shapes.len(), option, paths.len())?;
    let read = |(i, path): (usize, &PathBuf)| targets(path, shapes.get(i), terminal);
    paths.iter().enumerate().map(read).collect()
}

/// Reads what the samples of a model's outputs weigh: a file for all outputs, or one for each.
pub fn all_weights(paths: &[PathBuf], option: &str, model: &Model) -> Result<Vec<Tensor>> {
    let shapes = model.output_shapes();
    if paths.len() > 1 {
        check_count("the model has", "output", shapes.len(), option, paths.len())?;
    }
    paths.iter().map(|path| tensor(read_array(path)?)).collect()
}

/// Checks that there is a file for each input or output of a model.
pub fn check_count(
    subject: &str,
    what: &str,
    wanted: usize,
    option: &str,
    given: usize,
) -> Result<()> {
    if wanted == given {
        return Ok(());
    }
    let (wanted, times) = (count(wanted, what), count(given, "time"));
    Err(Failure::Usage(format!("{subject} {wanted}, {option} is given {times}")))
}

/// Reads what a model takes. A table whose rows hold as many numbers as one sample is cut into
/// samples.
fn inputs(path: &Path, wanted: Option<&Shape>, terminal: &Terminal) -> Result<Tensor> {
    let array = read_array(path)?;
    let Some(wanted) = wanted.filter(|wanted| is_table(path) && wanted.ndim() != array.shape.len())
    else {
        return tensor(array);
    };
    match sample_shape(wanted, columns(&array)) {
        Some(sample) => cut(path, array, sample, terminal),
        None => Err(does_not_fit(path, &array, wanted)),
    }
}

/// Reads what a model should give. Labels come in many shapes, so a table is cut only where its
/// rows hold as many numbers as one output of the model.
fn targets(path: &Path, output: Option<&Shape>, terminal: &Terminal) -> Result<Tensor> {
    let array = read_array(path)?;
    let sample = output
        .filter(|output| is_table(path) && output.ndim() != array.shape.len())
        .and_then(|output| sample_shape(output, columns(&array)));
    match sample {
        Some(sample) => cut(path, array, sample, terminal),
        None => tensor(array),
    }
}

fn tensor(array: Array) -> Result<Tensor> {
    Ok(Tensor::new(array.shape.clone(), array.into_f32())?)
}

/// Whether a file is a table.
fn is_table(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["csv", "parquet"].iter().any(|table| extension.eq_ignore_ascii_case(table))
}

fn columns(table: &Array) -> usize {
    table.shape.iter().skip(1).product()
}

/// The shape of one sample of so many numbers; one dimension at most may be open.
pub fn sample_shape(batch_shape: &Shape, numbers: usize) -> Option<Vec<usize>> {
    let dims = batch_shape.dims().get(1..)?;
    let known: usize = dims.iter().flatten().product();
    let open = dims.iter().filter(|dim| dim.is_none()).count();
    let fits = match open {
        0 => known == numbers,
        1 => known > 0 && numbers > 0 && numbers.is_multiple_of(known),
        _ => false,
    };
    fits.then(|| dims.iter().map(|dim| dim.unwrap_or_else(|| numbers / known)).collect())
}

fn cut(path: &Path, table: Array, sample: Vec<usize>, terminal: &Terminal) -> Result<Tensor> {
    let shape: Vec<usize> = table.shape[..1].iter().copied().chain(sample).collect();
    let (from, to) = (Shape::from(&table.shape[..]), Shape::from(&shape[..]));
    terminal.note(format_args!("{}: the table {from} is taken as {to}", path.display()));
    Ok(tensor(table)?.reshape(shape)?)
}

fn does_not_fit(path: &Path, table: &Array, wanted: &Shape) -> Failure {
    let sample: Vec<String> = wanted.dims()[1..]
        .iter()
        .map(|dim| dim.map_or_else(|| "any".to_owned(), |size| size.to_string()))
        .collect();
    Failure::Failed(format!(
        "{}: the table has shape {}, the model takes {wanted}: each row must hold one sample of \
         {} numbers, last dimension fastest",
        path.display(),
        Shape::from(&table.shape[..]),
        sample.join(" x "),
    ))
}
