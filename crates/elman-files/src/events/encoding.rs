//! The encoding of protocol buffers, as far as events need it.

/// Numbers of types of tensors.
pub const FLOAT: u64 = 1;
pub const DOUBLE: u64 = 2;
pub const STRING: u64 = 7;

/// How the value of a field is told from the next.
const VARINT: u64 = 0;
const EIGHT_BYTES: u64 = 1;
const WITH_LENGTH: u64 = 2;

/// A message: fields, each a number and a value.
#[derive(Clone, Debug, Default)]
pub struct Message(Vec<u8>);

impl Message {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn integer(mut self, field: u64, value: u64) -> Message {
        self.key(field, VARINT);
        self.varint(value);
        self
    }

    pub fn double(mut self, field: u64, value: f64) -> Message {
        self.key(field, EIGHT_BYTES);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn text(self, field: u64, value: &str) -> Message {
        self.bytes(field, value.as_bytes())
    }

    pub fn message(self, field: u64, value: &Message) -> Message {
        self.bytes(field, &value.0)
    }

    /// Floats side by side.
    pub fn floats(self, field: u64, values: &[f32]) -> Message {
        let packed: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(field, &packed)
    }

    /// Doubles side by side.
    pub fn doubles(self, field: u64, values: &[f64]) -> Message {
        let packed: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.bytes(field, &packed)
    }

    pub fn bytes(mut self, field: u64, value: &[u8]) -> Message {
        self.key(field, WITH_LENGTH);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn key(&mut self, field: u64, kind: u64) {
        self.varint(field << 3 | kind);
    }

    /// Seven bits a byte, lowest first; the highest bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        assert_eq!(Message::default().integer(1, 150).as_bytes(), [0x08, 0x96, 0x01]);
        let text = Message::default().text(2, "testing");
        assert_eq!(text.as_bytes(), b"\x12\x07testing");
        let within = Message::default().message(3, &Message::default().integer(1, 150));
        assert_eq!(within.as_bytes(), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let largest = Message::default().integer(1, u64::MAX);
        assert_eq!(largest.as_bytes()[1..], [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
        assert_eq!(Message::default().double(1, 1.0).as_bytes(), b"\x09\0\0\0\0\0\0\xf0\x3f");
        assert_eq!(Message::default().floats(5, &[1.0]).as_bytes(), b"\x2a\x04\0\0\x80\x3f");
    }
}
