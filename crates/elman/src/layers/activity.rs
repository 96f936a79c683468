//! Penalties on what layers put out: `activity_regularizer`.

use super::Base;
use crate::regularizers::Regularizer;
use crate::{Context, Float, Result, Tensor};

/// The outputs of one call, for the gradient of their penalty.
struct Saved(Vec<Tensor>);

/// Adds each output's penalty over the batch size to the losses of the pass, if those are wanted.
pub(crate) fn add_losses(
    base: &Base,
    outputs: &[Tensor],
    cx: &mut Context,
    place: impl Fn() -> String,
) -> Result<()> {
    let Some(regularizer) = base.activity_regularizer.as_ref().filter(|_| cx.wants_losses()) else {
        return Ok(());
    };
    for output in outputs {
        for step in steps(output, cx.steps()) {
            regularizer.check(step.shape(), &format!("outputs of {}", place()))?;
            let loss = regularizer.value(&step)?;
            cx.add_loss(loss / batch(&step));
        }
    }
    cx.save(Saved(outputs.to_vec()));
    Ok(())
}

/// The gradients of the outputs with those of [`add_losses`]; `None` if it did nothing.
pub(crate) fn with_gradients(
    base: &Base,
    gradients: &[Option<Tensor>],
    cx: &mut Context,
    place: impl Fn() -> String,
) -> Result<Option<Vec<Option<Tensor>>>> {
    let Some(regularizer) = base.activity_regularizer.as_ref().filter(|_| cx.wants_losses()) else {
        return Ok(None);
    };
    let Saved(outputs) = cx.restore(&place())?;
    let mut sums = gradients.to_vec();
    sums.resize(outputs.len(), None);
    for (sum, output) in sums.iter_mut().zip(&outputs) {
        let own = gradient(regularizer, output, cx.steps())?;
        match sum {
            Some(sum) => sum.add_assign(&own),
            None => *sum = Some(own),
        }
    }
    Ok(Some(sums))
}

fn gradient(regularizer: &Regularizer, output: &Tensor, count: usize) -> Result<Tensor> {
    let mut whole = Tensor::zeros(output.shape());
    let row = output.len() / output.shape()[0].max(1);
    for (t, step) in steps(output, count).into_iter().enumerate() {
        let scale = 1.0 / batch(&step) as Float;
        let of_step = regularizer.gradient(&step)?;
        for (b, values) in of_step.data().chunks(row.max(1)).enumerate() {
            let start = (b * count + t) * row;
            let target = whole.data_mut()[start..start + row].iter_mut();
            target.zip(values).for_each(|(target, g)| *target = g * scale);
        }
    }
    Ok(whole)
}

/// The outputs of single steps, where the rows of a batch are steps of its samples.
fn steps(output: &Tensor, count: usize) -> Vec<Tensor> {
    if count == 1 {
        return vec![output.clone()];
    }
    let samples = output.shape()[0] / count.max(1);
    let step = |t: usize| (0..samples).map(|b| b * count + t).collect::<Vec<_>>();
    (0..count).map(|t| output.select(&step(t))).collect()
}

fn batch(output: &Tensor) -> f64 {
    output.shape()[0].max(1) as f64
}
