//! Text as arrays.
//!
//! An array of strings is an array of numbers, each of which says which string of a table stands
//! there, and the table. So text is cut, shuffled and batched as numbers are, and nothing but the
//! layers that take text looks at the table.

use std::collections::HashMap;
use std::sync::Arc;

use crate::training::Tensors;
use crate::{Error, Float, Result, Tensor};

/// How many different strings an array may have: the integers that f32 holds exactly.
const MOST_STRINGS: usize = 1 << 24;

impl Tensor {
    /// An array of strings of that shape, in row-major order: what models with a text
    /// [`Input`](crate::layers::Input::text) take. A list of strings turns into one of one dimension
    /// by itself.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the number of strings is not the product of the shape.
    ///
    /// ```
    /// use elman::Tensor;
    /// let x = Tensor::text([2, 1], ["how are you", "fine"])?;
    /// assert_eq!(x.strings(), Some(vec!["how are you", "fine"]));
    /// assert_eq!(Tensor::from(["how", "are", "you"]).shape(), [3]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn text<S: AsRef<str>>(
        shape: impl Into<Vec<usize>>,
        strings: impl IntoIterator<Item = S>,
    ) -> Result<Tensor> {
        let (numbers, table) = numbered(strings);
        Ok(Tensor::new(shape, numbers)?.with_table(Some(Arc::new(table))))
    }

    fn list<S: AsRef<str>>(strings: impl IntoIterator<Item = S>) -> Tensor {
        let (numbers, table) = numbered(strings);
        Tensor::from_parts([numbers.len()], numbers).with_table(Some(Arc::new(table)))
    }

    /// Whether this is an array of strings.
    pub fn is_text(&self) -> bool {
        self.table().is_some()
    }

    /// The strings in row-major order; none of an array of numbers.
    pub fn strings(&self) -> Option<Vec<&str>> {
        let table = self.table()?;
        self.data().iter().map(|number| string(table, *number)).collect()
    }

    /// The strings of input `index` of a layer that takes text.
    pub(crate) fn require_strings(&self, layer: &str, index: usize) -> Result<Vec<&str>> {
        let Some(table) = self.table() else { return Err(self.wrong_kind(layer, index)) };
        let string = |(position, number): (usize, &Float)| {
            string(table, *number).ok_or_else(|| Error::Value {
                place: format!("text for {layer}"),
                position: self.position(position),
                value: f64::from(*number),
                expected: format!("one of the strings, of which {MOST_STRINGS} may differ"),
            })
        };
        self.data().iter().enumerate().map(string).collect()
    }

    /// The error for text where numbers are expected, or the other way round.
    pub(crate) fn wrong_kind(&self, layer: &str, index: usize) -> Error {
        crate::models::wrong_kind(layer, index, &self.shape().into(), !self.is_text())
    }
}

/// The string that a number stands for.
fn string(table: &[String], number: Float) -> Option<&str> {
    let is_index = number >= 0.0 && number.fract() == 0.0;
    table.get(is_index.then_some(number as usize)?).map(String::as_str)
}

/// Which string of the table each is, and the table of those that differ. Strings beyond what can
/// be told apart are NaN, which layers refuse.
fn numbered<S: AsRef<str>>(strings: impl IntoIterator<Item = S>) -> (Vec<Float>, Vec<String>) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut table = Vec::new();
    let mut number = |string: S| {
        let string = string.as_ref();
        let place = match places.get(string) {
            Some(place) => *place,
            None if table.len() == MOST_STRINGS => return Float::NAN,
            None => {
                table.push(string.to_owned());
                places.insert(string.to_owned(), table.len() - 1);
                table.len() - 1
            }
        };
        place as Float
    };
    let numbers = strings.into_iter().map(&mut number).collect();
    (numbers, table)
}

macro_rules! from_strings {
    ($into:ty: $($strings:ty $([$n:ident])?),*) => {$(
        impl $(<const $n: usize>)? From<$strings> for $into {
            fn from(strings: $strings) -> $into {
                Tensor::list(strings).into()
            }
        }
    )*};
}
from_strings!(
    Tensor: &[&str], &[String], &Vec<&str>, &Vec<String>, Vec<&str>, Vec<String>,
    [&str; N] [N], &[&str; N] [N], [String; N] [N], &[String; N] [N]
);
// Not of vectors: an empty one is no array.
from_strings!(
    Tensors: &[&str], &[String], &Vec<&str>, &Vec<String>,
    [&str; N] [N], &[&str; N] [N], [String; N] [N], &[String; N] [N]
);
