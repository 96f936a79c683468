//! Trainings and evaluations on batches that are given one by one.

use ndarray::ArrayD;

use super::data::Data;
use super::evaluate::evaluate;
use super::fit::Fit;
use super::history::{History, Logs};
use super::source::Source;
use super::watch::Watch;
use crate::data::Dataset;
use crate::models::Model;
use crate::{Error, Float, Result, Tensor};

/// What arrays are evaluated in after the epochs of a data set, as in Keras.
const VALIDATION_BATCH: usize = 32;

impl Model {
    /// Trains the model on the batches of a [`Dataset`], as [`Model::fit`] does on arrays; on the
    /// same batches with the same results, to the bit.
    ///
    /// The data set decides over the size of batches and their order, so `batch_size` and
    /// `validation_split` are refused and `shuffle` has no meaning, as in Keras. A
    /// [`backup`](Fit::backup) needs one that gives its batches again ([`Dataset::identity`]).
    ///
    /// # Errors
    /// As [`Model::fit`]; errors of the data say in which batch. The batches are checked one by one,
    /// so an error in a later one comes when the model has learnt from those before. An error of the
    /// data set; one that has fewer batches than `steps_per_epoch`, or none.
    pub fn fit_dataset(&mut self, dataset: impl Dataset, fit: Fit) -> Result<History> {
        let (mut dataset, mut fit) = (dataset, fit);
        let refused = [
            ("batch_size", fit.batch_size.is_some(), "batches come from the data set"),
            ("validation_split", fit.validation_split != 0.0, "give validation data"),
            ("sample_weight", fit.sample_weight.is_some(), "weights belong to the batches"),
        ];
        for (argument, is_given, why) in refused {
            if is_given {
                return Err(invalid(argument, format!("left out: {why}"), "one".into()));
            }
        }
        if fit.backup.is_some() && dataset.identity().is_none() {
            return Err(Error::Unsupported {
                place: "fit".into(),
                option: "a backup of a training whose data set may not give its batches again"
                    .into(),
                advice: "give the data set an `identity`, or train without a backup".into(),
            });
        }
        fit.check(self)?;
        let validation = fit.given_validation()?;
        let (call, steps) = ("fit".into(), fit.steps_per_epoch);
        let mut source = Source::Dataset { call, dataset: &mut dataset, steps };
        let validation_batch = fit.validation_batch_size.unwrap_or(VALIDATION_BATCH);
        fit.train(self, &mut source, validation, validation_batch)
    }

    /// The loss and the metrics over the batches of a [`Dataset`], or over the first `steps` of them.
    ///
    /// # Errors
    /// As [`Model::evaluate`]; an error of the data set; fewer batches than `steps`, or none.
    ///
    /// ```
    /// use elman::data::RowDataset;
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Dense::new(1).input_shape([2]))?;
    /// model.compile("sgd", "mse", &["mae"])?;
    /// let (x, y) = (array![[0., 1.], [1., 0.], [1., 1.]], array![[1.], [2.], [3.]]);
    /// let data = RowDataset::new().x(&x).y(&y);
    /// assert_eq!(model.evaluate_dataset(data, None)?, model.evaluate(&x, &y)?);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn evaluate_dataset(
        &self,
        dataset: impl Dataset,
        steps: impl Into<Option<usize>>,
    ) -> Result<Logs> {
        self.evaluate_dataset_watched(dataset, steps, &mut ())
    }

    /// As [`Model::evaluate_dataset`], telling of each batch.
    ///
    /// # Errors
    /// As [`Model::evaluate_dataset`], and those of `watch`.
    pub fn evaluate_dataset_watched(
        &self,
        dataset: impl Dataset,
        steps: impl Into<Option<usize>>,
        watch: &mut dyn Watch,
    ) -> Result<Logs> {
        let (mut dataset, steps) = (dataset, steps.into());
        self.compiled()?;
        let call = "evaluate".into();
        evaluate(self, &mut Source::Dataset { call, dataset: &mut dataset, steps }, watch)
    }

    /// All outputs for the inputs of the batches of a [`Dataset`], or of the first `steps` of them,
    /// one after another. Targets and weights are left aside.
    ///
    /// # Errors
    /// As [`Model::predict`]; an error of the data set; batches whose outputs have different shapes
    /// and so don't fit behind each other.
    ///
    /// ```
    /// use elman::data::RowDataset;
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Gru::new(3).input_shape([4, 2]))?;
    /// let x = ndarray::Array3::<f32>::ones((50, 4, 2));
    /// let outputs = model.predict_dataset(RowDataset::new().x(&x).batch_size(20), None)?;
    /// assert_eq!(outputs[0], model.predict(&x)?);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn predict_dataset(
        &self,
        dataset: impl Dataset,
        steps: impl Into<Option<usize>>,
    ) -> Result<Vec<ArrayD<Float>>> {
        let mut dataset = dataset;
        let steps = steps.into().unwrap_or(usize::MAX);
        let mut outputs: Vec<ArrayD<Float>> = Vec::new();
        for (number, batch) in dataset.batches(0)?.take(steps).enumerate() {
            let inputs: Vec<Tensor> = batch?.x.into();
            let of_batch = self.predict_all(inputs)?;
            if number == 0 {
                outputs = of_batch;
                continue;
            }
            for (all, more) in outputs.iter_mut().zip(of_batch) {
                let (whole, part) = (all.shape().to_vec(), more.shape().to_vec());
                all.append(ndarray::Axis(0), more.view()).map_err(|_| Error::Mismatch {
                    place: "predict".into(),
                    what: format!("the output for batch {}", number + 1),
                    expected: format!("(None, {:?}), as before", &whole[1..]),
                    got: format!("{part:?}"),
                })?;
            }
        }
        Ok(outputs)
    }
}

impl Fit<'_> {
    /// The validation data that were given, checked as far as they can be without the model.
    pub(super) fn given_validation(&mut self) -> Result<Option<Data>> {
        let weights = self.validation_sample_weight.take();
        match self.validation_data.take() {
            Some((x, y)) => Ok(Some(Data::new("fit, validation_data", x, y, weights)?)),
            None if weights.is_some() => Err(invalid(
                "validation_sample_weight",
                "given together with validation_data".into(),
                "weights without data".into(),
            )),
            None => Ok(None),
        }
    }
}

pub(super) fn invalid(argument: &'static str, expected: String, got: String) -> Error {
    Error::InvalidArgument { place: "fit".into(), argument, expected, got }
}
