//! What a training tells.

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// Names and values, such as `loss` and `val_loss`, in Keras's order.
pub type Logs = Vec<(String, f64)>;

/// The losses and metrics of every epoch: Keras's `History`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([2]))?;
/// model.compile("sgd", "mse", &["mae"])?;
/// let (x, y) = (array![[0., 1.], [1., 0.], [1., 1.]], array![[1.], [2.], [3.]]);
/// let history = model.fit(&x, &y, Fit::new().epochs(3).verbose(Verbose::Silent))?;
/// assert_eq!(history.keys().collect::<Vec<_>>(), ["loss", "mae"]);
/// assert_eq!(history.get("loss").unwrap().len(), 3);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    series: Vec<(String, Vec<f64>)>,
    epochs: Vec<usize>,
    stopped: Option<StopReason>,
}

/// Why a training ended before its last epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// A callback asked for it, for the reason that it gives.
    Callback(String),
    /// The flag given to [`Fit::stop_when`](super::Fit::stop_when) was raised.
    Interrupted,
}

impl History {
    /// The names, sorted as in Keras; those that callbacks add come last.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.series.iter().map(|(key, _)| key.as_str())
    }

    /// The values of one name, one for each epoch.
    pub fn get(&self, key: &str) -> Option<&[f64]> {
        self.series.iter().find(|(k, _)| k == key).map(|(_, values)| values.as_slice())
    }

    /// The last value of one name.
    pub fn last(&self, key: &str) -> Option<f64> {
        self.get(key)?.last().copied()
    }

    /// The epochs that were finished, from 0.
    pub fn epochs(&self) -> &[usize] {
        &self.epochs
    }

    /// Why training ended early; `None` if it ran through.
    pub fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    /// The history of series that are there already, each with a value for every epoch.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a series that is longer or
    /// shorter than `epochs`.
    ///
    /// ```
    /// use elman::training::History;
    /// let history = History::from_series([("loss".to_owned(), vec![0.5, 0.25])], [0, 1])?;
    /// assert_eq!(history.last("loss"), Some(0.25));
    /// assert!(History::from_series([("loss".to_owned(), vec![0.5])], [0, 1]).is_err());
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn from_series(
        series: impl IntoIterator<Item = (String, Vec<f64>)>,
        epochs: impl Into<Vec<usize>>,
    ) -> Result<History> {
        let (series, epochs): (Vec<_>, _) = (series.into_iter().collect(), epochs.into());
        if let Some((key, values)) = series.iter().find(|(_, values)| values.len() != epochs.len())
        {
            return Err(Error::InvalidArgument {
                place: "History::from_series".into(),
                argument: "series",
                expected: format!("one value for each of {} epochs", epochs.len()),
                got: format!("{} of `{key}`", values.len()),
            });
        }
        Ok(History { series, epochs, stopped: None })
    }

    /// All series as a JSON object, `{"loss": […], "val_loss": […]}`: Keras's `history.history`.
    pub fn to_json(&self) -> Value {
        let series = self.series.iter().map(|(key, values)| (key.clone(), json!(values)));
        Value::Object(series.collect::<Map<_, _>>())
    }

    /// Appends the epochs of a training that went on where this one ended.
    pub fn extend(&mut self, later: History) {
        self.epochs.extend(later.epochs);
        for (key, values) in later.series {
            match self.series.iter_mut().find(|(k, _)| *k == key) {
                Some((_, all)) => all.extend(values),
                None => self.series.push((key, values)),
            }
        }
        self.stopped = later.stopped;
    }

    /// What [`to_json`](History::to_json) wrote, with the epochs.
    pub(crate) fn from_json(series: &Value, epochs: &Value) -> Option<History> {
        let values = |values: &Value| -> Option<Vec<f64>> {
            // JSON has no NaN: Null stands for it.
            values
                .as_array()?
                .iter()
                .map(|v| v.as_f64().or(v.is_null().then_some(f64::NAN)))
                .collect()
        };
        let series = series.as_object()?.iter();
        let series = series.map(|(key, of_key)| Some((key.clone(), values(of_key)?)));
        let epoch = |v: &Value| v.as_u64().and_then(|epoch| usize::try_from(epoch).ok());
        Some(History {
            series: series.collect::<Option<_>>()?,
            epochs: epochs.as_array()?.iter().map(epoch).collect::<Option<_>>()?,
            stopped: None,
        })
    }

    pub(crate) fn push(&mut self, epoch: usize, logs: &Logs) {
        self.epochs.push(epoch);
        for (key, value) in logs {
            match self.series.iter_mut().find(|(k, _)| k == key) {
                Some((_, values)) => values.push(*value),
                None => self.series.push((key.clone(), vec![*value])),
            }
        }
    }

    pub(crate) fn stop(&mut self, reason: StopReason) {
        self.stopped = Some(reason);
    }
}
