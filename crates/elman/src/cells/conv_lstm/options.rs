//! The arguments of convolutions: a size for each axis.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A number for each of `N` axes; one number alone stands for all.
///
/// ```
/// use elman::cells::PerAxis;
/// assert_eq!(PerAxis::<2>::from(3), PerAxis([3, 3]));
/// assert_eq!(PerAxis::<2>::default(), PerAxis([1, 1]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerAxis<const N: usize>(pub [usize; N]);

impl<const N: usize> Default for PerAxis<N> {
    fn default() -> Self {
        PerAxis([1; N])
    }
}

impl<const N: usize> From<usize> for PerAxis<N> {
    fn from(size: usize) -> Self {
        PerAxis([size; N])
    }
}

impl<const N: usize> From<[usize; N]> for PerAxis<N> {
    fn from(sizes: [usize; N]) -> Self {
        PerAxis(sizes)
    }
}

impl<const N: usize> fmt::Display for PerAxis<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<const N: usize> Serialize for PerAxis<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for PerAxis<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let expected =
            || D::Error::custom(format!("expected a number or a list of {N} numbers, got {value}"));
        let size = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let Some(list) = value.as_array() else {
            return size(&value).map(Self::from).ok_or_else(expected);
        };
        let sizes: Option<Vec<usize>> = list.iter().map(size).collect();
        let sizes = sizes.and_then(|sizes| sizes.try_into().ok());
        sizes.map(PerAxis).ok_or_else(expected)
    }
}
