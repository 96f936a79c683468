//! `.keras` archives.

use elman_files::{Array, Data, Error, KerasArchive, WeightStore, limits};

use crate::{Folder, assert_error, bytes, data};

fn read(name: &str) -> KerasArchive {
    KerasArchive::read(&data(name)).unwrap()
}

#[test]
fn what_keras_saved() {
    let archive = read("seq_simple.keras");
    assert!(archive.metadata.contains(r#""keras_version": "3.15.1""#));
    assert!(archive.config.starts_with(r#"{"module": "keras", "class_name": "Sequential""#));
    let weights = &archive.weights;
    assert_eq!(weights.children(""), ["layers", "optimizer", "vars"]);
    assert_eq!(weights.children("layers"), ["dense", "simple_rnn", "simple_rnn_1"]);
    assert_eq!(weights.group_name("layers/simple_rnn/cell/vars"), Some("simple_rnn_cell"));
    assert_eq!(weights.group_name("layers/simple_rnn_1/vars"), Some("mine"));
    assert_eq!(weights.group_name("layers"), None);
    assert!(weights.variables("layers/simple_rnn/vars").is_empty());
    let shapes = |group| -> Vec<Vec<usize>> {
        weights.variables(group).iter().map(|array| array.shape.clone()).collect()
    };
    assert_eq!(shapes("layers/simple_rnn/cell/vars"), [vec![3, 2], vec![2, 2], vec![2]]);
    // iteration, learning rate, then two slots for each of eight variables: "10" after "2".
    let optimizer = weights.variables("optimizer/vars");
    assert_eq!(optimizer.len(), 18);
    assert_eq!((optimizer[0].dtype(), optimizer[0].shape.len()), ("int32", 0));
    assert_eq!((optimizer[1].dtype(), optimizer[1].shape.len()), ("float32", 0));
    assert_eq!(optimizer[10].shape, [2, 2]);
    assert_eq!(optimizer[14].shape, [2, 1]);
}

#[test]
fn what_tf_keras_saved() {
    let archive = read("tfk_stacked.keras");
    assert!(archive.config.contains("StackedRNNCells"));
    let cells: Vec<&str> = archive.weights.children("layers/rnn/cell/cells");
    assert_eq!(cells, ["gru_cell", "lstm_cell"]);
}

#[test]
fn bfloat16() {
    let archive = read("bf16.keras");
    let kernel = archive.weights.get("layers/lstm/cell/vars/0").unwrap();
    assert_eq!((kernel.dtype(), kernel.shape.as_slice()), ("bfloat16", [4, 12].as_slice()));
    // By h5py and ml_dtypes.
    assert_eq!(kernel.to_f64()[..3], [-0.220_703_125, -0.574_218_75, -0.277_343_75]);
    assert_eq!(kernel.to_f64().iter().sum::<f64>(), -1.269_531_25);
}

#[test]
fn written_and_read_again() {
    let folder = Folder::new("round-trip");
    for name in ["seq_simple.keras", "bf16.keras", "tfk_stacked.keras"] {
        let mut archive = read(name);
        archive.assets.insert("text/vocabulary.txt".into(), b"the\nof\n".to_vec());
        let path = folder.join(name);
        archive.write(&path).unwrap();
        assert_eq!(KerasArchive::read(&path).unwrap(), archive, "{name}");
        // The same bytes, whether from memory or from the file just read.
        let first = std::fs::read(&path).unwrap();
        assert_eq!(KerasArchive::read(&path).unwrap().to_bytes().unwrap(), first, "{name}");
    }
}

#[test]
fn members_are_stored_in_keras_order() {
    let mut archive = read("seq_simple.keras");
    archive.assets.insert("a".into(), vec![1]);
    let bytes = archive.to_bytes().unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names, ["metadata.json", "config.json", "model.weights.h5", "assets/a"]);
    for index in 0..4 {
        let member = zip.by_index(index).unwrap();
        assert_eq!(member.compression(), zip::CompressionMethod::Stored);
    }
}

/// A zip archive of these members, deflated.
fn pack(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in members {
        match name.strip_prefix("link ") {
            Some(name) => zip.add_symlink(name, "/etc/passwd", options).unwrap(),
            None => {
                zip.start_file(*name, options).unwrap();
                zip.write_all(bytes).unwrap();
            }
        }
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn malformed_archives() {
    let h5 = WeightStore::new().to_h5().unwrap();
    let good: [(&str, &[u8]); 3] =
        [("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", &h5)];
    let with = |more: &[(&str, &[u8])]| pack(&[&good, more].concat());
    let without = |name: &str| {
        let rest: Vec<_> = good.iter().filter(|(n, _)| *n != name).copied().collect();
        pack(&rest)
    };
    let swapped = |name: &str, bytes: &[u8]| {
        let all = good.map(|(n, old)| (n, if n == name { bytes } else { old }));
        pack(&all)
    };
    /// Changes every occurrence of some bytes.
    fn patch(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
        for start in 0..bytes.len() - from.len() {
            if bytes[start..].starts_with(from) {
                bytes[start..start + to.len()].copy_from_slice(to);
            }
        }
        bytes
    }
    let read = |bytes: Vec<u8>| KerasArchive::from_bytes(&bytes, "m.keras");
    assert!(read(pack(&good)).is_ok(), "deflated members are read");
    assert!(read(with(&[("__MACOSX/._config.json", b""), ("assets/", b"")])).is_ok());

    let zeros = vec![0u8; (limits::EXPANSION_FLOOR_BYTES + (1 << 20)) as usize];
    let long = "assets/".to_owned() + &"a".repeat(limits::MAX_NAME_BYTES);
    let names: Vec<String> = (0..limits::MAX_MEMBERS).map(|i| format!("assets/{i}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let half = &zeros[..zeros.len() / 2];
    let halves = with(&[("assets/a", half), ("assets/b", half), ("assets/c", half)]);
    let cut = bytes("seq_simple.keras");
    let cut = cut[..cut.len() - 100].to_vec();
    // One bit of the configuration's text, stored plainly.
    let flipped = patch(bytes("seq_simple.keras"), b"simple_rnn_1", b"Simple_rnn_1");

    assert_error!("empty", read(vec![]), Error::NotAnArchive { .. });
    assert_error!("text", read(b"hello".to_vec()), Error::NotAnArchive { .. });
    assert_error!(
        "HDF5",
        read(h5.clone()),
        Error::NotAnArchive { found: "HDF5 (a .h5 or .weights.h5 file)", .. }
    );
    assert_error!("cut short", read(cut), Error::CorruptArchive { .. });
    assert_error!("only PK", read(b"PK\x03\x04".to_vec()), Error::CorruptArchive { .. });
    assert_error!("a flipped bit", read(flipped), Error::CorruptArchive { .. });
    assert_error!(
        "no members",
        read(pack(&[])),
        Error::MissingMember { member: "metadata.json", .. }
    );
    for (name, _) in good {
        assert_error!(name, read(without(name)), Error::MissingMember { .. });
    }
    assert_error!(
        "no config",
        read(without("config.json")),
        Error::MissingMember { member: "config.json", .. }
    );
    assert_error!("stranger", read(with(&[("run.py", b"")])), Error::UnknownMember { .. });
    assert_error!(
        "npz",
        read(pack(&[good[0], good[1], ("model.weights.npz", b"")])),
        Error::PickledWeights { .. }
    );
    assert_error!("not UTF-8", read(swapped("config.json", b"\xff")), Error::NotUtf8 { .. });
    assert_error!(
        "weights not HDF5",
        read(swapped("model.weights.h5", b"npz")),
        Error::NotHdf5 { .. }
    );
    assert_error!("weights cut", read(swapped("model.weights.h5", &h5[..40])), Error::Hdf5 { .. });
    for name in ["../evil", "assets/../../evil", "/etc/evil", "assets\\..\\..\\evil", "C:\\evil"] {
        assert_error!(name, read(with(&[(name, b"")])), Error::UnsafeMember { .. });
    }
    assert_error!("link", read(with(&[("link assets/x", b"")])), Error::UnsupportedMember { .. });
    assert_error!("encrypted", read(encrypted(pack(&good))), Error::UnsupportedMember { .. });
    assert_error!("bomb", read(with(&[("assets/x", &zeros)])), Error::Bomb { .. });
    assert_error!("bomb in parts", read(halves), Error::Bomb { .. });
    assert_error!("long name", read(with(&[(&long, b"")])), Error::TooLarge { .. });
    assert_error!("many members", read(with(&many)), Error::TooMany { .. });
}

/// Sets the flag "encrypted" of every entry of the directory.
fn encrypted(mut bytes: Vec<u8>) -> Vec<u8> {
    for start in 0..bytes.len() - 46 {
        if bytes[start..].starts_with(b"PK\x01\x02") {
            bytes[start + 8] |= 1;
        }
        if bytes[start..].starts_with(b"PK\x03\x04") {
            bytes[start + 6] |= 1;
        }
    }
    bytes
}

#[test]
fn sizes_that_are_not_true() {
    let archive = KerasArchive { config: "x".repeat(100), ..Default::default() };
    let bytes = archive.to_bytes().unwrap();
    // The second entry of the directory is config.json; its sizes are at 20 (stored) and 24.
    let entry = bytes.windows(4).enumerate().filter(|(_, w)| w == b"PK\x01\x02").nth(1).unwrap().0;
    let declare = |stored: u32, unpacked: u32| {
        let mut bytes = bytes.clone();
        bytes[entry + 20..entry + 24].copy_from_slice(&stored.to_le_bytes());
        bytes[entry + 24..entry + 28].copy_from_slice(&unpacked.to_le_bytes());
        KerasArchive::from_bytes(&bytes, "m.keras")
    };
    let json = limits::MAX_JSON_BYTES as u32;
    assert!(declare(100, 100).is_ok());
    assert_error!("far more", declare(100, u32::MAX - 1), Error::Bomb { .. });
    assert_error!("both far more", declare(u32::MAX - 1, u32::MAX - 1), Error::Bomb { .. });
    assert_error!("more JSON than allowed", declare(json, json + 1), Error::TooLarge { .. });
    assert_error!("some more", declare(100, 1000), Error::CorruptArchive { .. });
    assert_error!("some less", declare(100, 50), Error::CorruptArchive { .. });
}

#[test]
fn files_that_cannot_be_read_or_written() {
    let folder = Folder::new("io");
    let missing = KerasArchive::read(&folder.join("missing.keras"));
    assert_error!("missing", missing, Error::Io { action: "read", .. });
    let nowhere = folder.join("no/folder/m.keras");
    assert_error!(
        "nowhere",
        KerasArchive::default().write(&nowhere),
        Error::Io { action: "write", .. }
    );
    let huge = folder.join("huge.keras");
    std::fs::File::create(&huge).unwrap().set_len(limits::MAX_FILE_BYTES + 1).unwrap();
    assert_error!("huge", KerasArchive::read(&huge), Error::TooLarge { .. });
    let mut archive = KerasArchive::default();
    archive.assets.insert("../../evil".into(), vec![]);
    assert_error!("unsafe asset", archive.to_bytes(), Error::UnsafeMember { .. });
    let mut archive = KerasArchive::default();
    archive.weights.insert("vars/0", Array { shape: vec![2], data: Data::F32(vec![1.0]) });
    assert_error!("shape", archive.to_bytes(), Error::ShapeMismatch { .. });
}
