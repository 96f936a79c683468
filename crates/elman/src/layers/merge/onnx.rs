//! Merging in ONNX graphs: arrays side by side, and their masks.

use elman_files::onnx::Attribute;
use elman_files::{Array, Data};

use super::elementwise::MergeFunction;
use super::inputs::MaskRule;
use crate::Result;
use crate::layers::Layer;
use crate::onnx::{Edge, EdgeMask, Exporter, refuse};

/// What a function makes of some inputs, which get as many axes each as they have together.
pub(super) fn merged<F: MergeFunction>(
    inputs: &[Edge],
    looks_at_masks: bool,
    exporter: &mut Exporter,
) -> String {
    let ndim = inputs.iter().map(Edge::ndim).max().unwrap_or_default();
    let mut names = Vec::new();
    let mut used = Vec::new();
    for x in inputs {
        let further: Vec<i64> = (1..=(ndim - x.ndim()) as i64).collect();
        names.push(match further.is_empty() {
            true => x.name.clone(),
            false => exporter.unsqueeze(&x.name, &further),
        });
        let looks = looks_at_masks && x.ndim() == ndim;
        used.push(if looks { exporter.mask_over(x) } else { None });
    }
    F::onnx(&names, &used, exporter)
}

/// `op(op(a, b), c)`…
pub(super) fn chain(op: &str, inputs: &[String], exporter: &mut Exporter) -> String {
    let folded = inputs.iter().cloned().reduce(|a, b| exporter.binary(op, &a, &b));
    folded.unwrap_or_default()
}

/// Of each element the value of the input that counts and is best; `better(new, old)`.
pub(super) fn chosen(
    better: &str,
    inputs: &[String],
    used: &[Option<String>],
    exporter: &mut Exporter,
) -> String {
    let mut pairs = inputs.iter().cloned().zip(used.iter().cloned());
    let Some((mut y, mut counts)) = pairs.next() else { return String::new() };
    for (x, used) in pairs {
        let mut takes = exporter.binary(better, &x, &y);
        if let Some(counts) = &counts {
            let nothing = exporter.unary("Not", counts);
            takes = exporter.binary("Or", &nothing, &takes);
        }
        if let Some(used) = &used {
            takes = exporter.binary("And", used, &takes);
        }
        y = exporter.choose(&takes, &x, &y);
        counts = counts.zip(used).map(|(a, b)| exporter.binary("Or", &a, &b));
    }
    y
}

/// The product of what counts; zero where nothing does.
pub(super) fn product(
    inputs: &[String],
    used: &[Option<String>],
    exporter: &mut Exporter,
) -> String {
    let (none, one) = (exporter.number(0.0), exporter.number(1.0));
    let mut factors = Vec::new();
    for (x, used) in inputs.iter().zip(used) {
        factors.push(match used {
            Some(used) => exporter.choose(used, x, &one),
            None => x.clone(),
        });
    }
    let y = chain("Mul", &factors, exporter);
    let all: Option<Vec<String>> = used.iter().cloned().collect();
    match all.filter(|used| !used.is_empty()) {
        Some(used) => {
            let any = chain("Or", &used, exporter);
            exporter.choose(&any, &y, &none)
        }
        None => y,
    }
}

/// What counts by a rule, if the inputs say so.
pub(super) fn merged_mask(
    inputs: &[Edge],
    rule: MaskRule,
    exporter: &mut Exporter,
) -> Option<EdgeMask> {
    if !rule.makes_mask(inputs.iter().map(|x| x.mask.is_some())) {
        return None;
    }
    let masks: Vec<&EdgeMask> = inputs.iter().filter_map(|x| x.mask.as_ref()).collect();
    let ndim = masks.iter().map(|mask| mask.ndim).max().unwrap_or_default();
    let names: Vec<String> = masks.iter().map(|mask| mask.name.clone()).collect();
    (!names.is_empty()).then(|| EdgeMask { name: chain(rule.operator(), &names, exporter), ndim })
}

/// The mask of inputs that stand side by side along an axis.
pub(super) fn joined_mask(
    layer: &dyn Layer,
    inputs: &[Edge],
    axis: usize,
    rule: MaskRule,
    exporter: &mut Exporter,
) -> Result<Option<EdgeMask>> {
    if inputs.iter().all(|x| x.mask.is_none()) {
        return Ok(None);
    }
    let ndim = inputs[0].ndim() - 1;
    if inputs.iter().flat_map(|x| &x.mask).any(|mask| mask.ndim != ndim) {
        return Err(refuse(layer, "its masks are not over all axes but the last"));
    }
    if axis == ndim {
        // Where one counts wholly, so does what they are together.
        return Ok(merged_mask(inputs, rule, exporter));
    }
    let mut names = Vec::new();
    for x in inputs {
        names.push(match &x.mask {
            Some(mask) => mask.name.clone(),
            None => {
                let shape = exporter.dims(&x.name, 0, ndim as i64);
                let counts = Array { shape: vec![1], data: Data::Bool(vec![true]) };
                let value = ("value", Attribute::Tensor(counts));
                exporter.node("ConstantOfShape", &[&shape], &[value])
            }
        });
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(Some(EdgeMask { name: exporter.concat(&names, axis as i64), ndim }))
}
