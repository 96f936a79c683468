//! HDF5 weights files.

use elman_files::{Array, Data, Error, WeightStore, limits};

use crate::{assert_error, bytes};

fn read(name: &str) -> elman_files::Result<WeightStore> {
    WeightStore::read_h5(&bytes(name), name)
}

#[test]
fn every_type_h5py_writes() {
    let store = read("types.h5").unwrap();
    let types = [
        ("f2", "float16"),
        ("f4", "float32"),
        ("f8", "float64"),
        ("i1", "int8"),
        ("i2", "int16"),
        ("i4", "int32"),
        ("i8", "int64"),
        ("u1", "uint8"),
        ("u2", "uint16"),
        ("u4", "uint32"),
        ("u8", "uint64"),
    ];
    for (code, dtype) in types {
        for order in ["le", "be"] {
            let array = store.get(&format!("{code}{order}")).unwrap();
            assert_eq!((array.dtype(), array.shape.as_slice()), (dtype, [1, 3].as_slice()));
            assert_eq!(array.to_f32(), [1.0, 2.0, 3.0], "{code}{order}");
            assert_eq!(array.to_f64(), [1.0, 2.0, 3.0], "{code}{order}");
        }
    }
    assert_eq!(store.get("bool").unwrap().data, Data::Bool(vec![true, false]));
    assert_eq!(store.get("scalar").unwrap(), &Array::i64_scalar(7));
    assert_eq!(store.get("empty").unwrap(), &Array::f32([0, 3], vec![]));
    let counted: Vec<f32> = (0u16..1000).map(f32::from).collect();
    assert_eq!(store.get("packed").unwrap().to_f32(), counted);
    assert_eq!(store.get("unwritten").unwrap().to_f32(), [0.5; 4]);
}

#[test]
fn every_type_round_trips() {
    let mut store = read("types.h5").unwrap();
    store.insert("a/bf16", Array { shape: vec![2, 1], data: Data::BF16(vec![0x3fc0, 0xc000]) });
    store.insert("a/scalar_bf16", Array { shape: vec![], data: Data::BF16(vec![0x3fc0]) });
    store.insert("a/nothing", Array { shape: vec![0], data: Data::Bool(vec![]) });
    store.insert_group("an/empty/group", None);
    store.insert_group("named", Some("grüße ☃"));
    for i in 0..300 {
        store.insert(&format!("many/vars/{i}"), Array::i32_scalar(i));
    }
    let bytes = store.to_h5().unwrap();
    let back = WeightStore::read_h5(&bytes, "m.h5").unwrap();
    assert_eq!(back, store);
    assert_eq!(back.to_h5().unwrap(), bytes);
    let numbers: Vec<i32> =
        back.variables("many/vars").iter().map(|array| array.to_f32()[0] as i32).collect();
    assert!(numbers.into_iter().eq(0..300));
    // Deep groups, as deep as they may be.
    let mut store = WeightStore::new();
    let deepest = vec!["g"; limits::MAX_DEPTH].join("/");
    store.insert_group(&deepest, None);
    assert_eq!(WeightStore::read_h5(&store.to_h5().unwrap(), "").unwrap(), store);
}

#[test]
fn malformed_files() {
    let seq = elman_files::KerasArchive::read(&crate::data("seq_simple.keras")).unwrap();
    let mut cut = seq.weights.to_h5().unwrap();
    cut.truncate(cut.len() / 2);
    assert_error!("empty", WeightStore::read_h5(b"", ""), Error::NotHdf5 { .. });
    assert_error!("zip", WeightStore::read_h5(b"PK\x03\x04", ""), Error::NotHdf5 { .. });
    assert_error!("cut", WeightStore::read_h5(&cut, ""), Error::Hdf5Truncated { .. });
    assert_error!("text", read("text.h5"), Error::UnsupportedDtype { .. });
    assert_error!("soft link", read("soft_link.h5"), Error::SoftLink { .. });
    assert_error!("data in another file", read("external_data.h5"), Error::Hdf5 { .. });
    assert_error!("virtual", read("virtual.h5"), Error::Hdf5 { .. });
    assert_error!("a group in itself", read("loop.h5"), Error::TooDeep { .. });
    assert_error!("2^40 paths", read("wide.h5"), Error::TooMany { .. });
    assert_error!("4 TB of nothing", read("bomb.h5"), Error::Bomb { .. });
    assert_error!("2 GB in a chunk", read("bomb_chunk.h5"), Error::Bomb { .. });
}

/// The reader shows no trace of these links, so nothing is followed and nothing is there.
#[test]
fn links_that_are_passed_over() {
    assert!(read("external_link.h5").unwrap().get("vars/0").is_none());
    assert_eq!(read("soft_link_new.h5").unwrap().variables("vars").len(), 1);
}

#[test]
fn stores_that_cannot_be_written() {
    let with = |paths: &[&str]| {
        let mut store = WeightStore::new();
        for path in paths {
            store.insert(path, Array::i32_scalar(0));
        }
        store.to_h5()
    };
    let long = "a".repeat(limits::MAX_NAME_BYTES + 1);
    let deep = vec!["g"; limits::MAX_DEPTH + 2].join("/");
    assert_error!("below an array", with(&["a", "a/b"]), Error::PathClash { .. });
    assert_error!("above an array", with(&["a/b", "a"]), Error::PathClash { .. });
    assert_error!("the root", with(&[""]), Error::PathClash { .. });
    assert_error!("dots", with(&["a/../b"]), Error::BadName { .. });
    assert_error!("long", with(&[&long]), Error::BadName { .. });
    assert_error!("deep", with(&[&deep]), Error::TooDeep { .. });
    let mut store = WeightStore::new();
    store.insert("x", Array { shape: vec![usize::MAX, 2], data: Data::U8(vec![0; 2]) });
    assert_error!("overflow", store.to_h5(), Error::ShapeMismatch { .. });
}

/// 5000 array types, one in the other: more than a 2 MiB stack holds, as test threads have it.
#[test]
fn deeply_nested_types() {
    use hdf5_pure::{Datatype, FileBuilder, make_i8_type};
    let build = || {
        let mut datatype = make_i8_type();
        for _ in 0..5000 {
            datatype = Datatype::Array { base_type: Box::new(datatype), dimensions: vec![] };
        }
        let mut file = FileBuilder::new();
        file.create_dataset("x").with_raw_data(datatype, vec![1], 1);
        file.finish().unwrap()
    };
    let bytes =
        std::thread::Builder::new().stack_size(1 << 30).spawn(build).unwrap().join().unwrap();
    assert_error!("deep", WeightStore::read_h5(&bytes, ""), Error::UnsupportedDtype { .. });
}
