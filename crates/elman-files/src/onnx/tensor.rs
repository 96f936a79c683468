//! Arrays as ONNX stores them.

use super::messages::TensorProto;
use super::model::ElementKind;
use crate::limits::MAX_RANK;
use crate::raw::{self, Endian, Kind};
use crate::{Array, Data};

/// ONNX's numbers of the types.
const TYPES: &[(i32, ElementKind, Option<Kind>)] = &[
    (1, ElementKind::F32, Some(Kind::F32)),
    (2, ElementKind::U8, Some(Kind::U8)),
    (3, ElementKind::I8, Some(Kind::I8)),
    (4, ElementKind::U16, Some(Kind::U16)),
    (5, ElementKind::I16, Some(Kind::I16)),
    (6, ElementKind::I32, Some(Kind::I32)),
    (7, ElementKind::I64, Some(Kind::I64)),
    (8, ElementKind::Text, None),
    (9, ElementKind::Bool, Some(Kind::Bool)),
    (10, ElementKind::F16, Some(Kind::F16)),
    (11, ElementKind::F64, Some(Kind::F64)),
    (12, ElementKind::U32, Some(Kind::U32)),
    (13, ElementKind::U64, Some(Kind::U64)),
    (16, ElementKind::BF16, Some(Kind::BF16)),
];

/// How elements of a type are stored; none for text.
pub(super) fn kind(of: ElementKind) -> Option<Kind> {
    TYPES.iter().find(|(_, kind, _)| *kind == of).and_then(|(_, _, raw)| *raw)
}

pub(super) fn number_of(of: ElementKind) -> i32 {
    TYPES.iter().find(|(_, kind, _)| *kind == of).map_or(0, |(number, ..)| *number)
}

pub(super) fn kind_of_number(number: i32) -> Option<ElementKind> {
    TYPES.iter().find(|(other, ..)| *other == number).map(|(_, kind, _)| *kind)
}

/// The array of a message, or what is wrong with it.
pub(super) fn read(tensor: TensorProto) -> Result<(String, Array), String> {
    let name = tensor.name.clone().unwrap_or_default();
    let bad = |problem: String| format!("array {name:?}: {problem}");
    if tensor.data_location.unwrap_or_default() != 0 || !tensor.external_data.is_empty() {
        let place = tensor.external_data.iter().find(|e| e.key.as_deref() == Some("location"));
        let place = place.and_then(|e| e.value.as_deref()).unwrap_or_default();
        return Err(bad(format!(
            "its data lie in another file, {place:?}, which is not opened: store them in the model"
        )));
    }
    if tensor.dims.len() > MAX_RANK {
        return Err(bad(format!("{} dimensions, the limit is {MAX_RANK}", tensor.dims.len())));
    }
    let shape: Option<Vec<usize>> =
        tensor.dims.iter().map(|dim| usize::try_from(*dim).ok()).collect();
    let shape = shape.ok_or_else(|| bad(format!("the shape {:?} is none", tensor.dims)))?;
    let number = tensor.data_type.unwrap_or_default();
    let kind = kind_of_number(number)
        .and_then(kind)
        .ok_or_else(|| bad(format!("elements of type {number} are not read")))?;
    let data = match tensor.raw_data.as_ref() {
        Some(bytes) if bytes.len().is_multiple_of(kind.size()) => {
            raw::decode(kind, Endian::Little, bytes)
        }
        Some(bytes) => {
            let (len, size) = (bytes.len(), kind.size());
            return Err(bad(format!("{len} bytes are not whole elements of {size}")));
        }
        None => fields(kind, tensor).map_err(bad)?,
    };
    let array = Array { shape, data };
    array.check(&name).map_err(|_| {
        let (shape, len) = (&array.shape, array.len());
        format!("array {name:?}: the shape {shape:?} does not hold the {len} elements it has")
    })?;
    Ok((name, array))
}

/// The elements of an array that has them as numbers of the message.
fn fields(kind: Kind, tensor: TensorProto) -> Result<Data, String> {
    macro_rules! narrowed {
        ($data:expr, $t:ty) => {{
            let narrow =
                |v: &_| <$t>::try_from(*v).map_err(|_| format!("{v} is no {}", kind.name()));
            $data.iter().map(narrow).collect::<Result<_, String>>()?
        }};
    }
    let ints = &tensor.int32_data;
    Ok(match kind {
        Kind::F32 => Data::F32(tensor.float_data),
        Kind::F64 => Data::F64(tensor.double_data),
        Kind::I64 => Data::I64(tensor.int64_data),
        Kind::U64 => Data::U64(tensor.uint64_data),
        Kind::U32 => Data::U32(narrowed!(tensor.uint64_data, u32)),
        Kind::I32 => Data::I32(tensor.int32_data),
        Kind::I16 => Data::I16(narrowed!(ints, i16)),
        Kind::I8 => Data::I8(narrowed!(ints, i8)),
        Kind::U16 => Data::U16(narrowed!(ints, u16)),
        Kind::U8 => Data::U8(narrowed!(ints, u8)),
        Kind::F16 => Data::F16(narrowed!(ints, u16)),
        Kind::BF16 => Data::BF16(narrowed!(ints, u16)),
        Kind::Bool => Data::Bool(ints.iter().map(|v| *v != 0).collect()),
    })
}

/// The message of an array.
pub(super) fn write(name: &str, array: &Array) -> TensorProto {
    let kind = Kind::of(&array.data);
    let number = TYPES.iter().find(|(_, _, raw)| *raw == Some(kind)).map(|(number, ..)| *number);
    TensorProto {
        dims: array.shape.iter().map(|dim| *dim as i64).collect(),
        data_type: number,
        name: Some(name.to_owned()),
        raw_data: Some(raw::encode(&array.data).into()),
        ..TensorProto::default()
    }
}
