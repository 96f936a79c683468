//! The safetensors format: a JSON header with names, types, shapes and places, then the bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::array::Array;
use crate::error::{Error, Result};
use crate::limits::{MAX_JSON_BYTES, MAX_OBJECTS, MAX_RANK};
use crate::raw::{self, Endian, Kind};
use crate::{atomic, paths};

const METADATA: &str = "__metadata__";

/// The types of elements by the format's names.
const TYPES: &[(&str, Kind)] = &[
    ("F64", Kind::F64),
    ("F32", Kind::F32),
    ("F16", Kind::F16),
    ("BF16", Kind::BF16),
    ("I64", Kind::I64),
    ("I32", Kind::I32),
    ("I16", Kind::I16),
    ("I8", Kind::I8),
    ("U64", Kind::U64),
    ("U32", Kind::U32),
    ("U16", Kind::U16),
    ("U8", Kind::U8),
    ("BOOL", Kind::Bool),
];

/// The contents of a `.safetensors` file: named arrays, and notes about them.
///
/// Writing gives the same bytes for the same content. Reading refuses arrays that overlap or leave
/// gaps, names that stand twice, and sizes that the file doesn't have, before memory is taken.
///
/// ```
/// use elman_files::{Array, Safetensors};
///
/// let mut file = Safetensors::default();
/// file.arrays.insert("fc.bias".into(), Array::f32([2], vec![0.5, -0.5]));
/// let bytes = file.to_bytes()?;
/// assert_eq!(Safetensors::from_bytes(&bytes, "a.safetensors")?, file);
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Safetensors {
    /// The arrays by name.
    pub arrays: BTreeMap<String, Array>,
    /// The notes.
    pub metadata: BTreeMap<String, String>,
}

impl Safetensors {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Safetensors`] that says what is wrong with it.
    ///
    /// ```
    /// assert!(elman_files::Safetensors::read("none.safetensors".as_ref()).is_err());
    /// ```
    pub fn read(path: &Path) -> Result<Self> {
        Self::from_bytes(&paths::read_file(path)?, &path.display().to_string())
    }

    /// Reads the bytes of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Safetensors::read`].
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        let bad = |problem: String| Error::Safetensors { file: name.to_owned(), problem };
        let (length, rest) = bytes
            .split_first_chunk::<8>()
            .ok_or_else(|| bad("it has no header, which takes 8 bytes and more".into()))?;
        let length = u64::from_le_bytes(*length);
        if length > MAX_JSON_BYTES || length > rest.len() as u64 {
            return Err(bad(format!(
                "its header is said to have {length} bytes, the file has {} and the limit is \
                 {MAX_JSON_BYTES}",
                rest.len()
            )));
        }
        let (header, data) = rest.split_at(length as usize);
        let entries = entries(header).map_err(|e| bad(format!("its header is wrong: {e}")))?;
        if entries.len() > MAX_OBJECTS {
            let (file, what, count) = (name.to_owned(), "arrays", entries.len());
            return Err(Error::TooMany { file, what, count, limit: MAX_OBJECTS });
        }
        let mut file = Safetensors::default();
        let mut places = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            if !seen.insert(key.clone()) {
                return Err(bad(format!("{key:?} stands in its header twice")));
            }
            if key == METADATA {
                file.metadata = serde_json::from_value(value)
                    .map_err(|e| bad(format!("{METADATA} must be texts: {e}")))?;
                continue;
            }
            let (kind, shape, start, end) = place(&value)
                .ok_or_else(|| bad(format!("array {key:?} is described by {value}")))?;
            let size = shape.iter().try_fold(kind.size(), |size, d| size.checked_mul(*d));
            if end.checked_sub(start) != size || end > data.len() || shape.len() > MAX_RANK {
                return Err(bad(format!(
                    "array {key:?} of shape {shape:?} and type {} can't lie in bytes {start} to \
                     {end} of {}",
                    kind.name(),
                    data.len()
                )));
            }
            places.push((start, end, key, kind, shape));
        }
        places.sort_by_key(|(start, end, ..)| (*start, *end));
        let mut expected = 0;
        for (start, end, key, kind, shape) in places {
            if start != expected {
                return Err(bad(format!(
                    "array {key:?} begins at byte {start}, the one before ends at {expected}"
                )));
            }
            expected = end;
            let array = Array { shape, data: raw::decode(kind, Endian::Little, &data[start..end]) };
            file.arrays.insert(key, array);
        }
        if expected != data.len() {
            return Err(bad(format!("{} bytes belong to no array", data.len() - expected)));
        }
        Ok(file)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`]; [`Error::Safetensors`] for an array of the name of the notes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut header = Map::new();
        if !self.metadata.is_empty() {
            header.insert(METADATA.into(), json!(self.metadata));
        }
        let mut data = Vec::new();
        // Wide elements first, so that each lies at a multiple of its size.
        let mut arrays: Vec<_> = self.arrays.iter().collect();
        arrays.sort_by_key(|(_, array)| std::cmp::Reverse(Kind::of(&array.data).size()));
        for (name, array) in arrays {
            array.check(name)?;
            if name == METADATA {
                let (file, problem) =
                    ("the safetensors to write".into(), format!("{name} is no name"));
                return Err(Error::Safetensors { file, problem });
            }
            let kind = Kind::of(&array.data);
            let start = data.len();
            data.extend(raw::encode(&array.data));
            let word = TYPES.iter().find(|(_, other)| *other == kind).map(|(word, _)| *word);
            header.insert(
                name.clone(),
                json!({
                    "dtype": word,
                    "shape": array.shape,
                    "data_offsets": [start, data.len()],
                }),
            );
        }
        let mut header = Value::from(header).to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        let length = (header.len() as u64).to_le_bytes();
        Ok([&length[..], &header, &data].concat())
    }

    /// Writes the file in one step.
    ///
    /// # Errors
    /// As [`Safetensors::to_bytes`], and what prevents writing.
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &self.to_bytes()?)
    }

    /// Whether bytes begin as such a file does.
    pub(crate) fn is(bytes: &[u8]) -> bool {
        bytes.split_first_chunk::<8>().is_some_and(|(length, rest)| {
            rest.first() == Some(&b'{') && u64::from_le_bytes(*length) <= rest.len() as u64
        })
    }
}

/// Type, shape and place of an array.
fn place(value: &Value) -> Option<(Kind, Vec<usize>, usize, usize)> {
    let word = value.get("dtype")?.as_str()?;
    let (_, kind) = TYPES.iter().find(|(other, _)| *other == word)?;
    let numbers = |key: &str| -> Option<Vec<usize>> {
        let list = value.get(key)?.as_array()?.iter();
        list.map(|n| n.as_u64().and_then(|n| usize::try_from(n).ok())).collect()
    };
    match numbers("data_offsets")?[..] {
        [start, end] => Some((*kind, numbers("shape")?, start, end)),
        _ => None,
    }
}

/// The pairs of a JSON object, also those of a key that stands twice.
fn entries(header: &[u8]) -> serde_json::Result<Vec<(String, Value)>> {
    struct Pairs;
    impl<'de> Visitor<'de> for Pairs {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pairs = Vec::new();
            while let Some(pair) = map.next_entry()? {
                pairs.push(pair);
            }
            Ok(pairs)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_slice(header);
    let pairs = deserializer.deserialize_map(Pairs)?;
    deserializer.end()?;
    Ok(pairs)
}
