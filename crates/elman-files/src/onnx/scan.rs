//! A look over the bytes of an ONNX file before anything is made of them: how deep its messages
//! lie in each other, how many there are, how many numbers stand in them one by one. A message of
//! two bytes takes a hundred times as much once it is decoded, so this is counted first.

use crate::limits::{MAX_DEPTH, MAX_OBJECTS, MAX_ONNX_NUMBERS};

/// The messages that hold others.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
    /// One that holds no message.
    Leaf,
}

/// What a field of bytes is.
enum Field {
    Message(Kind),
    /// Numbers of one byte and more, side by side.
    Numbers,
    /// Text or bytes that stay as they are.
    Bytes,
}

impl Kind {
    fn field(self, number: u64) -> Field {
        use Field::{Bytes, Message, Numbers};
        match (self, number) {
            (Kind::Model, 7) | (Kind::Attribute, 6) => Message(Kind::Graph),
            (Kind::Model, 8 | 14 | 25) | (Kind::Graph, 15) | (Kind::Tensor, 13) => {
                Message(Kind::Leaf)
            }
            (Kind::Graph, 1) => Message(Kind::Node),
            (Kind::Graph, 5) | (Kind::Attribute, 5) => Message(Kind::Tensor),
            (Kind::Graph, 11 | 12) => Message(Kind::Value),
            (Kind::Node, 5) => Message(Kind::Attribute),
            (Kind::Value, 2) => Message(Kind::Type),
            (Kind::Type, 1) => Message(Kind::TensorType),
            (Kind::TensorType, 2) => Message(Kind::Shape),
            (Kind::Shape, 1) => Message(Kind::Leaf),
            (Kind::Attribute, 8) | (Kind::Tensor, 1 | 5 | 7 | 11) => Numbers,
            _ => Bytes,
        }
    }
}

/// What was counted.
#[derive(Default)]
struct Counts {
    objects: usize,
    numbers: usize,
}

/// Checks the bytes of a model against the limits; what is wrong, if anything is.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    walk(Kind::Model, bytes, 0, &mut Counts::default())
}

fn walk(kind: Kind, mut bytes: &[u8], depth: usize, counts: &mut Counts) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("its messages lie more than {MAX_DEPTH} deep in each other"));
    }
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        match key & 7 {
            0 => {
                varint(&mut bytes)?;
                counts.add_numbers(1)?;
            }
            1 => {
                take(&mut bytes, 8)?;
                counts.add_numbers(1)?;
            }
            5 => {
                take(&mut bytes, 4)?;
                counts.add_numbers(1)?;
            }
            2 => {
                let length = varint(&mut bytes)?;
                let part = take(&mut bytes, length)?;
                counts.add_object()?;
                match kind.field(key >> 3) {
                    Field::Message(inner) => walk(inner, part, depth + 1, counts)?,
                    Field::Numbers => counts.add_numbers(part.len())?,
                    Field::Bytes => {}
                }
            }
            other => return Err(format!("a field is of wire type {other}, which ONNX has not")),
        }
    }
    Ok(())
}

impl Counts {
    fn add_object(&mut self) -> Result<(), String> {
        self.objects += 1;
        match self.objects > MAX_OBJECTS {
            true => Err(format!("it has more than {MAX_OBJECTS} messages and texts")),
            false => Ok(()),
        }
    }

    fn add_numbers(&mut self, numbers: usize) -> Result<(), String> {
        self.numbers += numbers;
        match self.numbers > MAX_ONNX_NUMBERS {
            true => Err(format!("more than {MAX_ONNX_NUMBERS} numbers stand in it one by one")),
            false => Ok(()),
        }
    }
}

fn varint(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(cut_short)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number has more than ten bytes".into())
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], String> {
    let length = usize::try_from(length).ok();
    let parts = length.and_then(|length| bytes.split_at_checked(length));
    let (part, rest) = parts.ok_or_else(cut_short)?;
    *bytes = rest;
    Ok(part)
}

fn cut_short() -> String {
    "a message is cut short".into()
}
