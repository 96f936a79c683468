//! NumPy's npy files: one array.
//!
//! ```text
//! \x93NUMPY  version 1.0, 2.0 or 3.0 (2 bytes)  header length (2 bytes, or 4 from version 2)
//! {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }    padded with spaces, ends in \n
//! elements, in C order or, if fortran_order is True, in Fortran order
//! ```
//!
//! Read by hand rather than with a crate: the header is three keys, and a general parser of Python
//! literals would recurse as deep and reserve as much as the file asks for.

use std::path::Path;

use crate::array::{Array, each};
use crate::error::{Error, Result};
use crate::limits::{MAX_NPY_HEADER_BYTES, MAX_RANK};
use crate::raw::{self, Endian, Kind};
use crate::{atomic, paths};

const MAGIC: &[u8] = b"\x93NUMPY";

/// The elements start at a multiple of this, as NumPy writes them.
const ALIGNMENT: usize = 64;

/// Reads an npy file of numbers or bools. Fortran order becomes C order; `V2` is bfloat16, which is
/// how NumPy saves an array of JAX's and Keras's bfloat16.
///
/// ```
/// use elman_files::{Array, npy};
///
/// let path = std::env::temp_dir().join(format!("elman-npy-{}.npy", std::process::id()));
/// npy::write(&path, &Array::f32([2, 1], vec![0.5, 1.5]))?;
/// assert_eq!(npy::read(&path)?, Array::f32([2, 1], vec![0.5, 1.5]));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn read(path: &Path) -> Result<Array> {
    from_bytes(&paths::read_file(path)?, &path.display().to_string())
}

/// Writes an npy file (version 1.0, C order, little-endian), replacing it in one step.
///
/// ```no_run
/// elman_files::npy::write("x.npy".as_ref(), &elman_files::Array::f32([1], vec![0.5]))?;
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn write(path: &Path, array: &Array) -> Result<()> {
    atomic::write(path, &to_bytes(array, &path.display().to_string())?)
}

/// Reads the bytes of such a file; `file` is what errors call it.
///
/// ```
/// let error = elman_files::npy::from_bytes(b"x", "x.npy").unwrap_err();
/// assert!(error.to_string().starts_with("x.npy: "));
/// ```
pub fn from_bytes(bytes: &[u8], file: &str) -> Result<Array> {
    let (header, kind, endian, start) = header(bytes, file)?;
    let body = &bytes[start..];
    let expected =
        header.shape.iter().try_fold(kind.size(), |n, &d| n.checked_mul(d)).map(|n| n as u64);
    if expected != Some(body.len() as u64) {
        return Err(Error::NpySize {
            file: file.to_owned(),
            shape: header.shape,
            expected: expected.unwrap_or(u64::MAX),
            found: body.len() as u64,
        });
    }
    let mut array = Array { shape: header.shape, data: raw::decode(kind, endian, body) };
    if header.fortran_order {
        array = to_c_order(array);
    }
    Ok(array)
}

/// The header of a file that begins with these bytes, the type of its elements, and where they start.
pub(crate) fn header(bytes: &[u8], file: &str) -> Result<(Header, Kind, Endian, usize)> {
    let (header, body) = split(bytes).ok_or_else(|| Error::NotNpy { file: file.to_owned() })?;
    if header.len() > MAX_NPY_HEADER_BYTES {
        return Err(Error::TooLarge {
            file: file.to_owned(),
            what: "the npy header".to_owned(),
            bytes: header.len() as u64,
            limit: MAX_NPY_HEADER_BYTES as u64,
        });
    }
    let text = String::from_utf8_lossy(header);
    let header = Header::parse(&text).map_err(|expected| Error::NpyHeader {
        file: file.to_owned(),
        header: text.trim_end().chars().take(200).collect(),
        expected,
    })?;
    let (kind, endian) = dtype(&header.descr).ok_or_else(|| Error::UnsupportedDtype {
        file: file.to_owned(),
        path: String::new(),
        dtype: header.descr.chars().take(80).collect(),
    })?;
    Ok((header, kind, endian, bytes.len() - body.len()))
}

pub(crate) fn to_bytes(array: &Array, file: &str) -> Result<Vec<u8>> {
    array.check(file)?;
    let mut shape = String::new();
    for d in &array.shape {
        shape += &format!("{d}, ");
    }
    // (), (3,) and (2, 3), as Python prints them.
    let shape = match array.shape.len() {
        1 => shape.trim_end(),
        _ => shape.trim_end_matches(", "),
    };
    let descr = descr(Kind::of(&array.data));
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    let preamble = MAGIC.len() + 4;
    while !(preamble + header.len() + 1).is_multiple_of(ALIGNMENT) {
        header.push(' ');
    }
    header.push('\n');
    // At most 32 dimensions of 20 digits: the length fits.
    let length = header.len() as u16;
    let elements = raw::encode(&array.data);
    let mut bytes = Vec::with_capacity(preamble + header.len() + elements.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&elements);
    Ok(bytes)
}

