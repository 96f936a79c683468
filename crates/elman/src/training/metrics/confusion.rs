//! True and false positives and negatives at thresholds: what precision, recall, AUC and others
//! are made of.

use super::element_weights;
use crate::training::losses::{align, mismatch};
use crate::{Error, Float, Result, Tensor};

/// More thresholds than anyone needs, so that a number in a file can't ask for all memory.
pub(super) const MAX_THRESHOLDS: usize = 1 << 20;

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
    fn add(&self, prediction: Float, weight: f64, mut at: impl FnMut(usize, f64)) {
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

/// Which predictions count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Selection<'a> {
    /// Only the largest so many of each row are positive.
    pub top_k: Option<usize>,
    /// Only this column counts.
    pub class_id: Option<usize>,
    /// Each column is counted by itself.
    pub multi_label: bool,
    /// The weights of the columns.
    pub label_weights: &'a [f64],
}

/// What is counted: for each threshold, and for each label where those are told apart.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub(super) labels: usize,
    pub(super) true_positives: Vec<f64>,
    pub(super) false_positives: Vec<f64>,
    pub(super) true_negatives: Vec<f64>,
    pub(super) false_negatives: Vec<f64>,
}

impl Counts {
    /// Counts a batch.
    pub(super) fn update(
        &mut self,
        place: &str,
        thresholds: &Thresholds,
        selection: Selection,
        (y_true, y_pred): (&Tensor, &Tensor),
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let (y, p) = align(place, y_true, y_pred)?;
        let p = match selection.top_k {
            Some(k) => only_top_k(&p, k),
            None => p,
        };
        let (y, p) = match selection.class_id {
            Some(class) => (column(place, &y, class)?, column(place, &p, class)?),
            None => (y, p),
        };
        let width = p.width().max(1);
        let labels = if selection.multi_label { width } else { 1 };
        self.prepare(place, thresholds.len(), labels, &p)?;
        let of_label = selection.label_weights;
        if !of_label.is_empty() && of_label.len() != width {
            let expected = format!("(…, {}), a column for each of `label_weights`", of_label.len());
            return Err(mismatch(place, "the model's output", expected, &p));
        }
        let weights = element_weights(place, weights, p.shape())?;
        let mut batch = Counts::default();
        batch.prepare(place, thresholds.len(), labels, &p)?;
        let mut totals = vec![[0.0; 2]; labels];
        for (i, ((y, p), weight)) in y.data().iter().zip(p.data()).zip(&weights).enumerate() {
            let mut weight = f64::from(*weight);
            if let Some(of_label) = of_label.get(i % width) {
                weight *= of_label;
            }
            let (label, positive) = (i % labels, *y != 0.0);
            totals[label][usize::from(positive)] += weight;
            let counts = match positive {
                true => &mut batch.true_positives,
                false => &mut batch.false_positives,
            };
            thresholds.add(*p, weight, |threshold, w| counts[threshold * labels + label] += w);
        }
        if thresholds.even.is_some() {
            sum_from_end(&mut batch.true_positives, labels);
            sum_from_end(&mut batch.false_positives, labels);
        }
        for i in 0..thresholds.len() * labels {
            let [negatives, positives] = totals[i % labels];
            self.true_positives[i] += batch.true_positives[i];
            self.false_positives[i] += batch.false_positives[i];
            self.true_negatives[i] += negatives - batch.false_positives[i];
            self.false_negatives[i] += positives - batch.true_positives[i];
        }
        Ok(())
    }

    /// Makes room on the first batch; later ones must have as many labels.
    fn prepare(&mut self, place: &str, thresholds: usize, labels: usize, p: &Tensor) -> Result<()> {
        if self.labels == 0 {
            let zeros = vec![0.0; thresholds * labels];
            *self = Counts {
                labels,
                true_positives: zeros.clone(),
                false_positives: zeros.clone(),
                true_negatives: zeros.clone(),
                false_negatives: zeros,
            };
        }
        if self.labels == labels {
            return Ok(());
        }
        let expected = format!("{} columns, as before", self.labels);
        Err(mismatch(place, "the model's output", expected, p))
    }
}

fn sum_from_end(counts: &mut [f64], labels: usize) {
    for i in (0..counts.len().saturating_sub(labels)).rev() {
        counts[i] += counts[i + labels];
    }
}

/// A prediction that no threshold is below.
pub(super) const LOWEST: f64 = -1e10;

/// The largest `k` of each row (of equal ones the first); the others are below all thresholds.
fn only_top_k(p: &Tensor, k: usize) -> Tensor {
    let mut kept = Vec::with_capacity(p.len());
    let mut order: Vec<usize> = Vec::new();
    for row in p.data().chunks(p.width().max(1)) {
        order.clear();
        order.extend(0..row.len());
        // Adding 0 makes both zeros equal.
        order.sort_by(|a, b| (row[*b] + 0.0).total_cmp(&(row[*a] + 0.0)));
        let start = kept.len();
        kept.resize(start + row.len(), LOWEST as Float);
        for i in order.iter().take(k) {
            kept[start + i] = row[*i];
        }
    }
    Tensor::from_parts(p.shape(), kept)
}

/// One column, as an array with a last axis of one.
fn column(place: &str, x: &Tensor, class: usize) -> Result<Tensor> {
    if x.ndim() < 2 || class >= x.width() {
        return Err(Error::InvalidArgument {
            place: place.into(),
            argument: "class_id",
            expected: format!("a column of the output {}", crate::Shape::from(x.shape())),
            got: class.to_string(),
        });
    }
    let mut shape = x.shape().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = 1;
    }
    let values = x.data().iter().skip(class).step_by(x.width()).copied().collect();
    Ok(Tensor::from_parts(shape, values))
}
