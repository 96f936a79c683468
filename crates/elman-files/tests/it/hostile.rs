//! Files made to exhaust memory, beside those of `hdf5.rs` and `keras.rs`.

use elman_files::{Array, Attribute, Error, LegacyH5, WeightStore};

use crate::assert_error;

/// A file whose attributes refer to one long text many times.
fn text_bomb(text: usize, references: usize) -> Vec<u8> {
    let mut store = WeightStore::new();
    let list = vec!["x".repeat(text); 1].into_iter();
    let list = list.chain((1..references).map(|i| format!("{i:08}"))).collect();
    store.set_attribute("", "layer_names", Attribute::Texts(list));
    let mut bytes = store.to_h5().unwrap();
    // Each reference: length, address of the heap, number in it. All become the first.
    let heap = bytes.windows(4).position(|w| w == b"GCOL").unwrap() as u64;
    let first = [&(text as u32).to_le_bytes()[..], &heap.to_le_bytes()].concat();
    let at = bytes.windows(12).position(|w| w == first).unwrap();
    let reference = bytes[at..at + 16].to_vec();
    // The header that holds them ends with its sum, which is mended.
    let header = bytes[..at].windows(4).rposition(|w| w == b"OHDR").unwrap();
    let is_sum =
        |end: &usize| bytes[*end..*end + 4] == checksum(&bytes[header..*end]).to_le_bytes();
    let end = (at + 16 * references..bytes.len() - 4).find(is_sum).unwrap();
    for i in 1..references {
        bytes[at + 16 * i..at + 16 * (i + 1)].copy_from_slice(&reference);
    }
    let sum = checksum(&bytes[header..end]);
    bytes[end..end + 4].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// The sum that HDF5 keeps of its headers: Bob Jenkins's `lookup3`, from 0.
fn checksum(bytes: &[u8]) -> u32 {
    let mut state = [0xdead_beef_u32.wrapping_add(bytes.len() as u32); 3];
    let steps = |state: &mut [u32; 3], steps: &[(usize, usize, u32)], mix: bool| {
        for (to, from, rotation) in steps {
            let other = state[*from].rotate_left(*rotation);
            state[*to] = match mix {
                true => state[*to].wrapping_sub(state[*from]) ^ other,
                false => (state[*to] ^ state[*from]).wrapping_sub(other),
            };
            if mix {
                // The third of the three is added to the one that was rotated.
                let third = 3 - to - from;
                state[*from] = state[*from].wrapping_add(state[third]);
            }
        }
    };
    let mut blocks = bytes.chunks(12).peekable();
    while let Some(block) = blocks.next() {
        for (i, byte) in block.iter().enumerate() {
            state[i / 4] = state[i / 4].wrapping_add(u32::from(*byte) << (8 * (i % 4)));
        }
        match blocks.peek() {
            Some(_) => steps(
                &mut state,
                &[(0, 2, 4), (1, 0, 6), (2, 1, 8), (0, 2, 16), (1, 0, 19), (2, 1, 4)],
                true,
            ),
            None => steps(
                &mut state,
                &[
                    (2, 1, 14),
                    (0, 2, 11),
                    (1, 0, 25),
                    (2, 1, 16),
                    (0, 2, 4),
                    (1, 0, 14),
                    (2, 1, 24),
                ],
                false,
            ),
        }
    }
    state[2]
}

#[test]
fn many_references_to_one_long_text_are_a_bomb() {
    // 4 MB of file that would be 4 GB in memory.
    let bytes = text_bomb(4 << 20, 1000);
    assert!(bytes.len() < 5 << 20);
    assert_error!("text", WeightStore::read_h5(&bytes, "bomb.h5"), Error::Bomb { .. });
    // Long texts that are there are nothing special.
    let mut store = WeightStore::new();
    let long = (0..100).map(|i| format!("{i}").repeat(50_000)).collect();
    store.set_attribute("", "layer_names", Attribute::Texts(long));
    assert_eq!(WeightStore::read_h5(&store.to_h5().unwrap(), "fine.h5").unwrap(), store);
}

/// Each chunk takes memory to find, also one of a byte, and also where none is in the file.
#[test]
fn a_dataset_in_a_great_many_chunks_is_refused() {
    let in_chunks = |chunk: u64| {
        let mut file = hdf5_pure::FileBuilder::new();
        let array = file.create_dataset("0").with_u8_data(&[7; 70_000]).with_shape(&[70_000]);
        array.with_chunks(&[chunk]);
        WeightStore::read_h5(&file.finish().unwrap(), "chunks.h5")
    };
    assert_eq!(in_chunks(100).unwrap().get("0").unwrap().len(), 70_000);
    assert_error!("70,000", in_chunks(1), Error::TooMany { .. });
}

fn legacy(change: impl FnOnce(&mut WeightStore)) -> Result<LegacyH5, Error> {
    let file = LegacyH5 {
        layers: vec![("a".into(), vec![("a/kernel:0".into(), Array::f32([1], vec![1.0]))])],
        ..LegacyH5::default()
    };
    let mut store = file.to_store();
    change(&mut store);
    LegacyH5::from_store(WeightStore::read_h5(&store.to_h5()?, "a.h5")?, "a.h5")
}

#[test]
fn lists_of_names_that_lie_are_refused() {
    assert!(legacy(|_| {}).is_ok());
    let names = |path: &'static str, key: &'static str, names: &'static [&str]| {
        legacy(move |store| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            store.set_attribute(path, key, Attribute::Texts(names));
        })
    };
    let twice = names("", "layer_names", &["a", "a"]);
    assert!(twice.as_ref().unwrap_err().to_string().contains("twice"));
    assert_error!("twice", twice, Error::LegacyLayout { .. });
    assert_error!("absent", names("", "layer_names", &["b"]), Error::LegacyLayout { .. });
    assert_error!(
        "elsewhere",
        names("a", "weight_names", &["../a/kernel:0"]),
        Error::LegacyLayout { .. }
    );
    let twice = names("a", "weight_names", &["a/kernel:0", "a/kernel:0"]);
    assert_error!("a dataset twice", twice, Error::LegacyLayout { .. });
    assert_error!("a group", names("a", "weight_names", &["a"]), Error::LegacyLayout { .. });
    assert_error!(
        "no list",
        LegacyH5::from_store(WeightStore::new(), "a.h5"),
        Error::LegacyLayout { .. }
    );
}

#[test]
fn long_lists_are_cut_as_keras_cuts_them() {
    let names: Vec<String> = (0..10_000).map(|i| format!("layer_{i}")).collect();
    let mut store = WeightStore::new();
    store.set_attribute("", "layer_names", Attribute::Texts(names.clone()));
    let back = WeightStore::read_h5(&store.to_h5().unwrap(), "long.h5").unwrap();
    assert!(back.text("", "layer_names").is_none());
    assert_eq!(back.texts("", "layer_names").unwrap(), names);
}
