//! Operators on arrays that are known.

use elman_files::{Array, Data};

use super::graph::Importer;
use super::node::Reading;
use super::operands::integers;
use super::value::{Size, Value};
use crate::Result;

impl Importer<'_> {
    pub fn transposed_constant(&self, array: &Array, reading: Reading) -> Result<Value> {
        let ndim = array.shape.len();
        let order = reading.ints("perm")?.unwrap_or_else(|| (0..ndim as i64).rev().collect());
        let order: Vec<usize> =
            order.iter().map(|axis| reading.axis(*axis, ndim)).collect::<Result<_>>()?;
        if order.len() != ndim || (0..ndim).any(|axis| !order.contains(&axis)) {
            return Err(reading.refuse(format!("perm = {order:?} is no order of {ndim} axes")));
        }
        let x = crate::saving::tensor(array);
        Ok(Value::Constant(crate::saving::array(&crate::ops::permute(&x, &order))))
    }

    pub fn squeezed_constant(
        &self,
        array: Array,
        axes: Option<Vec<i64>>,
        reading: Reading,
    ) -> Result<Value> {
        let ndim = array.shape.len();
        let axes: Vec<usize> = match axes {
            Some(axes) => {
                axes.iter().map(|axis| reading.axis(*axis, ndim)).collect::<Result<_>>()?
            }
            None => (0..ndim).filter(|axis| array.shape[*axis] == 1).collect(),
        };
        if axes.iter().any(|axis| array.shape[*axis] != 1) {
            return Err(reading.refuse("an axis is longer than 1"));
        }
        let kept = (0..ndim).filter(|axis| !axes.contains(axis));
        let shape = kept.map(|axis| array.shape[axis]).collect();
        Ok(Value::Constant(Array { shape, ..array }))
    }

    pub fn unsqueezed_constant(
        &self,
        array: &Array,
        axes: &[i64],
        reading: Reading,
    ) -> Result<Value> {
        let ndim = array.shape.len() + axes.len();
        let mut axes: Vec<usize> =
            axes.iter().map(|axis| reading.axis(*axis, ndim)).collect::<Result<_>>()?;
        axes.sort_unstable();
        let mut shape = array.shape.clone();
        for axis in axes {
            if axis > shape.len() {
                return Err(reading.refuse("its axes are given twice"));
            }
            shape.insert(axis, 1);
        }
        Ok(Value::Constant(Array { shape, data: array.data.clone() }))
    }

    pub fn reshaped_constant(
        &self,
        array: &Array,
        target: &[i64],
        reading: Reading,
    ) -> Result<Value> {
        let refuse = || reading.refuse("its shape does not fit its input");
        let mut shape = Vec::new();
        for (i, dim) in target.iter().enumerate() {
            shape.push(match dim {
                -1 => 0,
                0 => *array.shape.get(i).ok_or_else(refuse)?,
                dim => usize::try_from(*dim).map_err(|_| refuse())?,
            });
        }
        if let Some(open) = target.iter().position(|dim| *dim == -1) {
            let others = shape.iter().enumerate().filter(|(i, _)| *i != open);
            let given = others.map(|(_, dim)| *dim).try_fold(1usize, |n, dim| n.checked_mul(dim));
            let given = given.filter(|n| *n > 0 && array.len().is_multiple_of(*n));
            shape[open] = array.len() / given.ok_or_else(refuse)?;
        }
        let holds = shape.iter().try_fold(1usize, |n, dim| n.checked_mul(*dim));
        if holds != Some(array.len()) {
            return Err(refuse());
        }
        Ok(Value::Constant(Array { shape, data: array.data.clone() }))
    }

    /// `Cast`. Of values of the model the numbers stay what they are, which is exact for the
    /// indices of a table, as `Embedding` takes no others.
    pub fn cast(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["to", "saturate", "round_mode"])?;
        let to = reading.int("to", 0)?;
        let is_float = matches!(to, 1 | 10 | 11 | 16);
        let value = self.value(reading, 0)?;
        if let Value::Constant(array) = &value {
            let data = match is_float {
                true => Data::F32(array.to_f32()),
                false => Data::I64(array.to_f64().iter().map(|v| *v as i64).collect()),
            };
            return Ok(Value::Constant(Array { shape: array.shape.clone(), data }));
        }
        if !is_float && matches!(value, Value::View(_) | Value::Stack(_)) {
            let output = reading.node.outputs.first().map(String::as_str).unwrap_or_default();
            let is_index = |node: &elman_files::onnx::Node| {
                node.op == "Gather" && node.inputs.get(1).is_some_and(|input| input == output)
            };
            if !self.only_reader(output).is_some_and(is_index) {
                return Err(reading.refuse("numbers that are cut to integers are no indices"));
            }
        }
        Ok(value)
    }
}

/// A value as a list of dimensions, if it is one.
pub(super) fn as_dims(value: &Value, reading: Reading) -> Result<Option<(Vec<Size>, bool)>> {
    match value {
        Value::Dims { sizes, is_list } => Ok(Some((sizes.clone(), *is_list))),
        Value::Constant(array) if array.shape.len() < 2 => {
            if !matches!(array.data, Data::I64(_) | Data::I32(_)) {
                return Ok(None);
            }
            let numbers = integers(array, reading)?;
            let sizes: Option<Vec<Size>> =
                numbers.iter().map(|n| usize::try_from(*n).ok().map(Size::known)).collect();
            Ok(sizes.map(|sizes| (sizes, array.shape.len() == 1)))
        }
        _ => Ok(None),
    }
}
