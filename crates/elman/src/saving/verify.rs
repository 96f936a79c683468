//! Whether a file is what it should be: a self-test.

use std::path::Path;

use elman_files::{Array, Format, KerasArchive, WeightStore, atomic, read_file};

use super::load::tensor;
use super::{array, load_model};
use crate::models::Model;
use crate::{Error, Result, Tensor};

/// Where the test lies among an archive's assets, which Keras leaves alone.
const ASSET: &str = "elman_test.h5";

/// How far outputs may be from those of the test, absolute and relative: other processors round
/// otherwise.
const TOLERANCE: f32 = 1e-5;

/// What [`verify`] found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// The weights with a value that is not finite, as `layer/weight`.
    pub not_finite: Vec<String>,
    /// The largest difference from the outputs of the test in the file, relative to those above 1;
    /// `None` if there is no test in it.
    pub difference: Option<f32>,
    /// What may surprise: see [`Model::warnings`].
    pub warnings: Vec<String>,
}

impl Verification {
    /// Whether all weights are finite, and the outputs those of the test, if there is one.
    pub fn is_good(&self) -> bool {
        self.not_finite.is_empty() && self.difference.is_none_or(|d| d <= TOLERANCE)
    }
}

/// Checks a file of a model: that it can be read, with weights of the right shapes, that these are
/// finite, and that it predicts what it did when [`Model::save_with_test`] wrote it.
///
/// # Errors
/// As [`load_model`].
///
/// ```
/// use elman::prelude::*;
/// # let path = std::env::temp_dir().join(format!("elman-verify-{}.keras", std::process::id()));
/// let mut model = Sequential::new();
/// model.add(Gru::new(3).input_shape([5, 2]))?;
/// model.save_with_test(&path, [Tensor::zeros([4, 5, 2])])?;
/// let found = elman::verify(&path)?;
/// assert!(found.is_good() && found.difference == Some(0.0));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
pub fn verify(path: impl AsRef<Path>) -> Result<Verification> {
    let path = path.as_ref();
    let model = load_model(path)?;
    let difference = match test_in(path)? {
        Some((inputs, outputs)) => Some(compare(&model, inputs, &outputs, path)?),
        None => None,
    };
    Ok(Verification {
        not_finite: not_finite(&model),
        difference,
        warnings: model.warnings().to_vec(),
    })
}

impl Model {
    /// As [`Model::save`] to a `.keras` file, with inputs and what the model predicts from them:
    /// [`verify`] compares with it, wherever the file gets to. Keras leaves it alone.
    ///
    /// # Errors
    /// As [`Model::save`] and [`Model::predict_all`].
    pub fn save_with_test(
        &self,
        path: impl AsRef<Path>,
        inputs: impl Into<Vec<Tensor>>,
    ) -> Result<()> {
        let inputs = inputs.into();
        if inputs.iter().any(Tensor::is_text) {
            return Err(Error::Unsupported {
                place: format!("save_with_test of model {}", self.name()),
                option: "text among the inputs of a test".into(),
                advice: "`save` writes the model without a test".into(),
            });
        }
        let outputs = self.predict_all(inputs.clone())?;
        let mut test = WeightStore::new();
        for (i, input) in inputs.iter().enumerate() {
            test.insert(&format!("inputs/{i}"), array(input));
        }
        for (i, output) in outputs.iter().enumerate() {
            test.insert(&format!("outputs/{i}"), array(&output.into()));
        }
        let mut archive = self.to_archive()?;
        archive.assets.insert(ASSET.into(), test.to_h5()?);
        Ok(atomic::write(path.as_ref(), &archive.to_bytes()?)?)
    }
}

/// The inputs and outputs that a file holds.
fn test_in(path: &Path) -> Result<Option<(Vec<Tensor>, Vec<Tensor>)>> {
    if path.is_dir() {
        return Ok(None);
    }
    let (bytes, name) = (read_file(path)?, path.display().to_string());
    if Format::of(&bytes) != Format::Zip {
        return Ok(None);
    }
    let archive = KerasArchive::from_bytes(&bytes, &name)?;
    let Some(test) = archive.assets.get(ASSET) else { return Ok(None) };
    let test = WeightStore::read_h5(test, &format!("{name}/assets/{ASSET}"))?;
    let tensors = |group: &str| {
        let arrays: Vec<&Array> = test.variables(group);
        arrays.into_iter().map(tensor).collect()
    };
    Ok(Some((tensors("inputs"), tensors("outputs"))))
}

fn compare(model: &Model, inputs: Vec<Tensor>, expected: &[Tensor], path: &Path) -> Result<f32> {
    let outputs = model.predict_all(inputs)?;
    let same_shapes = outputs.len() == expected.len()
        && outputs.iter().zip(expected).all(|(got, expected)| got.shape() == expected.shape());
    if !same_shapes {
        return Err(Error::Config {
            place: path.display().to_string(),
            problem: format!("the test has {} outputs of other shapes", expected.len()),
        });
    }
    let pairs = outputs.iter().zip(expected).flat_map(|(got, e)| got.iter().zip(e.data()));
    // A NaN beside a number is as far as can be.
    let difference = |(got, expected): (&crate::Float, &crate::Float)| {
        let (got, expected) = (*got as f64, *expected as f64);
        let both_nan = got.is_nan() && expected.is_nan();
        let difference = (got - expected).abs() / expected.abs().max(1.0);
        if both_nan || got == expected { 0.0 } else { difference }
    };
    Ok(pairs.map(difference).fold(
        0.0,
        |worst: f64, d| {
            if d.is_nan() { f64::INFINITY } else { worst.max(d) }
        },
    ) as f32)
}

/// The weights with a value that is not finite.
pub(super) fn not_finite(model: &Model) -> Vec<String> {
    let Ok(network) = model.built() else { return Vec::new() };
    let parameters = network.parameters();
    let bad = parameters.entries().iter().filter(|entry| {
        parameters.values()[entry.range.clone()].iter().any(|value| !value.is_finite())
    });
    bad.map(|entry| crate::training::optimizers::WeightInfo::new(parameters, entry).path())
        .collect()
}

/// Says of a loaded model which weights are not finite.
pub(super) fn warn_of_not_finite(model: &mut Model, file: &str) {
    let bad = not_finite(model);
    if !bad.is_empty() {
        model.warn(format!("{file}: values that are not finite in {}", bad.join(", ")));
    }
}
