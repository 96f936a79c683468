//! Sequences of labels without times.

use serde::Serialize;

use super::lattice::{BLANK, Lattice};
use super::loss::loss_methods;
use super::{Evaluated, Loss, mismatch};
use crate::{Error, Float, Result, Shape, Tensor};

/// Connectionist temporal classification: Keras's `ctc`.
///
/// The value of a sample is `-log` of the probability that its frames spell its labels, in any
/// timing: each frame names a class or the blank, repeated classes are joined, blanks left out.
///
/// - Predictions are logits `(batch, time, classes)`; class 0 is the blank.
/// - Targets are `(batch, length)` of class numbers from 1; zeros at the end fill up shorter ones.
/// - Values are `(batch,)`.
///
/// All frames of a sample count. Where Keras gives a meaningless value, this is an error: a target
/// with zeros between labels, and one that is too long for the frames (each label takes a frame,
/// and each repetition one more).
///
/// [Graves et al., 2006](https://www.cs.toronto.edu/~graves/icml_2006.pdf).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Ctc, Loss};
/// // Two frames, each 50 % blank and 50 % class 1: three of four ways spell "1".
/// let logits = Tensor::zeros([1, 2, 2]);
/// let value = Ctc.call(&Tensor::from(array![[1, 0]]), &logits, None)?.data()[0];
/// assert!((value + 0.75f32.ln()).abs() < 1e-6);
/// assert!(Ctc.call(&Tensor::from(array![[1, 1]]), &logits, None).is_err()); // "11" needs three
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Ctc;

impl Ctc {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let [batch, frames, classes] = *y_pred.shape() else {
            let expected = "(batch, time, classes), logits for each frame".into();
            return Err(mismatch(self.class_name(), "the model's output", expected, y_pred));
        };
        if y_true.ndim() != 2 || y_true.shape()[0] != batch {
            let expected = format!(
                "({batch}, length), class numbers from 1 and zeros at the end, for the output {}",
                Shape::from(y_pred.shape())
            );
            return Err(mismatch(self.class_name(), "y", expected, y_true));
        }
        if y_pred.mask().is_some_and(|mask| !mask.is_full()) {
            return Err(Error::Unsupported {
                place: format!("loss {}", self.class_name()),
                option: "a mask of the predictions".into(),
                advice: "give it sequences whose frames all count".into(),
            });
        }
        if classes == 0 {
            let expected = "a blank and one class or more".into();
            return Err(mismatch(self.class_name(), "the model's output", expected, y_pred));
        }
        let size = frames * classes;
        let mut gradient = vec![0.0; if wants_gradient { y_pred.len() } else { 0 }];
        let (mut lattice, mut values) = (Lattice::default(), Vec::with_capacity(batch));
        for sample in 0..batch {
            let labels = self.labels(y_true, sample, classes, Some(frames))?;
            let of_sample = sample * size..(sample + 1) * size;
            let logits = &y_pred.data()[of_sample.clone()];
            let gradient = wants_gradient.then(|| &mut gradient[of_sample]);
            values.push(lattice.loss(&labels, logits, classes, gradient) as Float);
        }
        let shape = if wants_gradient { y_pred.shape() } else { &[0] };
        let gradient = Tensor::from_parts(shape, gradient);
        Ok(Evaluated::new(Tensor::from_parts([batch], values), gradient))
    }

    /// The labels of a sample, checked; how many there may be only where the frames are known.
    fn labels(
        &self,
        y_true: &Tensor,
        sample: usize,
        classes: usize,
        frames: Option<usize>,
    ) -> Result<Vec<usize>> {
        let length = y_true.width();
        let row = &y_true.data()[sample * length..(sample + 1) * length];
        let used = row.iter().position(|y| *y == BLANK as Float).unwrap_or(length);
        let wrong = |(i, y): (usize, &Float)| {
            let is_class = *y >= 1.0 && *y < classes as Float && y.fract() == 0.0;
            if i < used { !is_class } else { *y != BLANK as Float }
        };
        if let Some((i, y)) = row.iter().enumerate().find(|label| wrong(*label)) {
            return Err(Error::Value {
                place: format!("{}, y", self.class_name()),
                position: y_true.position(sample * length + i),
                value: f64::from(*y),
                expected: format!(
                    "a class number from 1 to {}, or one of the zeros at the end",
                    classes.saturating_sub(1)
                ),
            });
        }
        let labels: Vec<usize> = row[..used].iter().map(|y| *y as usize).collect();
        let repetitions = labels.windows(2).filter(|pair| pair[0] == pair[1]).count();
        match frames {
            Some(frames) if labels.len() + repetitions > frames => Err(Error::Value {
                place: format!("{}, y", self.class_name()),
                position: vec![sample],
                value: labels.len() as f64,
                expected: format!(
                    "a number of labels that {frames} frames can spell, where {repetitions} \
                     repetitions take a frame more"
                ),
            }),
            _ => Ok(labels),
        }
    }
}

impl Loss for Ctc {
    loss_methods!("CTC");

    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        let ([samples, _], [_, frames, Some(classes)]) = (y_true.shape(), output.dims()) else {
            return Ok(());
        };
        let check = |sample| self.labels(y_true, sample, *classes, *frames).map(drop);
        (0..*samples).try_for_each(check)
    }
}
