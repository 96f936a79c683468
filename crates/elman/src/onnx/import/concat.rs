//! The operator that puts values side by side.

use elman_files::{Array, Data};

use super::constants::as_dims;
use super::graph::Importer;
use super::node::Reading;
use super::value::{Size, Stack, Value, View};
use crate::Result;

impl Importer<'_> {
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
