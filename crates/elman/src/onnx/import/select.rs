//! Operators that pick parts of values.

use elman_files::Array;

use super::constants::as_dims;
use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use crate::Result;
use crate::layers::Embedding;

impl Importer<'_> {
    pub fn gather(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axis"])?;
        let axis = reading.int("axis", 0)?;
        let data = self.value(reading, 0)?;
        let index = self.value(reading, 1)?;
        if let (Value::Constant(table), Value::View(index)) = (&data, &index) {
            return self.embedded(table, index, axis, reading);
        }
        let at = self.integers(reading, 1, "")?.unwrap_or_default();
        let is_one = match &index {
            Value::Constant(array) => array.shape.is_empty(),
            Value::Dims { is_list, .. } => !is_list,
            _ => false,
        };
        if let Some((sizes, true)) = as_dims(&data, reading)? {
            let pick = |at: &i64| Ok(sizes[reading.axis(*at, sizes.len())?].clone());
            let sizes: Vec<Size> = at.iter().map(pick).collect::<Result<_>>()?;
            return Ok(Value::Dims { sizes, is_list: !is_one });
        }
        let value = match data {
            Value::Filled(fill) => return Ok(Value::Filled(fill)),
            Value::Stack(stack) if stack.parts.len() > 1 => Value::Stack(stack),
            _ => Value::View(self.view(reading, 0)?),
        };
        let [one] = at[..] else {
            return self.columns(reading, value, axis, &at);
        };
        let end = if one == -1 { i64::MAX } else { one.saturating_add(1) };
        let part = self.part(value, axis, one, end, reading)?;
        if !is_one {
            return Ok(part);
        }
        match part {
            Value::View(view) => {
                let axis = reading.axis(axis, view.axes.len())?;
                Ok(Value::View(self.without_axis(&view, axis, reading)?))
            }
            Value::Stack(Stack { mut parts, axis: along }) => {
                let axis = reading.axis(axis, parts[0].axes.len() + 1)?;
                for part in &mut parts {
                    let own = if axis > along { axis - 1 } else { axis };
                    *part = self.without_axis(part, own, reading)?;
                }
                let along = if axis < along { along - 1 } else { along };
                Ok(Value::Stack(Stack { parts, axis: along }))
            }
            value => Ok(value),
        }
    }

    /// Rows of a table, by their numbers.
    fn embedded(
        &mut self,
        table: &Array,
        index: &View,
        axis: i64,
        reading: Reading,
    ) -> Result<Value> {
        let [rows, width] = table.shape[..] else {
            return Err(reading.refuse("a table that it reads has not two axes"));
        };
        if axis != 0 || rows == 0 || width == 0 {
            return Err(reading.refuse("it does not pick rows of a table"));
        }
        let weights = vec![crate::saving::tensor(table)];
        let layer = Embedding::new(rows, width);
        let x = self.map_with(layer, "embedding", &index.x, weights)?;
        let mut sizes = index.sizes.clone();
        let mut axes = index.axes.clone();
        axes.push(vec![sizes.len()]);
        sizes.push(Size::known(width));
        Ok(Value::View(View { x, sizes, axes, ends: [None, None] }))
    }

    pub fn slice(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&[])?;
        let list = |importer: &Self, index: usize| importer.integers(reading, index, "");
        let (starts, ends) =
            (list(self, 1)?.unwrap_or_default(), list(self, 2)?.unwrap_or_default());
        let axes = list(self, 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = list(self, 4)?.unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), axes.len(), steps.len()].iter().any(|len| *len != starts.len()) {
            return Err(reading.refuse("its starts, ends, axes and steps differ in number"));
        }
        let data = self.value(reading, 0)?;
        if let Some((sizes, true)) = as_dims(&data, reading)? {
            let ([start], [end], [1]) = (&starts[..], &ends[..], &steps[..]) else {
                return Err(reading.refuse("of dimensions it must pick some in a row"));
            };
            let len = sizes.len() as i64;
            let bound =
                |v: i64| (if v < 0 { v.saturating_add(len) } else { v }).clamp(0, len) as usize;
            let sizes = sizes.get(bound(*start)..bound(*end)).unwrap_or_default().to_vec();
            return Ok(Value::Dims { sizes, is_list: true });
        }
        let mut value = match data {
            Value::Filled(fill) => return Ok(Value::Filled(fill)),
            Value::Stack(stack) if stack.parts.len() > 1 => Value::Stack(stack),
            _ => Value::View(self.view(reading, 0)?),
        };
        for (((start, end), axis), step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
            value = match (step, value) {
                (1, value) => self.part(value, *axis, *start, *end, reading)?,
                (-1, Value::View(view)) if *start == -1 && *end <= -(i64::from(i32::MAX)) => {
                    let axis = reading.axis(*axis, view.axes.len())?;
                    Value::View(self.reversed(&view, axis, reading)?)
                }
                _ => return Err(reading.refuse(format!("steps of {step} are not read"))),
            };
        }
        Ok(value)
    }

    pub fn split(&mut self, reading: Reading) -> Result<Vec<Value>> {
        reading.allow(&["axis", "split", "num_outputs"])?;
        let axis = reading.int("axis", 0)?;
        let value = match self.value(reading, 0)? {
            Value::Stack(stack) if stack.parts.len() > 1 => Value::Stack(stack),
            Value::Filled(fill) => {
                return Ok(vec![Value::Filled(fill); reading.node.outputs.len()]);
            }
            _ => Value::View(self.view(reading, 0)?),
        };
        let outputs = reading.node.outputs.len().max(1) as i64;
        let lengths = match self.integers(reading, 1, "split")? {
            Some(lengths) => lengths,
            None => {
                let size = match &value {
                    Value::Stack(stack) => {
                        let axis = reading.axis(axis, stack.parts[0].axes.len() + 1)?;
                        (axis == stack.axis).then_some(stack.parts.len())
                    }
                    Value::View(view) => {
                        view.size(reading.axis(axis, view.axes.len())?).and_then(|s| s.number())
                    }
                    _ => None,
                };
                let size = size.and_then(|n| i64::try_from(n).ok()).filter(|n| n % outputs == 0);
                let size = size.ok_or_else(|| reading.refuse("its parts are not equally long"))?;
                vec![size / outputs; outputs as usize]
            }
        };
        let mut start = 0i64;
        let mut parts = Vec::new();
        for length in lengths {
            let end = start.saturating_add(length);
            parts.push(self.part(value.clone(), axis, start, end, reading)?);
            start = end;
        }
        Ok(parts)
    }
}
