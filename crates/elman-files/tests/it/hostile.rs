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
    for i in 1..references {
        bytes[at + 16 * i..at + 16 * (i + 1)].copy_from_slice(&reference);
    }
    bytes
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

fn legacy(change: impl FnOnce(&mut WeightStore)) -> Result<LegacyH5, Error> {
    let file = LegacyH5 {
        layers: vec![("a".into(), vec![("a/kernel:0".into(), Array::f32([1], vec![1.0]))])],
        ..LegacyH5::default()
    };
    let mut store = file.to_store();
    change(&mut store);
    LegacyH5::from_store(&WeightStore::read_h5(&store.to_h5()?, "a.h5")?, "a.h5")
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
    assert_error!("a group", names("a", "weight_names", &["a"]), Error::LegacyLayout { .. });
    assert_error!(
        "no list",
        LegacyH5::from_store(&WeightStore::new(), "a.h5"),
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
