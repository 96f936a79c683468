//! The operator that joins and splits axes, and what others need of it.

use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Value, View};
use crate::Result;
use crate::layers::{Permute, Reshape};
use crate::models::Symbolic;

/// A dimension that `Reshape` asks for.
enum Target {
    Size(Size),
    /// What is left.
    Rest,
}

impl Importer<'_> {
    pub fn reshape(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["allowzero"])?;
        let keeps_zero = reading.int("allowzero", 0)? != 0;
        let value = self.value(reading, 0)?;
        let shape = self.value(reading, 1)?;
        if let Value::Constant(array) = &value {
            let shape = self.integers(reading, 1, "")?;
            return self.reshaped_constant(array, &shape.unwrap_or_default(), reading);
        }
        let sizes = match &value {
            Value::View(view) => view.all_sizes(),
            Value::Stack(stack) => stack.parts[0].all_sizes().map(|mut sizes| {
                sizes.insert(stack.axis.min(sizes.len()), Size::known(stack.parts.len()));
                sizes
            }),
            Value::Filled(_) | Value::Dims { .. } => return Ok(value),
            Value::Constant(_) => None,
        };
        let sizes = sizes.ok_or_else(|| reading.refuse("its input is too large"))?;
        let targets: Vec<Target> = match shape {
            Value::Dims { sizes, .. } => sizes.into_iter().map(Target::Size).collect(),
            _ => {
                let numbers = self.integers(reading, 1, "")?.unwrap_or_default();
                let target = |(i, n): (usize, &i64)| match n {
                    -1 => Ok(Target::Rest),
                    0 if !keeps_zero => {
                        let kept = sizes.get(i).cloned();
                        let none = || reading.refuse("it keeps a dimension that isn't there");
                        Ok(Target::Size(kept.ok_or_else(none)?))
                    }
                    n => {
                        let size = usize::try_from(*n).map(Size::known);
                        size.map(Target::Size).map_err(|_| reading.refuse("a negative dimension"))
                    }
                };
                numbers.iter().enumerate().map(target).collect::<Result<_>>()?
            }
        };
        let targets = resolved(&sizes, targets)
            .ok_or_else(|| reading.refuse("its shape does not follow from that of its input"))?;
        if let Value::Stack(stack) = &value {
            // The directions behind one another in the last axis: as `Bidirectional` joins them.
            let axis = stack.axis;
            let mut joined = sizes.clone();
            if axis + 2 == sizes.len() && targets.len() + 1 == sizes.len() {
                joined.truncate(axis);
                joined.extend(sizes[axis].times(&sizes[axis + 1]));
                if joined == targets && stack.parts.iter().all(View::ends_alike) {
                    return Ok(Value::View(self.side_by_side(&stack.parts, reading)?));
                }
            }
        }
        let view = self.view(reading, 0)?;
        self.regrouped(&view, &targets, reading).map(Value::View)
    }

    /// Views of the same axes side by side along their last one.
    pub fn side_by_side(&mut self, parts: &[View], reading: Reading) -> Result<View> {
        let first = &parts[0];
        let last = first.sizes.len() - 1;
        let alike = parts.iter().all(|part| {
            part.axes == first.axes
                && part.sizes[..last] == first.sizes[..last]
                && part.ends_alike()
        });
        let widths: Option<Vec<usize>> = parts.iter().map(|p| p.sizes[last].number()).collect();
        let width = widths.filter(|_| alike).map(|widths| widths.iter().sum());
        let width = width.ok_or_else(|| reading.refuse("its inputs have different axes"))?;
        let inputs: Vec<Symbolic> = parts.iter().map(|part| part.x.clone()).collect();
        let layer = Box::new(crate::layers::Concatenate::new());
        let x = self.apply(layer, "concatenate", &inputs, Vec::new())?.remove(0);
        let mut sizes = first.sizes.clone();
        sizes[last] = Size::known(width);
        Ok(View { x, sizes, axes: first.axes.clone(), ends: [None, None] })
    }

    /// A view with its axes joined and split to those sizes.
    fn regrouped(&mut self, view: &View, targets: &[Size], reading: Reading) -> Result<View> {
        let atoms: Vec<usize> = view.axes.concat();
        let sizes: Vec<&Size> = atoms.iter().map(|atom| &view.sizes[*atom]).collect();
        if let Some(groups) = groups(&sizes, targets) {
            let axes = groups.into_iter().map(|range| atoms[range].to_vec()).collect();
            return Ok(view.with_axes(axes));
        }
        // The batch must stay where it is, so that what is before and behind is split alone.
        let refuse = || reading.refuse("it splits or joins the batch with other axes");
        let at = atoms.iter().position(|atom| *atom == 0).ok_or_else(refuse)?;
        let before = Size::product(sizes[..at].iter().copied()).ok_or_else(refuse)?;
        let new = (0..targets.len()).find(|new| {
            Size::product(&targets[..*new]).as_ref() == Some(&before) && &targets[*new] == sizes[at]
        });
        let new = new.ok_or_else(refuse)?;
        let plain = self.batch_first(view, &reading.node.op)?;
        let mut rest = targets.to_vec();
        let batch = rest.remove(new);
        let x = self.reshaped(&plain.x, &rest, &reading.node.op)?;
        let mut own = vec![batch];
        own.extend(rest);
        let axis = |axis: usize| match axis {
            axis if axis == new => vec![0],
            axis if axis < new => vec![axis + 1],
            axis => vec![axis],
        };
        let axes = (0..targets.len()).map(axis).collect();
        Ok(View { x, sizes: own, axes, ends: [None, None] })
    }

    /// A view whose value has the batch first and the graph's other axes in order.
    pub fn batch_first(&mut self, view: &View, word: &str) -> Result<View> {
        let Some(batch) = view.batch_axis() else {
            return Err(self.refuse(word, "it joins the batch with other axes"));
        };
        let mut order: Vec<usize> = vec![batch];
        order.extend((0..view.axes.len()).filter(|axis| *axis != batch));
        let axes: Vec<Vec<usize>> = order.iter().map(|axis| view.axes[*axis].clone()).collect();
        let sizes: Option<Vec<Size>> = order.iter().map(|axis| view.size(*axis)).collect();
        let sizes = sizes.ok_or_else(|| self.refuse(word, "its input is too large"))?;
        let atoms: Vec<usize> = axes.concat();
        let mut x = view.x.clone();
        if atoms.windows(2).any(|pair| pair[0] > pair[1]) {
            let dims = atoms[1..].to_vec();
            x = self.map(Permute::new(dims), "permute", &x)?;
        }
        if axes.iter().any(|axes| axes.len() != 1) {
            x = self.reshaped(&x, &sizes[1..], word)?;
        }
        let plain = View::plain(x, sizes);
        // The axes of the graph, in its order.
        let mut axes = vec![Vec::new(); order.len()];
        for (own, axis) in order.iter().enumerate() {
            axes[*axis] = vec![own];
        }
        let same = plain.x.shape() == view.x.shape()
            && std::sync::Arc::ptr_eq(&plain.x.node, &view.x.node);
        let ends = if same { view.ends.clone() } else { [None, None] };
        Ok(View { axes, ends, ..plain })
    }

    /// A value in another shape behind the batch.
    pub fn reshaped(&mut self, x: &Symbolic, sizes: &[Size], word: &str) -> Result<Symbolic> {
        let unknown = sizes.iter().filter(|size| size.number().is_none()).count();
        if unknown > 1 {
            return Err(self.refuse(word, "more than one length behind the batch is unknown"));
        }
        if Size::product(sizes).is_none() {
            return Err(self.refuse(word, "its input is too large"));
        }
        let dim = |size: &Size| size.number().and_then(|n| isize::try_from(n).ok()).unwrap_or(-1);
        let target: Vec<isize> = sizes.iter().map(dim).collect();
        self.map(Reshape::new(target), "reshape", x)
    }
}

