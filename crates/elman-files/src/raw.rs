//! Elements as bytes, the same for HDF5 and npy.

use crate::array::Data;

/// The type of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    F16,
    BF16,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
}

impl Kind {
    pub(crate) fn of(data: &Data) -> Self {
        match data {
            Data::F16(_) => Kind::F16,
            Data::BF16(_) => Kind::BF16,
            Data::F32(_) => Kind::F32,
            Data::F64(_) => Kind::F64,
            Data::I8(_) => Kind::I8,
            Data::I16(_) => Kind::I16,
            Data::I32(_) => Kind::I32,
            Data::I64(_) => Kind::I64,
            Data::U8(_) => Kind::U8,
            Data::U16(_) => Kind::U16,
            Data::U32(_) => Kind::U32,
            Data::U64(_) => Kind::U64,
            Data::Bool(_) => Kind::Bool,
        }
    }

    /// NumPy's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::F16 => "float16",
            Kind::BF16 => "bfloat16",
            Kind::F32 => "float32",
            Kind::F64 => "float64",
            Kind::I8 => "int8",
            Kind::I16 => "int16",
            Kind::I32 => "int32",
            Kind::I64 => "int64",
            Kind::U8 => "uint8",
            Kind::U16 => "uint16",
            Kind::U32 => "uint32",
            Kind::U64 => "uint64",
            Kind::Bool => "bool",
        }
    }

    /// Bytes per element.
    pub(crate) fn size(self) -> usize {
        match self {
            Kind::I8 | Kind::U8 | Kind::Bool => 1,
            Kind::F16 | Kind::BF16 | Kind::I16 | Kind::U16 => 2,
            Kind::F32 | Kind::I32 | Kind::U32 => 4,
            Kind::F64 | Kind::I64 | Kind::U64 => 8,
        }
    }
}

/// Which end of a number its first byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