/// The header's text and the elements.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = match version {
        [1, _] => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        [2 | 3, _] => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn descr(kind: Kind) -> &'static str {
    match kind {
        Kind::F16 => "<f2",
        Kind::BF16 => "<V2",
        Kind::F32 => "<f4",
        Kind::F64 => "<f8",
        Kind::I8 => "|i1",
        Kind::I16 => "<i2",
        Kind::I32 => "<i4",
        Kind::I64 => "<i8",
        Kind::U8 => "|u1",
        Kind::U16 => "<u2",
        Kind::U32 => "<u4",
        Kind::U64 => "<u8",
        Kind::Bool => "|b1",
    }
}

fn dtype(descr: &str) -> Option<(Kind, Endian)> {
    let (order, code) = descr.split_at_checked(1)?;
    let kind = match code {
        "f2" => Kind::F16,
        "V2" => Kind::BF16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        "i1" => Kind::I8,
        "i2" => Kind::I16,
        "i4" => Kind::I32,
        "i8" => Kind::I64,
        "u1" => Kind::U8,
        "u2" => Kind::U16,
        "u4" => Kind::U32,
        "u8" => Kind::U64,
        "b1" => Kind::Bool,
        _ => return None,
    };
    match order {
        "<" | "=" | "|" => Some((kind, Endian::Little)),
        ">" => Some((kind, Endian::Big)),
        _ => None,
    }
}

/// The three keys of a header.
#[derive(Debug, Default)]
pub(crate) struct Header {
    descr: String,
    pub(crate) fortran_order: bool,
    pub(crate) shape: Vec<usize>,
}

impl Header {
    /// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, keys in any order;
    /// the error says what was expected.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rest = text.trim().strip_prefix('{').ok_or("a { at the start")?.trim_start();
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        while !rest.starts_with('}') {
            let (key, after) = quoted(rest).ok_or("a quoted key")?;
            rest = after.trim_start().strip_prefix(':').ok_or("a : after a key")?.trim_start();
            match key {
                "descr" => {
                    let (value, after) = quoted(rest).ok_or("one plain type, as '<f4',")?;
                    (descr, rest) = (Some(value.to_owned()), after);
                }
                "fortran_order" => {
                    let value = rest.starts_with("True");
                    let after = rest.strip_prefix(if value { "True" } else { "False" });
                    (fortran_order, rest) = (Some(value), after.ok_or("True or False")?);
                }
                "shape" => {
                    let inner = rest.strip_prefix('(').ok_or("a shape in parentheses")?;
                    let (inner, after) = inner.split_once(')').ok_or("a ) after the shape")?;
                    (shape, rest) = (Some(dimensions(inner)?), after);
                }
                _ => return Err("only the keys descr, fortran_order and shape"),
            }
            rest = rest.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        Ok(Header {
            descr: descr.ok_or("the key descr")?,
            fortran_order: fortran_order.ok_or("the key fortran_order")?,
            shape: shape.ok_or("the key shape")?,
        })
    }
}

/// A string in single or double quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|&c| c == '\'' || c == '"')?;
    text[1..].split_once(quote)
}

fn dimensions(text: &str) -> Result<Vec<usize>, &'static str> {
    let mut shape = Vec::new();
    let text = text.trim();
    for number in text.strip_suffix(',').unwrap_or(text).split(',').map(str::trim) {
        if number.is_empty() && shape.is_empty() {
            break;
        }
        shape.push(number.parse().map_err(|_| "a shape of whole numbers")?);
        if shape.len() > MAX_RANK {
            return Err("at most 32 dimensions");
        }
    }
    Ok(shape)
}

/// The same array with its elements in C order; they are in Fortran order (first index fastest).
fn to_c_order(array: Array) -> Array {
    let shape = &array.shape;
    if shape.len() < 2 || array.is_empty() {
        return array;
    }
    // Walks the indices in C order, keeping the offset of the element in Fortran order.
    let mut strides = vec![1usize; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut index = vec![0usize; shape.len()];
    let mut offset = 0usize;
    let mut order = Vec::with_capacity(array.len());
    for _ in 0..array.len() {
        order.push(offset);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            offset += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            offset -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    let mut data = array.data;
    each!(&mut data, v => *v = order.iter().map(|&i| v[i]).collect());
    Array { shape: array.shape, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Data;

    #[test]
    fn fortran_order_is_transposed() {
        // (2, 3, 2) counted in C order, stored in Fortran order.
        let stored = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
        let array = Array { shape: vec![2, 3, 2], data: Data::I32(stored.to_vec()) };
        assert_eq!(to_c_order(array).data, Data::I32((0..12).collect()));
    }

    #[test]
    fn headers_as_numpy_prints_them() {
        let header = |shape: &[usize]| {
            let elements = shape.iter().product();
            let array = Array::f32(shape, vec![0.0; elements]);
            let bytes = to_bytes(&array, "").unwrap();
            assert_eq!(bytes.len() % ALIGNMENT, elements * 4 % ALIGNMENT);
            let (header, _) = split(&bytes).unwrap();
            String::from_utf8(header.to_vec()).unwrap().trim_end().to_owned()
        };
        let expected =
            |shape| format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
        assert_eq!(header(&[]), expected("()"));
        assert_eq!(header(&[3]), expected("(3,)"));
        assert_eq!(header(&[2, 3]), expected("(2, 3)"));
    }
}