/// The sizes that are asked for, with what is left.
fn resolved(sizes: &[Size], targets: Vec<Target>) -> Option<Vec<Size>> {
    let whole = Size::product(sizes)?;
    let given = Size::product(targets.iter().filter_map(|target| match target {
        Target::Size(size) => Some(size),
        Target::Rest => None,
    }))?;
    let rest = whole.over(&given)?;
    let open = targets.iter().filter(|target| matches!(target, Target::Rest)).count();
    if open > 1 || (open == 0 && rest != Size::known(1)) {
        return None;
    }
    let size = |target| match target {
        Target::Size(size) => size,
        Target::Rest => rest.clone(),
    };
    Some(targets.into_iter().map(size).collect())
}

/// Which axes in a row make up each target; none if one would have to be split.
fn groups(sizes: &[&Size], targets: &[Size]) -> Option<Vec<std::ops::Range<usize>>> {
    let one = Size::known(1);
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    let mut at = 0;
    for target in targets {
        let start = at;
        let mut size = one.clone();
        while size != *target {
            size = size.times(sizes.get(at)?)?;
            at += 1;
            target.over(&size)?;
        }
        groups.push(start..at);
    }
    // Axes of length 1 at the end go with what is before them.
    if sizes[at..].iter().any(|size| **size != one) {
        return None;
    }
    match groups.last_mut() {
        Some(last) => last.end = sizes.len(),
        None if at == sizes.len() => {}
        None => return None,
    }
    Some(groups)
}