/// Elements from their bytes; a rest shorter than an element is dropped (callers check sizes).
pub(crate) fn decode(kind: Kind, endian: Endian, bytes: &[u8]) -> Data {
    // One loop per type and byte order; the little-endian ones compile to a memcpy.
    macro_rules! elements {
        ($t:ty) => {{
            let (chunks, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
            match endian {
                Endian::Little => chunks.iter().map(|&b| <$t>::from_le_bytes(b)).collect(),
                Endian::Big => chunks.iter().map(|&b| <$t>::from_be_bytes(b)).collect(),
            }
        }};
    }
    match kind {
        Kind::F16 => Data::F16(elements!(u16)),
        Kind::BF16 => Data::BF16(elements!(u16)),
        Kind::F32 => Data::F32(elements!(f32)),
        Kind::F64 => Data::F64(elements!(f64)),
        Kind::I8 => Data::I8(elements!(i8)),
        Kind::I16 => Data::I16(elements!(i16)),
        Kind::I32 => Data::I32(elements!(i32)),
        Kind::I64 => Data::I64(elements!(i64)),
        Kind::U8 => Data::U8(bytes.to_vec()),
        Kind::U16 => Data::U16(elements!(u16)),
        Kind::U32 => Data::U32(elements!(u32)),
        Kind::U64 => Data::U64(elements!(u64)),
        Kind::Bool => Data::Bool(bytes.iter().map(|&b| b != 0).collect()),
    }
}

/// As many elements as there is room for, as [`Data::to_f32`] gives them and then converted, from their
/// bytes; whether all that were converted are finite.
pub(crate) fn decode_into<T>(
    kind: Kind,
    endian: Endian,
    bytes: &[u8],
    to: &mut [T],
    convert: impl Fn(f32) -> T,
) -> bool {
    // The exponent of what is not finite is all ones: one more sets the bit above it.
    const EXPONENT: u32 = 0x7f80_0000;
    const ONE: u32 = 0x0080_0000;
    let mut seen = 0;
    let mut put = |to: &mut T, value: f32| {
        seen |= (value.to_bits() & EXPONENT) + ONE;
        *to = convert(value);
    };
    if (kind, endian) == (Kind::F32, Endian::Little) {
        // The usual type without a copy.
        let (chunks, _) = bytes.as_chunks::<4>();
        to.iter_mut().zip(chunks).for_each(|(to, bytes)| put(to, f32::from_le_bytes(*bytes)));
    } else {
        let values = decode(kind, endian, bytes).to_f32();
        to.iter_mut().zip(values).for_each(|(to, value)| put(to, value));
    }
    seen >> 31 == 0
}

/// Elements as little-endian bytes.
pub(crate) fn encode(data: &Data) -> Vec<u8> {
    macro_rules! bytes {
        ($v:expr) => {
            $v.iter().flat_map(|x| x.to_le_bytes()).collect()
        };
    }
    match data {
        Data::F16(v) | Data::BF16(v) | Data::U16(v) => bytes!(v),
        Data::F32(v) => bytes!(v),
        Data::F64(v) => bytes!(v),
        Data::I8(v) => bytes!(v),
        Data::I16(v) => bytes!(v),
        Data::I32(v) => bytes!(v),
        Data::I64(v) => bytes!(v),
        Data::U8(v) => v.clone(),
        Data::U32(v) => bytes!(v),
        Data::U64(v) => bytes!(v),
        Data::Bool(v) => v.iter().map(|&b| u8::from(b)).collect(),
    }
}

/// bfloat16 is the upper half of a float32.
pub(crate) fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// IEEE binary16: 1 sign, 5 exponent (bias 15) and 10 mantissa bits. Every value is a float32.
pub(crate) fn f16_to_f32(bits: u16) -> f32 {
    const MANTISSA: u32 = 0x3ff;
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let mantissa = u32::from(bits) & MANTISSA;
    match exponent {
        // Zero and subnormals: mantissa · 2⁻²⁴, a product that is exact.
        0 => {
            let magnitude = mantissa as f32 * f32::from_bits((127 - 24) << 23);
            f32::from_bits(sign | magnitude.to_bits())
        }
        // Infinities and NaN keep their mantissa.
        0x1f => f32::from_bits(sign | 0x7f80_0000 | mantissa << 13),
        _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | mantissa << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f16_by_definition() {
        for bits in 0..=u16::MAX {
            let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
            let (exponent, mantissa) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
            let expected = match exponent {
                0 => sign * mantissa * 2f64.powi(-24),
                31 if mantissa == 0.0 => sign * f64::INFINITY,
                31 => f64::NAN,
                e => sign * (1.0 + mantissa / 1024.0) * 2f64.powi(e - 15),
            };
            let got = f64::from(f16_to_f32(bits));
            assert!(got == expected || got.is_nan() && expected.is_nan(), "{bits:#x} {got}");
            assert_eq!(got.is_sign_negative(), bits >> 15 == 1, "{bits:#x}");
        }
    }

    #[test]
    fn what_is_not_finite_is_seen_wherever_it_is() {
        let finite = [1.0, -0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, -3.5];
        for at in 0..finite.len() {
            for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2.0] {
                let mut values = finite;
                values[at] = bad;
                let (data, mut got) = (Data::F32(values.to_vec()), [0.0; 7]);
                let put = |endian, bytes: &[u8], got: &mut [f32]| {
                    decode_into(Kind::F32, endian, bytes, got, |v| v)
                };
                let little = encode(&data);
                assert_eq!(put(Endian::Little, &little, &mut got), bad == 2.0);
                assert!(got.iter().zip(values).all(|(a, b)| a.to_bits() == b.to_bits()));
                let big: Vec<u8> = little.chunks(4).flat_map(|c| c.iter().rev().copied()).collect();
                assert_eq!(put(Endian::Big, &big, &mut got), bad == 2.0);
                // Behind what there is room for, it doesn't matter.
                assert!(put(Endian::Little, &little, &mut got[..at]));
            }
        }
    }

    #[test]
    fn bytes_round_trip_in_both_orders() {
        let all = [
            Data::F16(vec![1, 2]),
            Data::BF16(vec![3]),
            Data::F32(vec![1.5, -0.0]),
            Data::F64(vec![1e300]),
            Data::I8(vec![-1]),
            Data::I16(vec![-2]),
            Data::I32(vec![-3]),
            Data::I64(vec![i64::MIN]),
            Data::U8(vec![255]),
            Data::U16(vec![9]),
            Data::U32(vec![u32::MAX]),
            Data::U64(vec![u64::MAX]),
            Data::Bool(vec![true, false]),
        ];
        for data in all {
            let (kind, little) = (Kind::of(&data), encode(&data));
            assert_eq!(little.len(), data.len() * kind.size());
            assert_eq!(decode(kind, Endian::Little, &little), data);
            let big: Vec<u8> =
                little.chunks(kind.size()).flat_map(|c| c.iter().rev().copied()).collect();
            assert_eq!(decode(kind, Endian::Big, &big), data);
        }
    }
}
