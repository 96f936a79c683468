//! Arguments that are a number or an array of numbers.

use ndarray::{ArrayBase, Data, Dimension};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::layers::Layer;
use crate::tensor::Element;
use crate::{Error, Float, Result, Tensor};

/// A number or an array of numbers, as arguments such as `scale` and `mean` take them.
///
/// ```
/// use elman::prelude::*;
/// let same_for_all = Rescaling::new(1.0 / 255.0);
/// let for_each_feature = Rescaling::new([1.0, 0.5]).offset(array![0.0, -1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl Numbers {
    /// Numbers of a shape that holds as many.
    pub(crate) fn shaped(shape: Vec<usize>, values: Vec<f64>) -> Numbers {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        Numbers { shape, values }
    }

    /// The dimensions; none for a single number.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers in row-major order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same as a tensor of that shape, which has the size of this one.
    pub(super) fn tensor(&self, shape: &[usize]) -> Tensor {
        Tensor::from_parts(shape, self.values.iter().map(|v| *v as Float).collect())
    }

    /// Refuses NaN and what the layer's arithmetic can't hold.
    pub(super) fn check(&self, layer: &dyn Layer, argument: &'static str) -> Result<()> {
        let finite = |value: &&f64| !(**value as Float).is_finite();
        match self.values.iter().find(finite) {
            None => Ok(()),
            Some(value) => Err(Error::InvalidArgument {
                place: layer.place(),
                argument,
                expected: "finite numbers".into(),
                got: value.to_string(),
            }),
        }
    }

    /// The numbers as nested lists.
    fn nested(&self) -> Value {
        let mut level: Vec<Value> = self.values.iter().map(|v| json!(v)).collect();
        for dim in self.shape.iter().skip(1).rev() {
            level = level.chunks(*dim).map(Value::from).collect();
        }
        match self.shape.is_empty() {
            true => level.pop().unwrap_or_default(),
            false => level.into(),
        }
    }

    /// Reads nested lists of equal lengths.
    fn from_nested(value: &Value) -> Option<Numbers> {
        if let Some(value) = value.as_f64() {
            return Some(Numbers::from(value));
        }
        let parts: Option<Vec<Numbers>> =
            value.as_array()?.iter().map(Numbers::from_nested).collect();
        let parts = parts?;
        let inner = parts.first()?.shape.clone();
        if parts.iter().any(|part| part.shape != inner) {
            return None;
        }
        let shape = [&[parts.len()], &inner[..]].concat();
        Some(Numbers { shape, values: parts.into_iter().flat_map(|part| part.values).collect() })
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.nested().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // Keras writes arrays of NumPy and of its backends as objects.
        let is_array = matches!(value["class_name"].as_str(), Some("__numpy__" | "__tensor__"));
        let numbers = if is_array { &value["config"]["value"] } else { &value };
        Numbers::from_nested(numbers).ok_or_else(|| {
            D::Error::custom(format!(
                "expected a number, or numbers in nested lists of equal lengths, got {value}"
            ))
        })
    }
}

impl From<f64> for Numbers {
    fn from(value: f64) -> Numbers {
        Numbers { shape: Vec::new(), values: vec![value] }
    }
}

impl<const N: usize> From<[f64; N]> for Numbers {
    fn from(values: [f64; N]) -> Numbers {
        Numbers { shape: vec![N], values: values.to_vec() }
    }
}

impl From<Vec<f64>> for Numbers {
    fn from(values: Vec<f64>) -> Numbers {
        Numbers { shape: vec![values.len()], values }
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> From<ArrayBase<S, D>> for Numbers {
    fn from(array: ArrayBase<S, D>) -> Numbers {
        let values = array.iter().map(|v| f64::from(v.to_float())).collect();
        Numbers { shape: array.shape().to_vec(), values }
    }
}
