//! Operators that pick parts of values or put some side by side.

use elman_files::{Array, Data};

use super::constants::as_dims;
use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use crate::layers::{Cropping1d, Dense, Embedding, SimpleRnn};
use crate::models::Symbolic;
use crate::{Float, Result, Tensor};

/// The largest matrix that is made to pick columns or steps. What is picked from may be declared of
/// any size.
const MAX_PICKING: usize = 1 << 24;

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

    /// What lies along an axis from `start` to `end`.
    fn part(
        &mut self,
        value: Value,
        axis: i64,
        start: i64,
        end: i64,
        reading: Reading,
    ) -> Result<Value> {
        let view = match value {
            Value::Stack(Stack { mut parts, axis: along }) => {
                let axis = reading.axis(axis, parts[0].axes.len() + 1)?;
                if axis != along {
                    let own = if axis > along { axis - 1 } else { axis };
                    for part in &mut parts {
                        *part = self.part_of(part, own, start, end, reading)?;
                    }
                    return Ok(Value::Stack(Stack { parts, axis: along }));
                }
                let len = parts.len() as i64;
                let bound =
                    |v: i64| (if v < 0 { v.saturating_add(len) } else { v }).clamp(0, len) as usize;
                let picked = parts.get(bound(start)..bound(end)).unwrap_or_default().to_vec();
                return match &picked[..] {
                    [] => Err(reading.refuse("it picks nothing")),
                    [one] => {
                        let mut axes = one.axes.clone();
                        axes.insert(along, Vec::new());
                        Ok(Value::View(one.with_axes(axes)))
                    }
                    _ => Ok(Value::Stack(Stack { parts: picked, axis: along })),
                };
            }
            Value::View(view) => view,
            value => return Ok(value),
        };
        let axis = reading.axis(axis, view.axes.len())?;
        Ok(Value::View(self.part_of(&view, axis, start, end, reading)?))
    }

    fn part_of(
        &mut self,
        view: &View,
        axis: usize,
        start: i64,
        end: i64,
        reading: Reading,
    ) -> Result<View> {
        let size =
            view.size(axis).and_then(|size| size.number()).and_then(|n| i64::try_from(n).ok());
        let from_start = |v: i64| match size {
            Some(size) => (if v < 0 { v.saturating_add(size) } else { v }).clamp(0, size),
            None => v,
        };
        let (start, end) = (from_start(start), from_start(end));
        let is_whole = start == 0 && (Some(end) == size || end >= i64::from(i32::MAX));
        let own = &view.axes[axis];
        if is_whole || (own.is_empty() && end > start) {
            return Ok(view.clone());
        }
        let refuse = |why: &str| Err(reading.refuse(why));
        let [own] = own[..] else { return refuse("it picks of axes that were joined") };
        if own == 0 {
            return refuse("it picks of the batch");
        }
        let last = view.sizes.len() - 1;
        let is_time = own == 1 && view.sizes.len() == 3;
        if is_time {
            let is_last = match size {
                Some(size) => (start, end) == (size - 1, size),
                None => start == -1 && end >= i64::from(i32::MAX),
            };
            if is_last || (start, end) == (0, 1) {
                return self.end_of(view, axis, is_last);
            }
            let behind = match (size, end) {
                (Some(size), end) => size - end,
                (None, end) if end >= i64::from(i32::MAX) => 0,
                (None, end) if end < 0 => -end,
                _ => return refuse("it picks up to a step of a sequence of any length"),
            };
            if start < 0 || behind < 0 {
                return refuse("it picks from a step counted from the end of any length");
            }
            let x =
                self.map(Cropping1d::new((start as usize, behind as usize)), "cropping", &view.x)?;
            let mut sizes = view.sizes.clone();
            sizes[1] = match size {
                Some(_) => Size::known(usize::try_from(end - start).unwrap_or_default()),
                None => self.new_size(),
            };
            return Ok(View { x, sizes, axes: view.axes.clone(), ends: [None, None] });
        }
        let (true, Some(_)) = (own == last, size) else {
            return refuse("it picks of an axis that is neither time nor the last");
        };
        if end.saturating_sub(start) > MAX_PICKING as i64 {
            return refuse("it picks too much");
        }
        let columns: Vec<usize> = (start..end).filter_map(|at| usize::try_from(at).ok()).collect();
        self.columns_of(view, &columns, reading)
    }

    /// The first or the last step of a sequence, as an axis of length 1.
    fn end_of(&mut self, view: &View, axis: usize, is_last: bool) -> Result<View> {
        let known = view.ends[usize::from(is_last)].clone();
        let x = match known {
            Some(x) => x,
            None => self.passed(&view.x, &view.sizes[2], !is_last, false)?,
        };
        let sizes = vec![view.sizes[0].clone(), view.sizes[2].clone()];
        let mut axes = view.axes.clone();
        axes[axis] = Vec::new();
        for axes in &mut axes {
            axes.iter_mut().for_each(|own| *own = (*own).min(1));
        }
        Ok(View { x, sizes, axes, ends: [None, None] })
    }

    /// A sequence from its end.
    pub fn reversed(&mut self, view: &View, axis: usize, reading: Reading) -> Result<View> {
        if view.axes[axis][..] != [1] || view.sizes.len() != 3 {
            return Err(reading.refuse("it reverses something else than time"));
        }
        let x = self.passed(&view.x, &view.sizes[2], true, true)?;
        let [first, last] = view.ends.clone();
        Ok(View { x, ends: [last, first], ..view.clone() })
    }

    /// A sequence through a recurrent layer that passes on what it reads: from its end, in the order
    /// of reading, it is reversed; the last output is the step that is read last.
    pub fn passed(
        &mut self,
        x: &Symbolic,
        width: &Size,
        go_backwards: bool,
        return_sequences: bool,
    ) -> Result<Symbolic> {
        let fits = |n: &usize| n.checked_mul(*n).is_some_and(|cells| cells <= MAX_PICKING);
        let width = width.number().filter(fits);
        let width =
            width.ok_or_else(|| self.refuse("a step or order of steps", "it is too wide"))?;
        let mut one = vec![0.0; width * width];
        one.iter_mut().step_by(width + 1).for_each(|v| *v = 1.0);
        let weights = vec![Tensor::new([width, width], one)?, Tensor::zeros([width, width])];
        let layer = SimpleRnn::new(width)
            .activation(crate::activations::Activation::Linear)
            .use_bias(false)
            .go_backwards(go_backwards)
            .return_sequences(return_sequences);
        self.map_with(layer, if return_sequences { "reverse" } else { "step" }, x, weights)
    }

    fn columns(&mut self, reading: Reading, value: Value, axis: i64, at: &[i64]) -> Result<Value> {
        let Value::View(view) = value else {
            return Err(reading.refuse("it picks several of the directions of a layer"));
        };
        let axis = reading.axis(axis, view.axes.len())?;
        let size = view.size(axis).and_then(|size| size.number());
        let (Some(size), true) = (size, axis + 1 == view.axes.len() && view.ends_alike()) else {
            return Err(reading.refuse("it picks several of an axis that is not the last"));
        };
        let at: Vec<usize> = at.iter().map(|at| reading.axis(*at, size)).collect::<Result<_>>()?;
        Ok(Value::View(self.columns_of(&view, &at, reading)?))
    }

    /// Some columns of the last axis, by a product with ones and zeros.
    fn columns_of(&mut self, view: &View, at: &[usize], reading: Reading) -> Result<View> {
        let last = view.sizes.len() - 1;
        let width = view.sizes[last].number();
        let (Some(width), false) = (width, at.is_empty()) else {
            return Err(reading.refuse("it picks nothing, or of an axis of any length"));
        };
        if width.checked_mul(at.len()).is_none_or(|cells| cells > MAX_PICKING) {
            return Err(reading.refuse("it picks too much"));
        }
        let mut kernel = vec![0.0 as Float; width * at.len()];
        for (column, from) in at.iter().enumerate() {
            kernel[from * at.len() + column] = 1.0;
        }
        let weights = vec![Tensor::new([width, at.len()], kernel)?];
        let layer = Dense::new(at.len()).use_bias(false);
        let x = self.map_with(layer, "columns", &view.x, weights)?;
        let mut sizes = view.sizes.clone();
        sizes[last] = Size::known(at.len());
        Ok(View { x, sizes, axes: view.axes.clone(), ends: [None, None] })
    }

    pub fn concat(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axis"])?;
        let axis = reading.int("axis", 0)?;
        let count = reading.node.inputs.len();
        let values: Vec<Value> =
            (0..count).map(|i| self.value(reading, i)).collect::<Result<_>>()?;
        let dims: Option<Vec<_>> =
            values.iter().map(|value| as_dims(value, reading)).collect::<Result<_>>()?;
        if let Some(dims) = dims {
            let sizes = dims.into_iter().flat_map(|(sizes, _)| sizes).collect();
            return Ok(Value::Dims { sizes, is_list: true });
        }
        if let Some(Value::Filled(first)) = values.first()
            && values.iter().all(|v| matches!(v, Value::Filled(other) if other == first))
        {
            return Ok(values[0].clone());
        }
        if let Some(joined) = joined_constants(&values, axis, reading)? {
            return Ok(Value::Constant(joined));
        }
        let views: Vec<View> = (0..count).map(|i| self.view(reading, i)).collect::<Result<_>>()?;
        let ndim = views[0].axes.len();
        let axis = reading.axis(axis, ndim)?;
        if views.iter().any(|view| view.axes.len() != ndim) {
            return Err(reading.refuse("its inputs have different numbers of axes"));
        }
        // Each has an axis of length 1 there that no value of the model has.
        if views.iter().all(|view| view.axes[axis].is_empty()) {
            let part = |view: &View| {
                let mut axes = view.axes.clone();
                axes.remove(axis);
                view.with_axes(axes)
            };
            return Ok(Value::Stack(Stack { parts: views.iter().map(part).collect(), axis }));
        }
        if axis + 1 == ndim && views.iter().all(View::ends_alike) {
            return Ok(Value::View(self.side_by_side(&views, reading)?));
        }
        let mut inputs = Vec::new();
        let mut plain = Vec::new();
        for view in &views {
            let view = self.batch_first(view, "Concat")?;
            inputs.push(view.x.clone());
            plain.push(view);
        }
        let along = plain[0].axes[axis][0];
        if along == 0 || plain.iter().any(|view| view.axes != plain[0].axes) {
            return Err(reading.refuse("it puts batches side by side"));
        }
        let lengths: Option<Vec<usize>> = plain.iter().map(|v| v.sizes[along].number()).collect();
        let layer = crate::layers::Concatenate::new().axis(along as i32);
        let x = self.apply(Box::new(layer), "concatenate", &inputs, Vec::new())?.remove(0);
        let mut sizes = plain[0].sizes.clone();
        sizes[along] = match lengths {
            Some(lengths) => Size::known(lengths.iter().sum()),
            None => self.new_size(),
        };
        Ok(Value::View(View { x, sizes, axes: plain[0].axes.clone(), ends: [None, None] }))
    }
}

/// Arrays that are known, side by side along their first axis; none if some are not.
fn joined_constants(values: &[Value], axis: i64, reading: Reading) -> Result<Option<Array>> {
    let arrays: Option<Vec<&Array>> = values
        .iter()
        .map(|value| match value {
            Value::Constant(array) => Some(array),
            _ => None,
        })
        .collect();
    let Some(arrays) = arrays else { return Ok(None) };
    let Some(first) = arrays.first() else { return Ok(None) };
    let inner = first.shape.get(1..).unwrap_or_default();
    if axis != 0 || arrays.iter().any(|a| a.shape.is_empty() || &a.shape[1..] != inner) {
        return Err(reading.refuse("it puts known arrays side by side along an inner axis"));
    }
    let mut shape = first.shape.clone();
    shape[0] = arrays.iter().map(|a| a.shape[0]).sum();
    let data = Data::F32(arrays.iter().flat_map(|a| a.to_f32()).collect());
    Ok(Some(Array { shape, data }))
}
