//! Masks of steps for operators that know lengths alone.
//!
//! A step that is masked leaves the states of a recurrent layer as they are, so that a sequence with
//! masked steps anywhere gives what the steps that count give side by side. These are moved to the
//! front, in their order, and their number is the length that the operator is given; its outputs are
//! moved back. That is exact for any mask, which a graph can't foresee.

use elman_files::onnx::{Attribute, ElementKind};

use super::Exporter;

/// The steps that count, moved to the front.
pub(super) struct Compacted {
    /// The sequence, `(batch, time, features)`.
    pub x: String,
    /// How many steps count, `(batch,)` of int32.
    pub lengths: String,
    /// Whether a sequence has any step that counts, `(batch, 1)` of bool.
    any: String,
    /// How many steps count up to each, `(batch, time)` of int64.
    counts: String,
    /// The mask, `(batch, time)` of bool.
    mask: String,
}

impl Compacted {
    /// Adds what moves the steps of `x` that count to the front.
    pub fn of(x: &str, mask: &str, exporter: &mut Exporter) -> Compacted {
        let e = exporter;
        let used = e.cast(mask, ElementKind::I64);
        let (axis, one, zero) = (e.int(1), e.int(1), e.int(0));
        let counts = e.binary("CumSum", &used, &axis);
        let length = e.reduce("ReduceSum", &used, &[1], true);
        let any = e.binary("Greater", &length, &zero);
        let length = e.squeeze(&length, &[1]);
        let lengths = e.cast(&length, ElementKind::I32);
        // The order: keys that fall with time, those of steps that count above all others.
        let time = e.dims(mask, 1, 2);
        let steps = e.squeeze(&time, &[0]);
        let range = e.node("Range", &[&zero, &steps, &one], &[]);
        let above = e.binary("Mul", &used, &steps);
        let keys = e.binary("Sub", &above, &range);
        let axis = ("axis", Attribute::Int(1));
        let order = e.nodes("TopK", &[&keys, &time], &[axis], &[true, true]).swap_remove(1);
        let x = gather_steps(x, &order, e);
        Compacted { x, lengths, any, counts, mask: mask.to_owned() }
    }

    /// The outputs of all steps, `(batch, time, units)`, moved back: a masked step repeats the
    /// output before it, zeros at first, or is zero.
    pub fn outputs(&self, y: &str, zero_output: bool, exporter: &mut Exporter) -> String {
        let e = exporter;
        let (one, zero) = (e.int(1), e.int(0));
        let at = e.binary("Sub", &self.counts, &one);
        let at = e.binary("Max", &at, &zero);
        let moved = gather_steps(y, &at, e);
        let counts = match zero_output {
            true => self.mask.clone(),
            false => e.binary("Greater", &self.counts, &zero),
        };
        let counts = e.unsqueeze(&counts, &[2]);
        let none = e.number(0.0);
        e.choose(&counts, &moved, &none)
    }

    /// The output after the last step, from that after the last one that counts.
    pub fn last_output(&self, y: &str, zero_output: bool, exporter: &mut Exporter) -> String {
        let counts = match zero_output {
            true => exporter.slice(&self.mask, 1, -1, i64::MAX, 1),
            false => self.any.clone(),
        };
        let none = exporter.number(0.0);
        exporter.choose(&counts, y, &none)
    }

    /// A state after the last step: the one before all steps if none counts.
    pub fn state(&self, after: &str, before: Option<&str>, exporter: &mut Exporter) -> String {
        let before = before.map_or_else(|| exporter.number(0.0), str::to_owned);
        exporter.choose(&self.any, after, &before)
    }
}

/// `x[b, at[b, t]]` for all b and t.
fn gather_steps(x: &str, at: &str, exporter: &mut Exporter) -> String {
    let at = exporter.unsqueeze(at, &[2]);
    exporter.node("GatherND", &[x, &at], &[("batch_dims", Attribute::Int(1))])
}
