//! What graphs compute with the shapes of values.

use elman_files::onnx::Attribute;

use super::constants::as_dims;
use super::graph::Importer;
use super::node::Reading;
use super::value::{Fill, Size, Value, View};
use crate::Result;
use crate::layers::RepeatVector;

impl Importer<'_> {
    pub fn shape(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["start", "end"])?;
        let sizes = match self.value(reading, 0)? {
            Value::Constant(array) => array.shape.iter().map(|n| Size::known(*n)).collect(),
            Value::View(view) => self.sizes(&view, reading)?,
            Value::Stack(stack) => {
                let mut sizes = self.sizes(&stack.parts[0], reading)?;
                sizes.insert(stack.axis.min(sizes.len()), Size::known(stack.parts.len()));
                sizes
            }
            _ => return Err(reading.refuse("the shape of a shape is not read")),
        };
        let bound = |value: i64| {
            let end = sizes.len() as i64;
            let from_start = if value < 0 { value.saturating_add(end) } else { value };
            from_start.clamp(0, end) as usize
        };
        let (start, end) = (bound(reading.int("start", 0)?), bound(reading.int("end", i64::MAX)?));
        let sizes = sizes.get(start..end).unwrap_or_default().to_vec();
        Ok(Value::Dims { sizes, is_list: true })
    }

    fn sizes(&self, view: &View, reading: Reading) -> Result<Vec<Size>> {
        view.all_sizes().ok_or_else(|| reading.refuse("its input is too large"))
    }

    /// `Expand` and `ConstantOfShape`: one number throughout, or a step that is repeated.
    pub fn filled(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["value"])?;
        if reading.node.op == "ConstantOfShape" {
            let number = match reading.node.attribute("value") {
                None => 0.0,
                Some(Attribute::Tensor(array)) if array.len() == 1 => array.to_f64()[0],
                Some(_) => return Err(reading.refuse("its value is not one number")),
            };
            return Ok(Value::Filled(Fill::Number(number)));
        }
        match self.value(reading, 0)? {
            Value::Filled(fill) => Ok(Value::Filled(fill)),
            Value::Constant(array) if array.len() == 1 => {
                Ok(Value::Filled(Fill::Number(array.to_f64()[0])))
            }
            Value::Dims { sizes, .. } if sizes.len() == 1 => {
                Ok(Value::Filled(Fill::Size(sizes[0].clone())))
            }
            Value::View(view) => self.repeated(&view, reading),
            _ => Err(reading.refuse("what it repeats is not one number or step")),
        }
    }

    fn repeated(&mut self, view: &View, reading: Reading) -> Result<Value> {
        let shape = self.value(reading, 1)?;
        let refuse = || reading.refuse("it repeats something else than one step of a sequence");
        let (targets, _) = as_dims(&shape, reading)?.ok_or_else(refuse)?;
        let sizes = self.sizes(view, reading)?;
        let one = Size::known(1);
        let targets: Vec<&Size> = targets.iter().collect();
        if targets.len() != sizes.len() {
            return Err(refuse());
        }
        let grows = |axis: &usize| *targets[*axis] != sizes[*axis] && *targets[*axis] != one;
        let growing: Vec<usize> = (0..sizes.len()).filter(grows).collect();
        match growing[..] {
            [] => Ok(Value::View(view.clone())),
            [axis] if sizes[axis] == one && view.axes[axis].is_empty() && view.sizes.len() == 2 => {
                let n = targets[axis].number().ok_or_else(refuse)?;
                let x = self.map(RepeatVector::new(n), "repeat_vector", &view.x)?;
                let own = |axes: &Vec<usize>| -> Vec<usize> {
                    axes.iter().map(|a| if *a == 1 { 2 } else { *a }).collect()
                };
                let mut axes: Vec<Vec<usize>> = view.axes.iter().map(own).collect();
                axes[axis] = vec![1];
                let mut sizes = view.sizes.clone();
                sizes.insert(1, Size::known(n));
                Ok(Value::View(View { x, sizes, axes, ends: [None, None] }))
            }
            _ => Err(refuse()),
        }
    }

    /// `ReduceProd` of dimensions.
    pub fn product(&mut self, reading: Reading) -> Result<Value> {
        let keep = reading.int("keepdims", 1)? != 0;
        let value = self.value(reading, 0)?;
        let refuse = || reading.refuse("only products of dimensions are read");
        let (sizes, _) = as_dims(&value, reading)?.ok_or_else(refuse)?;
        let size = Size::product(&sizes).ok_or_else(refuse)?;
        Ok(Value::Dims { sizes: vec![size], is_list: keep })
    }
}
