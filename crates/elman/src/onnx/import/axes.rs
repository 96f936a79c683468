//! Operators that move axes, and that add and drop those of length 1.

use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use crate::Result;

impl Importer<'_> {
    pub fn transpose(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["perm"])?;
        let value = self.value(reading, 0)?;
        let ndim = match &value {
            Value::View(view) => view.axes.len(),
            Value::Stack(stack) => stack.parts[0].axes.len() + 1,
            Value::Constant(array) => return self.transposed_constant(array, reading),
            _ => return Ok(value),
        };
        let order = match reading.ints("perm")? {
            Some(order) => order,
            None => (0..ndim as i64).rev().collect(),
        };
        let order: Vec<usize> =
            order.iter().map(|axis| reading.axis(*axis, ndim)).collect::<Result<_>>()?;
        if order.len() != ndim || (0..ndim).any(|axis| !order.contains(&axis)) {
            return Err(reading.refuse(format!("perm = {order:?} is no order of {ndim} axes")));
        }
        Ok(match value {
            Value::View(view) => {
                Value::View(view.with_axes(order.iter().map(|a| view.axes[*a].clone()).collect()))
            }
            Value::Stack(Stack { parts, axis }) => {
                let at = order.iter().position(|from| *from == axis).unwrap_or_default();
                let own = |from: &&usize| **from != axis;
                let inner = |from: &usize| if *from > axis { from - 1 } else { *from };
                let order: Vec<usize> = order.iter().filter(own).map(inner).collect();
                let turn = |part: &View| {
                    part.with_axes(order.iter().map(|a| part.axes[*a].clone()).collect())
                };
                Value::Stack(Stack { parts: parts.iter().map(turn).collect(), axis: at })
            }
            value => value,
        })
    }

    pub fn squeeze(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axes"])?;
        let axes = self.integers(reading, 1, "axes")?;
        let value = match self.value(reading, 0)? {
            Value::Constant(array) => return self.squeezed_constant(array, axes, reading),
            Value::Dims { sizes, .. } => {
                return Ok(Value::Dims { is_list: sizes.len() != 1, sizes });
            }
            Value::Filled(fill) => return Ok(Value::Filled(fill)),
            Value::Stack(stack) if stack.parts.len() > 1 => Value::Stack(stack),
            _ => Value::View(self.view(reading, 0)?),
        };
        let ndim = match &value {
            Value::Stack(stack) => stack.parts[0].axes.len() + 1,
            Value::View(view) => view.axes.len(),
            _ => 0,
        };
        let axes = axes.ok_or_else(|| reading.refuse("without axes it is not read"))?;
        let mut axes: Vec<usize> =
            axes.iter().map(|axis| reading.axis(*axis, ndim)).collect::<Result<_>>()?;
        axes.sort_unstable_by(|a, b| b.cmp(a));
        axes.dedup();
        match value {
            Value::Stack(Stack { mut parts, mut axis }) => {
                for out in axes {
                    if out == axis {
                        return Err(reading.refuse("an axis is longer than 1"));
                    }
                    for part in &mut parts {
                        let own = if out > axis { out - 1 } else { out };
                        *part = self.without_axis(part, own, reading)?;
                    }
                    axis -= usize::from(out < axis);
                }
                Ok(Value::Stack(Stack { parts, axis }))
            }
            Value::View(mut view) => {
                for axis in axes {
                    view = self.without_axis(&view, axis, reading)?;
                }
                Ok(Value::View(view))
            }
            value => Ok(value),
        }
    }

    /// A view without an axis of length 1.
    pub fn without_axis(&mut self, view: &View, axis: usize, reading: Reading) -> Result<View> {
        let mut axes = view.axes.clone();
        let own = axes.remove(axis);
        if own.is_empty() {
            return Ok(view.with_axes(axes));
        }
        if own.contains(&0) || view.size(axis) != Some(Size::known(1)) {
            return Err(reading.refuse(format!("its axis {axis} is the batch, or longer than 1")));
        }
        let kept: Vec<usize> = (0..view.sizes.len()).filter(|a| !own.contains(a)).collect();
        let sizes: Vec<Size> = kept.iter().map(|a| view.sizes[*a].clone()).collect();
        let x = self.reshaped(&view.x, &sizes[1..], &reading.node.op)?;
        let new = |a: &usize| kept.iter().position(|kept| kept == a).unwrap_or_default();
        let axes = axes.iter().map(|axes| axes.iter().map(new).collect()).collect();
        Ok(View { x, sizes, axes, ends: [None, None] })
    }

    pub fn unsqueeze(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axes"])?;
        let axes = self.integers(reading, 1, "axes")?;
        let axes = axes.ok_or_else(|| reading.refuse("it has no axes"))?;
        let value = self.value(reading, 0)?;
        let ndim = match &value {
            Value::Constant(array) => return self.unsqueezed_constant(array, &axes, reading),
            Value::Dims { sizes, .. } => {
                return Ok(Value::Dims { sizes: sizes.clone(), is_list: true });
            }
            Value::Filled(_) => return Ok(value),
            Value::View(view) => view.axes.len(),
            Value::Stack(stack) => stack.parts[0].axes.len() + 1,
        };
        let whole = ndim + axes.len();
        let mut axes: Vec<usize> =
            axes.iter().map(|axis| reading.axis(*axis, whole)).collect::<Result<_>>()?;
        axes.sort_unstable();
        let view = match value {
            Value::Stack(stack) => self.join(&stack, &reading.node.op)?,
            _ => self.view(reading, 0)?,
        };
        let mut own = view.axes.clone();
        for axis in axes {
            if axis > own.len() {
                return Err(reading.refuse("its axes are given twice"));
            }
            own.insert(axis, Vec::new());
        }
        Ok(Value::View(view.with_axes(own)))
    }
}
