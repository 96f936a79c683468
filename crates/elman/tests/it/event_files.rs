//! Event files read back, by code that has nothing in common with the one that writes them.

use std::path::Path;

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The first event of a file: its version and who wrote it.
    Start(String, String),
    Value(Value),
}

/// A value of a summary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    pub step: u64,
    pub tag: String,
    pub plugin: String,
    pub content: String,
    pub dtype: u64,
    pub shape: Vec<u64>,
    pub numbers: Vec<f64>,
    pub text: String,
}

/// The only event file of a folder. Every sum in it must be right, and every byte accounted for.
pub fn read(folder: &Path) -> Vec<Event> {
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("events.out.tfevents.") && name.ends_with(".v2"), "{name}");
    let bytes = std::fs::read(file).unwrap();
    let (mut rest, mut events, mut last) = (&bytes[..], Vec::new(), 0.0);
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        let sum = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let data = &rest[12..12 + length];
        assert_eq!(sum(8), masked_sum(&rest[..8]), "the length's sum");
        assert_eq!(sum(12 + length), masked_sum(data), "the data's sum");
        let (time, event) = event(data);
        assert!(time >= last && time > 1.7e9, "{time}");
        last = time;
        events.push(event);
        rest = &rest[16 + length..];
    }
    events
}

/// Bit by bit, as the standard describes it.
fn masked_sum(data: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
        }
    }
    sum = !sum;
    sum.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The fields of a message: numbers and values, each as bytes or as an integer.
fn fields(mut data: &[u8]) -> Vec<(u64, Vec<u8>, u64)> {
    let mut found = Vec::new();
    while !data.is_empty() {
        let key = varint(&mut data);
        let (bytes, integer) = match key & 7 {
            0 => (Vec::new(), varint(&mut data)),
            1 => (take(&mut data, 8), 0),
            2 => {
                let length = varint(&mut data) as usize;
                (take(&mut data, length), 0)
            }
            other => panic!("type {other}"),
        };
        found.push((key >> 3, bytes, integer));
    }
    found
}

fn take(data: &mut &[u8], length: usize) -> Vec<u8> {
    let (taken, rest) = data.split_at(length);
    *data = rest;
    taken.to_vec()
}

fn varint(data: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(data, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The time of an event, and what it says.
fn event(data: &[u8]) -> (f64, Event) {
    let (mut time, mut step, mut start, mut value) = (0.0, 0, None, None);
    for (field, bytes, integer) in fields(data) {
        match field {
            1 => time = f64::from_le_bytes(bytes.try_into().unwrap()),
            2 => step = integer,
            3 => start = Some((text(bytes), String::new())),
            5 => {
                let [(1, summary, _)] = &fields(&bytes)[..] else { panic!("one value") };
                value = Some(self::value(summary));
            }
            10 => start.as_mut().unwrap().1 = text(fields(&bytes).remove(0).1),
            other => panic!("field {other} of an event"),
        }
    }
    match (start, value) {
        (Some((version, writer)), None) => (time, Event::Start(version, writer)),
        (None, Some(value)) => (time, Event::Value(Value { step, ..value })),
        other => panic!("{other:?}"),
    }
}

fn value(data: &[u8]) -> Value {
    let mut value = Value::default();
    for (field, bytes, _) in fields(data) {
        match field {
            1 => value.tag = text(bytes),
            8 => tensor(&bytes, &mut value),
            9 => {
                let [(1, plugin, _)] = &fields(&bytes)[..] else { panic!("plugin_data") };
                for (field, bytes, _) in fields(plugin) {
                    match field {
                        1 => value.plugin = text(bytes),
                        2 => value.content = text(bytes),
                        other => panic!("field {other} of plugin_data"),
                    }
                }
            }
            other => panic!("field {other} of a value"),
        }
    }
    value
}

fn tensor(data: &[u8], value: &mut Value) {
    for (field, bytes, integer) in fields(data) {
        match field {
            1 => value.dtype = integer,
            2 => {
                let dims = fields(&bytes).into_iter();
                value.shape = dims.map(|(_, dim, _)| fields(&dim)[0].2).collect();
            }
            5 => {
                let number = |b: &[u8]| f64::from(f32::from_le_bytes(b.try_into().unwrap()));
                value.numbers = bytes.chunks(4).map(number).collect();
            }
            6 => {
                let number = |b: &[u8]| f64::from_le_bytes(b.try_into().unwrap());
                value.numbers = bytes.chunks(8).map(number).collect();
            }
            8 => value.text = text(bytes),
            other => panic!("field {other} of a tensor"),
        }
    }
}
