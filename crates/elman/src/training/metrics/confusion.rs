//! True and false positives and negatives at thresholds: what precision, recall, AUC and others
//! are made of.

use super::element_weights;
use super::thresholds::{LOWEST, Thresholds};
use crate::training::losses::{align, mismatch};
use crate::{Error, Float, Result, Tensor};

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
        if thresholds.are_even() {
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
