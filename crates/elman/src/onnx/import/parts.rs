//! Parts of values: steps of sequences, columns.

use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use crate::layers::{Cropping1d, Dense, SimpleRnn};
use crate::models::Symbolic;
use crate::{Float, Result, Tensor};

/// The largest matrix that is made to pick columns or steps. What is picked from may be declared of
/// any size.
const MAX_PICKING: usize = 1 << 24;

impl Importer<'_> {
    /// What lies along an axis from `start` to `end`.
    pub fn part(
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

    pub fn columns(
        &mut self,
        reading: Reading,
        value: Value,
        axis: i64,
        at: &[i64],
    ) -> Result<Value> {
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
}
