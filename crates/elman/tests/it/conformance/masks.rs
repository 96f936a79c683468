//! What a mask leaves out reaches nothing that counts.

use elman::{Mask, Tensor};
use serde_json::json;

use super::{Case, ensure, for_all, said, upstream};
use crate::support::noise;

/// Whether the first input is a sequence, or several.
fn is_sequence(case: &Case) -> bool {
    case.inputs[0].values.0.len() >= 3
}

/// The mask of the case, or one with padding and holes.
fn mask_of(case: &Case) -> Mask {
    let shape = &case.inputs[0].values.0[..2];
    case.inputs()[0].mask().cloned().unwrap_or_else(|| {
        let used = |i: usize| [false, true, true][(i % shape[1] + i / shape[1]) % 3];
        Mask::new(shape, (0..shape[0] * shape[1]).map(used).collect()).unwrap()
    })
}

/// The entries of a tensor that its mask leaves out, with no mask none.
fn left_out(x: &Tensor, mask: Option<&Mask>) -> Vec<bool> {
    let Some(mask) = mask else { return vec![false; x.len()] };
    let each = x.len() / mask.data().len().max(1);
    mask.data().iter().flat_map(|used| std::iter::repeat_n(!used, each)).collect()
}

/// Steps that a mask leaves out change no output that counts, and have no gradient from there.
#[test]
fn masked_steps_change_nothing() {
    for_all(450, is_sequence, |case| {
        let (built, mask) = (case.built()?, mask_of(case));
        let masked = |x: Tensor| x.with_mask(mask.clone()).map_err(said);
        let mut inputs = case.bare_inputs();
        inputs[0] = masked(inputs[0].clone())?;
        let is_recurrent = built.layer.as_recurrent().is_some();
        // A step counts for several inputs if it does for one.
        for x in inputs.iter_mut().skip(1).filter(|_| !is_recurrent) {
            if !x.shape().starts_with(mask.shape()) {
                return Ok(());
            }
            *x = masked(x.clone())?;
        }
        // One makes its mask itself; of the other, the mask says which features count.
        if case.class() == "Masking"
            || case.class() == "Softmax" && mask.shape().len() < inputs[0].ndim()
        {
            return Ok(());
        }
        // A normalization along the steps sees them all, in Keras, too. With more axes than a
        // sequence, others want masks that say more.
        let axes = &case.layer["config"]["axis"];
        if case.class() == "LayerNormalization" && axes != -1 && axes != &json!([-1])
            || ["BatchNormalization", "MultiHeadAttention"].contains(&case.class())
                && inputs[0].ndim() > 3
        {
            return Ok(());
        }
        let outputs = built.call(&inputs, 1).map_err(said)?;
        // Layers where the mask ends see all steps, but for those that it is made for.
        if outputs.iter().all(|y| y.mask().is_none()) && !is_recurrent {
            return Ok(());
        }
        let out = left_out(&inputs[0], Some(&mask));
        let mut moved = inputs.clone();
        let other = noise(inputs[0].shape(), "other");
        for ((x, other), out) in moved[0].data_mut().iter_mut().zip(other.data()).zip(&out) {
            *x = if *out { 10.0 * other } else { *x };
        }
        let again = built.call(&moved, 1).map_err(said)?;
        let mut upstream = upstream(&outputs);
        for (i, (y, again)) in outputs.iter().zip(&again).enumerate() {
            let skipped = left_out(y, y.mask());
            let mut pairs = y.data().iter().zip(again.data()).zip(&skipped);
            let same = pairs.all(|((a, b), skipped)| *skipped || a.to_bits() == b.to_bits());
            ensure(same, || format!("masked steps change output {i}"))?;
            ensure(y.mask() == again.mask(), || format!("values change the mask of output {i}"))?;
            for (d, skipped) in upstream[i].data_mut().iter_mut().zip(&skipped) {
                *d = if *skipped { 0.0 } else { *d };
            }
        }
        let (_, of_inputs, _) = built.gradients(&inputs, &upstream).map_err(said)?;
        let Some(gradient) = &of_inputs[0] else { return Ok(()) };
        let none = gradient.data().iter().zip(&out).all(|(d, out)| !out || *d == 0.0);
        ensure(none, || "masked steps have a gradient".into())
    });
}

/// A recurrent layer that returns sequences passes its mask on, one that doesn't ends it.
#[test]
fn recurrent_layers_pass_masks_with_sequences() {
    for_all(
        340,
        |case| case.layer().is_ok_and(|l| l.as_recurrent().is_some()),
        |case| {
            let (built, mask) = (case.built()?, mask_of(case));
            let mut inputs = case.inputs();
            inputs[0] = case.bare_inputs().remove(0).with_mask(mask.clone()).map_err(said)?;
            let outputs = built.call(&inputs, 1).map_err(said)?;
            let sequences = built.layer.as_recurrent().unwrap().options().return_sequences;
            let expected = sequences.then_some(&mask);
            ensure(outputs[0].mask() == expected, || {
                format!("the mask is {:?}", outputs[0].mask())
            })?;
            ensure(outputs[1..].iter().all(|state| state.mask().is_none()), || "of states".into())
        },
    );
}
