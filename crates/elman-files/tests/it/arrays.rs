//! npy, npz and csv files.

use elman_files::{Array, Data, Error, csv, npy, npz, read_array, write_array};

use crate::{Folder, assert_error, bytes, data};

#[test]
fn what_numpy_saved() {
    let arrays = npz::read(&data("numpy.npz")).unwrap();
    let keys: Vec<&str> = arrays.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["f", "be", "bf16", "half", "flag", "scalar", "empty"]);
    let array = |key| &arrays.iter().find(|(k, _)| k == key).unwrap().1;
    assert_eq!(array("f"), &Array::f32([2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
    assert_eq!(array("be"), &Array { shape: vec![3], data: Data::I16(vec![0, 1, 2]) });
    assert_eq!(array("bf16"), &Array { shape: vec![2], data: Data::BF16(vec![0x3fc0, 0xc000]) });
    assert_eq!(array("half"), &Array { shape: vec![1], data: Data::F16(vec![0x3800]) });
    assert_eq!(array("flag"), &Array { shape: vec![1], data: Data::Bool(vec![true]) });
    assert_eq!(array("scalar"), &Array { shape: vec![], data: Data::F64(vec![2.5]) });
    assert_eq!(array("empty"), &Array { shape: vec![2, 0], data: Data::U8(vec![]) });
    let packed = read_array(&data("packed.npz")).unwrap();
    assert_eq!(packed, Array::f32([100, 100], vec![0.0; 10_000]));
}

#[test]
fn by_extension() {
    let folder = Folder::new("extension");
    let table = Array { shape: vec![2, 2], data: Data::F64(vec![0.1, -2.0, 3e-9, 4.0]) };
    for name in ["a.npy", "a.npz", "a.csv", "A.NPY", "a.npz:x"] {
        write_array(&folder.join(name), &table).unwrap();
        assert_eq!(read_array(&folder.join(name)).unwrap(), table, "{name}");
    }
    assert_eq!(folder.names(), ["A.NPY", "a.csv", "a.npy", "a.npz"]);
    assert_error!("no key", read_array(&data("numpy.npz")), Error::NpzKeyNeeded { .. });
    let key = |key| read_array(&data(&format!("numpy.npz:{key}")));
    assert_eq!(key("half").unwrap().to_f32(), [0.5]);
    assert_error!("wrong key", key("y"), Error::NpzKeyMissing { .. });
    assert_error!("txt", read_array("a.txt".as_ref()), Error::UnknownExtension { .. });
    assert_error!("none", write_array("a".as_ref(), &table), Error::UnknownExtension { .. });
}

/// An npy file of this header and this many bytes of elements.
fn npy_file(header: &str, elements: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + elements, 0);
    bytes
}

#[test]
fn malformed_npy() {
    let folder = Folder::new("npy");
    let read = |bytes: &[u8]| {
        let path = folder.join("x.npy");
        std::fs::write(&path, bytes).unwrap();
        npy::read(&path)
    };
    let header = |text: &str| read(&npy_file(text, 8));
    let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    assert!(header(good).is_ok());
    assert!(header("{\"shape\":(2),\"fortran_order\":True,\"descr\":\">f4\"}\n").is_ok());
    assert_error!("empty", read(b""), Error::NotNpy { .. });
    assert_error!("version 9", read(b"\x93NUMPY\x09\x00\x01\x00 "), Error::NotNpy { .. });
    assert_error!("header cut", read(&npy_file(good, 0)[..40]), Error::NotNpy { .. });
    assert_error!("4 GB header", read(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{"), Error::NotNpy { .. });
    let long = good.to_owned() + &" ".repeat(70_000);
    let mut version_2 = b"\x93NUMPY\x02\x00".to_vec();
    version_2.extend_from_slice(&(long.len() as u32).to_le_bytes());
    version_2.extend_from_slice(long.as_bytes());
    assert_error!("long header", read(&version_2), Error::TooLarge { .. });
    let bad_headers = [
        "",
        "{",
        "{}",
        "{'descr': '<f4', 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,,3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}",
        "((((((((((((((((((((((((",
    ];
    for text in bad_headers {
        assert_error!(text, header(text), Error::NpyHeader { .. });
    }
    let rank = good.replace("2,", &"1,".repeat(33));
    assert_error!("rank 33", header(&rank), Error::NpyHeader { .. });
    for (case, shape) in [("cut", "3,"), ("longer", "1,"), ("overflow", "4611686018427387905, 4")] {
        assert_error!(case, header(&good.replace("2,", shape)), Error::NpySize { .. });
    }
    for descr in ["|O", "<c8", "<U4", "", "é4", "<M8[ns]", "!f4"] {
        let text = good.replace("<f4", descr);
        assert_error!(descr, header(&text), Error::UnsupportedDtype { .. });
    }
    assert_error!("pickle", npy::read(&data("objects.npy")), Error::UnsupportedDtype { .. });
    assert_error!("records", npy::read(&data("records.npy")), Error::NpyHeader { .. });
}

#[test]
fn malformed_npz() {
    let folder = Folder::new("npz");
    let path = folder.join("x.npz");
    std::fs::write(&path, &bytes("numpy.npz")[..800]).unwrap();
    assert_error!("cut", npz::read(&path), Error::CorruptArchive { .. });
    assert_error!(
        "npy",
        npz::read(&data("records.npy")),
        Error::NotAnArchive { found: "an npy file", .. }
    );
    assert_error!("not arrays", npz::read(&data("bf16.keras")), Error::NotNpy { .. });
    npz::write(&path, &[]).unwrap();
    assert_error!("none", read_array(&path), Error::NpzKeyNeeded { .. });
    let array = Array::i32_scalar(0);
    assert_error!("key", npz::write(&path, &[("../x", &array)]), Error::UnsafeMember { .. });
}

#[test]
fn every_f32_survives_csv() {
    let folder = Folder::new("csv");
    let path = folder.join("x.csv");
    // Every 65,537th bit pattern: all exponents, both signs.
    let values: Vec<f32> = (0..u32::MAX).step_by(65_537).map(f32::from_bits).collect();
    csv::write(&path, &Array::f32([values.len()], values.clone())).unwrap();
    let back = csv::read(&path).unwrap();
    assert_eq!(back.shape, [values.len(), 1]);
    for (x, y) in values.into_iter().zip(back.into_f32()) {
        assert!(x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan(), "{x:?} {y:?}");
    }
}
