//! The smallest files known to cross one line each: `tests/data/bad`, which `tests/data/bad.py` made.

use std::collections::BTreeMap;
use std::path::Path;

use elman_files::{Error, KerasArchive, StoredWeights, WeightStore};

/// What each gives: the variant of an error, or the values that are read.
///
/// Links that the library shows no trace of are passed over, never followed; data that overlap are
/// read, as HDF5 reads them.
const EXPECTED: &[(&str, &str)] = &[
    ("chunk_of_4_mb_for_4_kb.h5", "Hdf5"),
    ("chunk_that_is_not_packed.h5", "Hdf5"),
    ("chunk_with_another_sum.h5", "Hdf5"),
    ("data_behind_the_end.h5", "Hdf5"),
    ("data_cut_off.h5", "Hdf5Truncated"),
    ("data_far_behind_the_end.h5", "Hdf5"),
    ("data_that_overlap.h5", "reads vars/0 [1.25, 2.5, 3.75, 5.0], vars/1 [3.75, 5.0, 2.5, 5.0]"),
    ("link_to_itself_new.h5", "TooMany"),
    ("link_to_itself_old.h5", "TooDeep"),
    ("link_to_passwd_new.h5", "reads "),
    ("link_to_passwd_old.h5", "reads "),
    ("links_in_a_circle_new.h5", "reads "),
    ("links_in_a_circle_old.h5", "SoftLink"),
    ("name_of_2000.h5", "BadName"),
    ("name_of_dots.h5", "BadName"),
    ("rank_32.h5", "reads vars/0 [0.0]"),
    ("shape_2_pow_62.h5", "Bomb"),
    ("shape_of_nothing.h5", "reads vars/0 []"),
    ("shape_overflows.h5", "Bomb"),
    ("type_lists.h5", "UnsupportedDtype"),
    ("type_long_double.h5", "UnsupportedDtype"),
    ("type_null.h5", "ShapeMismatch"),
    ("type_opaque.h5", "UnsupportedDtype"),
    ("type_records.h5", "UnsupportedDtype"),
    ("type_references.h5", "UnsupportedDtype"),
];

/// Reads all that is in a file, in the words of [`EXPECTED`].
fn read_at_once(bytes: &[u8]) -> Result<String, Error> {
    let store = WeightStore::read_h5(bytes, "bad.h5")?;
    Ok(values(store.arrays().map(|(path, array)| (path, array.to_f32()))))
}

/// The same where arrays are read one by one.
fn read_in_place(path: &Path) -> Result<String, Error> {
    let stored = StoredWeights::open(path)?;
    let array = |(path, array): (_, &elman_files::StoredArray)| Ok((path, array.read()?.to_f32()));
    let arrays: Vec<(&str, Vec<f32>)> = stored.arrays().map(array).collect::<Result<_, Error>>()?;
    Ok(values(arrays.into_iter()))
}

/// The same in an archive.
fn read_in_archive(bytes: &[u8]) -> Result<String, Error> {
    let good = KerasArchive::default().to_bytes()?;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(good)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let member = zip.by_index_raw(index).unwrap();
        if member.name().unwrap() != "model.weights.h5" {
            out.raw_copy_file(member).unwrap();
        }
    }
    out.start_file("model.weights.h5", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut out, bytes).unwrap();
    let bytes = out.finish().unwrap().into_inner();
    let archive = KerasArchive::from_bytes(&bytes, "bad.keras")?;
    Ok(values(archive.weights.arrays().map(|(path, array)| (path, array.to_f32()))))
}

fn values<'a>(arrays: impl Iterator<Item = (&'a str, Vec<f32>)>) -> String {
    let shown = arrays.map(|(path, values)| match values.len() {
        0..5 => format!("{path} {values:?}"),
        len => format!("{path} of {len}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// The variant of an error.
fn outcome(result: Result<String, Error>) -> String {
    match result {
        Ok(values) => format!("reads {values}"),
        Err(error) => {
            let debug = format!("{error:?}");
            debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
        }
    }
}

#[test]
fn each_gives_what_is_written_here() {
    let folder = crate::data("bad");
    let mut left: BTreeMap<&str, &str> = EXPECTED.iter().copied().collect();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let expected = left.remove(name).unwrap_or("nothing known");
        let bytes = std::fs::read(&path).unwrap();
        for (how, got) in [
            ("at once", read_at_once(&bytes)),
            ("in place", read_in_place(&path)),
            ("in an archive", read_in_archive(&bytes)),
        ] {
            let got = outcome(got);
            if got != expected {
                wrong.push(format!("{name}, {how}: {expected} expected, got {got}"));
            }
        }
    }
    wrong.sort();
    assert!(wrong.is_empty() && left.is_empty(), "{}\nmissing: {left:?}", wrong.join("\n"));
}

/// An archive with these members, stored as they are.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        zip.start_file(*name, options).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// `bytes` with `new` wherever `old` was, of the same length.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let (mut bytes, mut count) = (bytes.to_vec(), 0);
    for start in 0..bytes.len() - old.len() {
        if bytes[start..].starts_with(old) {
            bytes[start..start + new.len()].copy_from_slice(new);
            count += 1;
        }
    }
    assert!(count > 0 && old.len() == new.len());
    bytes
}

/// Directories that say of an archive what isn't so.
#[test]
fn archives_are_what_their_directories_say() {
    let h5 = WeightStore::new().to_h5().unwrap();
    let good: [(&str, &[u8]); 4] = [
        ("metadata.json", b"{}"),
        ("config.json", b"{}"),
        ("confog.json", br#"{"a": 1}"#),
        ("model.weights.h5", &h5),
    ];
    let good = archive(&good);
    let read = |bytes: &[u8]| KerasArchive::from_bytes(bytes, "bad.keras").map(|_| String::new());
    let twice = replaced(&good, b"confog.json", b"config.json");
    // As in Python: the last of two counts.
    let last = KerasArchive::from_bytes(&twice, "bad.keras").unwrap();
    assert_eq!(last.config, r#"{"a": 1}"#);
    // A name that ends where C would end it.
    let nul = replaced(&good, b"confog.json", b"config.js\0n");
    // The directory leads to the bytes of another member, or behind the end.
    let entries: Vec<usize> =
        (0..good.len() - 4).filter(|at| good[*at..].starts_with(b"PK\x01\x02")).collect();
    let with_place = |entry: usize, place: [u8; 4]| {
        let mut bytes = twice.clone();
        bytes[entries[entry] + 42..entries[entry] + 46].copy_from_slice(&place);
        bytes
    };
    let cases = [
        ("a NUL in a name", nul, "UnsafeMember"),
        ("a stranger", good.clone(), "UnknownMember"),
        ("the bytes of another", with_place(3, [0; 4]), "CorruptArchive"),
        ("bytes behind the end", with_place(3, [0xff, 0xff, 0xff, 0x7f]), "CorruptArchive"),
        (
            "bytes in the directory",
            with_place(3, (entries[0] as u32).to_le_bytes()),
            "CorruptArchive",
        ),
    ];
    let wrong =
        cases.into_iter().map(|(what, bytes, expected)| (what, outcome(read(&bytes)), expected));
    let wrong: Vec<_> = wrong.filter(|(_, got, expected)| got != expected).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
