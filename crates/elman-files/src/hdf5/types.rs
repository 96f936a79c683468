//! HDF5's element types and ours.

use hdf5_pure::{
    AttrValue, Dataset, Datatype, DatatypeByteOrder, EnumTypeBuilder, FixedPointLayout,
    FloatingPointLayout,
};

use crate::raw::{Endian, Kind};

/// IEEE binary16, as h5py writes it.
const F16_LAYOUT: FloatingPointLayout = FloatingPointLayout {
    bit_offset: 0,
    bit_precision: 16,
    exponent_location: 10,
    exponent_size: 5,
    mantissa_location: 0,
    mantissa_size: 10,
    exponent_bias: 15,
};

/// The element type, if it is one of ours.
pub(super) fn classify(datatype: &Datatype, dataset: &Dataset) -> Option<(Kind, Endian)> {
    match datatype {
        Datatype::FloatingPoint { size, byte_order, layout } => {
            let kind = match (size, *layout) {
                (2, F16_LAYOUT) => Kind::F16,
                (4, FloatingPointLayout::IEEE754_BINARY32) => Kind::F32,
                (8, FloatingPointLayout::IEEE754_BINARY64) => Kind::F64,
                _ => return None,
            };
            Some((kind, endian(byte_order)?))
        }
        Datatype::FixedPoint { size, byte_order, layout } => {
            if layout.bit_offset != 0 || size.checked_mul(8) != Some(layout.bit_precision.into()) {
                return None;
            }
            let kind = match (size, layout.signed) {
                (1, true) => Kind::I8,
                (2, true) => Kind::I16,
                (4, true) => Kind::I32,
                (8, true) => Kind::I64,
                (1, false) => Kind::U8,
                (2, false) => Kind::U16,
                (4, false) => Kind::U32,
                (8, false) => Kind::U64,
                _ => return None,
            };
            Some((kind, endian(byte_order)?))
        }
        // h5py's bool: an enumeration of FALSE and TRUE over one byte.
        Datatype::Enumeration { size: 1, members, .. } => {
            let named = |i: usize, name| members.get(i).is_some_and(|m| m.name == name);
            let is_bool = members.len() == 2 && named(0, "FALSE") && named(1, "TRUE");
            is_bool.then_some((Kind::Bool, Endian::Little))
        }
        // Keras's bfloat16.
        Datatype::Opaque { size: 2, .. } => {
            let attributes = dataset.attrs().ok()?;
            let dtype = attributes.get("dtype").and_then(AttrValue::as_str)?;
            (dtype == "bfloat16").then_some((Kind::BF16, Endian::Little))
        }
        _ => None,
    }
}

fn endian(order: &DatatypeByteOrder) -> Option<Endian> {
    match order {
        DatatypeByteOrder::LittleEndian => Some(Endian::Little),
        DatatypeByteOrder::BigEndian => Some(Endian::Big),
        DatatypeByteOrder::Vax => None,
    }
}

/// A type that is not read, for a message.
pub(super) fn name_of(datatype: &Datatype) -> String {
    let (size, what) = match datatype {
        Datatype::FloatingPoint { size, .. } => (*size, "an unusual floating-point number"),
        Datatype::FixedPoint { size, .. } => (*size, "an unusual integer"),
        Datatype::String { size, .. } => (*size, "text"),
        Datatype::Opaque { size, .. } => (*size, "opaque data"),
        Datatype::Compound { size, .. } => (*size, "records"),
        Datatype::Enumeration { size, .. } => (*size, "an enumeration"),
        Datatype::Reference { size, .. } => (*size, "references"),
        Datatype::VariableLength { is_string: true, .. } => return "text".to_owned(),
        Datatype::VariableLength { .. } => return "lists of varying length".to_owned(),
        _ => return "an unusual type".to_owned(),
    };
    format!("{what} of {size} bytes")
}

/// The HDF5 type of one of ours.
pub(super) fn datatype(kind: Kind) -> Datatype {
    let size = kind.size() as u32;
    let byte_order = DatatypeByteOrder::LittleEndian;
    let float = |layout| Datatype::FloatingPoint { size, byte_order, layout };
    let integer = |signed| Datatype::FixedPoint {
        size,
        byte_order,
        layout: FixedPointLayout { signed, bit_offset: 0, bit_precision: size as u16 * 8 },
    };
    match kind {
        Kind::F16 => float(F16_LAYOUT),
        Kind::F32 => float(FloatingPointLayout::IEEE754_BINARY32),
        Kind::F64 => float(FloatingPointLayout::IEEE754_BINARY64),
        Kind::BF16 => Datatype::Opaque { size, tag: Vec::new() },
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => integer(true),
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => integer(false),
        Kind::Bool => EnumTypeBuilder::with_base(datatype(Kind::I8))
            .i64_value("FALSE", 0)
            .i64_value("TRUE", 1)
            .build()
            .expect("0 and 1 fit a byte"),
    }
}
