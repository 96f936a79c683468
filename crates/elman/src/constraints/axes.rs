//! The axes along which norms are taken.

use serde_json::{Value, json};

/// The axes of a vector whose norm is constrained: one (`0`; `-1` is the last), several (`[0, 1]`)
/// or [all](Axes::all). The default is the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes(Form);

/// Keras writes one axis as a number, and takes null for all axes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    One(i64),
    Several(Vec<i64>),
    All,
}

impl Default for Axes {
    fn default() -> Self {
        Axes(Form::One(0))
    }
}

impl From<i64> for Axes {
    fn from(axis: i64) -> Axes {
        Axes(Form::One(axis))
    }
}

impl<const N: usize> From<[i64; N]> for Axes {
    fn from(axes: [i64; N]) -> Axes {
        Axes(Form::Several(axes.to_vec()))
    }
}

impl Axes {
    /// All axes: one vector is the whole weight. Keras's `None`.
    pub fn all() -> Axes {
        Axes(Form::All)
    }

    pub(super) fn to_json(&self) -> Value {
        match &self.0 {
            Form::One(axis) => json!(axis),
            Form::Several(axes) => json!(axes),
            Form::All => Value::Null,
        }
    }

    pub(super) fn read(value: &Value) -> Option<Axes> {
        Some(Axes(match value {
            Value::Null => Form::All,
            Value::Array(axes) => {
                Form::Several(axes.iter().map(Value::as_i64).collect::<Option<_>>()?)
            }
            other => Form::One(other.as_i64()?),
        }))
    }

    fn as_slice(&self) -> &[i64] {
        match &self.0 {
            Form::One(axis) => std::slice::from_ref(axis),
            Form::Several(axes) => axes,
            Form::All => &[],
        }
    }

    /// Whether a weight of that many axes has these.
    pub(super) fn fit(&self, ndim: usize) -> bool {
        let ndim = ndim as i64;
        self.as_slice().iter().all(|axis| (-ndim..ndim).contains(axis))
    }

    fn contain(&self, axis: usize, ndim: usize) -> bool {
        let (axis, from_end) = (axis as i64, axis as i64 - ndim as i64);
        self.0 == Form::All || self.as_slice().iter().any(|own| *own == axis || *own == from_end)
    }

    /// For each value of a weight of that shape, the number of the vector that it belongs to.
    pub(super) fn vectors(&self, shape: &[usize]) -> Vec<usize> {
        let mut vectors = vec![0];
        for (axis, size) in shape.iter().enumerate() {
            let step = usize::from(!self.contain(axis, shape.len()));
            let width = if step == 1 { *size } else { 1 };
            let along = |vector: usize| (0..*size).map(move |i| vector * width + step * i);
            vectors = vectors.into_iter().flat_map(along).collect();
        }
        vectors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_to_their_vectors() {
        let cases: &[(Axes, &[usize], &[usize])] = &[
            (0.into(), &[2, 3], &[0, 1, 2, 0, 1, 2]),
            (1.into(), &[2, 3], &[0, 0, 0, 1, 1, 1]),
            ((-1).into(), &[2, 3], &[0, 0, 0, 1, 1, 1]),
            ([0, 1].into(), &[2, 3], &[0; 6]),
            ([0, 2].into(), &[2, 2, 2], &[0, 0, 1, 1, 0, 0, 1, 1]),
            ([].into(), &[2, 2], &[0, 1, 2, 3]),
            (Axes::all(), &[2, 2], &[0; 4]),
            (0.into(), &[3], &[0; 3]),
        ];
        for (axes, shape, expected) in cases {
            assert_eq!(&axes.vectors(shape), expected, "{axes:?} of {shape:?}");
        }
    }
}
