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
    series: Vec<Series>,
    epochs: Vec<usize>,
    stopped: Option<StopReason>,
}

/// The values of one name, each with its epoch.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    key: String,
    values: Vec<f64>,
    epochs: Vec<usize>,
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
        self.series.iter().map(|series| series.key.as_str())
    }

    /// The values of one name, one for each epoch of [`epochs_of`](History::epochs_of) it.
    pub fn get(&self, key: &str) -> Option<&[f64]> {
        self.find(key).map(|series| series.values.as_slice())
    }

    /// The epochs, from 0, that a name has values of: all, but for what is computed now and then
    /// ([`Fit::validation_freq`](super::Fit::validation_freq)).
    pub fn epochs_of(&self, key: &str) -> Option<&[usize]> {
        self.find(key).map(|series| series.epochs.as_slice())
    }

    fn find(&self, key: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.key == key)
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
        let series = series.into_iter();
        let whole = |(key, values)| Series { key, values, epochs: epochs.clone() };
        Ok(History { series: series.map(whole).collect(), epochs, stopped: None })
    }

    /// All series as a JSON object, `{"loss": […], "val_loss": […]}`: Keras's `history.history`.
    pub fn to_json(&self) -> Value {
        let series = self.series.iter().map(|series| (series.key.clone(), json!(series.values)));
        Value::Object(series.collect::<Map<_, _>>())
    }

    /// Appends the epochs of a training that went on where this one ended.
    pub fn extend(&mut self, later: History) {
        self.epochs.extend(later.epochs);
        for series in later.series {
            match self.series.iter_mut().find(|own| own.key == series.key) {
                Some(own) => {
                    own.values.extend(series.values);
                    own.epochs.extend(series.epochs);
                }
                None => self.series.push(series),
            }
        }
        self.stopped = later.stopped;
    }

    /// The epochs of the series that have values of some alone.
    pub(crate) fn partial_epochs(&self) -> Value {
        let partial = self.series.iter().filter(|series| series.epochs != self.epochs);
        let epochs = partial.map(|series| (series.key.clone(), json!(series.epochs)));
        Value::Object(epochs.collect::<Map<_, _>>())
    }

    /// What [`to_json`](History::to_json) wrote, with the epochs, and those of series that have
    /// values of some alone.
    pub(crate) fn from_json(series: &Value, epochs: &Value, partial: &Value) -> Option<History> {
        let values = |values: &Value| -> Option<Vec<f64>> {
            // JSON has no NaN: Null stands for it.
            values
                .as_array()?
                .iter()
                .map(|v| v.as_f64().or(v.is_null().then_some(f64::NAN)))
                .collect()
        };
        let epoch = |v: &Value| v.as_u64().and_then(|epoch| usize::try_from(epoch).ok());
        let numbers =
            |v: &Value| -> Option<Vec<usize>> { v.as_array()?.iter().map(epoch).collect() };
        let epochs = numbers(epochs)?;
        let series = series.as_object()?.iter().map(|(key, of_key)| {
            let values = values(of_key)?;
            let epochs = partial.get(key).map_or_else(|| Some(epochs.clone()), numbers)?;
            (values.len() == epochs.len()).then(|| Series { key: key.clone(), values, epochs })
        });
        Some(History { series: series.collect::<Option<_>>()?, epochs, stopped: None })
    }

    pub(crate) fn push(&mut self, epoch: usize, logs: &Logs) {
        self.epochs.push(epoch);
        for (key, value) in logs {
            match self.series.iter_mut().find(|series| series.key == *key) {
                Some(series) => {
                    series.values.push(*value);
                    series.epochs.push(epoch);
                }
                None => self.series.push(Series {
                    key: key.clone(),
                    values: vec![*value],
                    epochs: vec![epoch],
                }),
            }
        }
    }

    pub(crate) fn stop(&mut self, reason: StopReason) {
        self.stopped = Some(reason);
    }
}
