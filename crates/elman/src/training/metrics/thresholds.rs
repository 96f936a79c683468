//! What predictions are compared with.

use crate::{Error, Float, Result};

/// More thresholds than anyone needs, so that a number in a file can't ask for all memory.
pub(super) const MAX_THRESHOLDS: usize = 1 << 20;

/// A prediction that no threshold is below.
pub(super) const LOWEST: f64 = -1e10;

/// The thresholds that predictions are compared with.
#[derive(Clone, Debug)]
pub(super) struct Thresholds {
    values: Vec<Float>,
    /// Whether they are 0, 1/n, 2/n, … 1, so that a prediction's place among them is computed.
    /// With `Some(true)` all predictions from 0 on are above the first.
    even: Option<bool>,
}

impl Thresholds {
    /// Those given by the user; none given means `default`.
    pub fn new(given: &[f64], default: f64) -> Thresholds {
        let values = if given.is_empty() { &[default] } else { given };
        let even = (values.len() >= 3 && are_even(values)).then_some(false);
        Thresholds { values: values.iter().map(|t| *t as Float).collect(), even }
    }

    /// So many, evenly from 0 to 1; a single one is 0.5.
    pub fn evenly(count: usize) -> Thresholds {
        match count {
            0 | 1 => Thresholds { values: vec![0.5], even: None },
            _ => Thresholds { values: steps(count), even: Some(false) },
        }
    }

    /// As [`Thresholds::evenly`], with the first a little below 0 and the last a little above 1.
    pub fn evenly_beyond(count: usize) -> Thresholds {
        Thresholds { values: steps(count), even: Some(true) }
    }

    /// Those given by the user, sorted, between one below 0 and one above 1.
    pub fn beyond(given: &[f64]) -> Thresholds {
        let mut values = given.to_vec();
        values.sort_by(f64::total_cmp);
        let ends = [&[0.0][..], &values, &[1.0]].concat();
        let even = are_even(&ends).then_some(true);
        let (below, above) = (-1e-7, 1.0 + 1e-7);
        let values = [&[below][..], &values, &[above]].concat();
        Thresholds { values: values.iter().map(|t| *t as Float).collect(), even }
    }

    /// Whether [`Thresholds::add`] adds to one threshold only.
    pub fn are_even(&self) -> bool {
        self.even.is_some()
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Checks the thresholds of a user.
    pub fn check(place: &str, given: &[f64]) -> Result<()> {
        match given.iter().find(|t| !(0.0..=1.0).contains(*t)) {
            None => Ok(()),
            Some(wrong) => Err(Error::InvalidArgument {
                place: place.into(),
                argument: "thresholds",
                expected: "numbers from 0 to 1".into(),
                got: wrong.to_string(),
            }),
        }
    }

    /// Adds the weight of a prediction at each threshold that it is above, as a number of which
    /// the sums from the end are taken where thresholds are even.
    pub fn add(&self, prediction: Float, weight: f64, mut at: impl FnMut(usize, f64)) {
        let Some(beyond) = self.even else {
            let above = |(_, threshold): &(usize, &Float)| prediction > **threshold;
            self.values.iter().enumerate().filter(above).for_each(|(i, _)| at(i, weight));
            return;
        };
        // Keras's arithmetic, which decides on which side of a threshold a prediction falls.
        let last = (self.values.len() - 1) as Float;
        let bucket = (prediction.clamp(0.0, 1.0) * last).ceil() - 1.0;
        let bucket = if beyond { bucket.max(0.0) } else { bucket };
        if bucket >= 0.0 {
            at(bucket as usize, weight);
        }
    }
}

fn steps(count: usize) -> Vec<Float> {
    (0..count).map(|i| (i as f64 / (count - 1) as f64) as Float).collect()
}

fn are_even(values: &[f64]) -> bool {
    let step = |i: usize| i as f64 / (values.len() - 1) as f64;
    values.iter().enumerate().all(|(i, t)| (t - step(i)).abs() <= 1e-7 + 1e-5 * step(i))
}
