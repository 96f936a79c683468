//! What is in a file, also in a broken one.

use std::path::Path;

use crate::archive::{Holds, Members};
use crate::error::Error;
use crate::format::Format;
use crate::hdf5::Room;
use crate::limits::{MAX_JSON_BYTES, MAX_MEMBER_BYTES};
use crate::safetensors::Safetensors;
use crate::store::{Attribute, WeightStore};
use crate::{hdf5, onnx, paths};

/// What could be read of a file.
#[derive(Debug)]
pub struct Contents {
    /// The kind of file, by how it begins.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
    /// The members of an archive, with their sizes.
    pub members: Vec<(String, u64)>,
    /// Text: the members `.json` of an archive, or the file itself.
    pub texts: Vec<(String, String)>,
    /// Groups, attributes and arrays, up to the problem if there is one.
    pub weights: Option<WeightStore>,
    /// The graph of an ONNX file.
    pub graph: Option<onnx::Model>,
    /// Where the file breaks.
    pub problem: Option<Error>,
}

/// Reads as much of a file as can be read: an archive's members and texts, HDF5's groups and arrays.
///
/// ```
/// # let path = std::env::temp_dir().join(format!("elman-examine-{}.keras", std::process::id()));
/// let archive = elman_files::KerasArchive::default().to_bytes()?;
/// std::fs::write(&path, &archive[..archive.len() - 1]).unwrap();
/// let contents = elman_files::examine(&path);
/// assert!(contents.problem.is_some());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn examine(path: &Path) -> Contents {
    let name = path.display().to_string();
    let mut contents = Contents {
        format: Format::Unknown,
        bytes: 0,
        members: Vec::new(),
        texts: Vec::new(),
        weights: None,
        graph: None,
        problem: None,
    };
    let bytes = match paths::read_file(path) {
        Ok(bytes) => bytes,
        Err(problem) => {
            contents.problem = Some(problem);
            return contents;
        }
    };
    contents.bytes = bytes.len() as u64;
    contents.format = Format::of(&bytes);
    match contents.format {
        Format::Zip => contents.problem = archive(&bytes, &name, &mut contents).err(),
        Format::Json => match String::from_utf8(bytes) {
            Ok(text) => contents.texts.push((String::new(), text)),
            Err(_) => {
                contents.problem = Some(Error::NotUtf8 { file: name, member: String::new() });
            }
        },
        Format::Hdf5 => {
            let room = Room::of_file(contents.bytes);
            contents.weights(bytes, room, &name);
        }
        Format::Safetensors => match Safetensors::from_bytes(&bytes, &name) {
            Ok(file) => {
                let mut store = WeightStore::new();
                for (name, text) in file.metadata {
                    store.set_attribute("", &name, Attribute::Text(text));
                }
                for (name, array) in file.arrays {
                    store.insert(&name, array);
                }
                contents.weights = Some(store);
            }
            Err(problem) => contents.problem = Some(problem),
        },
        Format::Onnx => match onnx::Model::from_vec(bytes, &name) {
            Ok(graph) => contents.graph = Some(graph),
            Err(problem) => contents.problem = Some(problem),
        },
        _ => {}
    }
    contents
}

impl Contents {
    fn weights(&mut self, bytes: Vec<u8>, room: Room, name: &str) {
        let (store, problem) = hdf5::read_until_problem(bytes, room, name);
        self.weights = Some(store);
        self.problem = problem;
    }
}

fn archive(bytes: &[u8], name: &str, contents: &mut Contents) -> Result<(), Error> {
    let mut members = Members::open(bytes, name, Holds::Model)?;
    let names: Vec<String> = members.names().map(str::to_owned).collect();
    for member in &names {
        contents.members.push((member.clone(), members.size(member)));
    }
    for member in &names {
        if member.ends_with(".json") {
            let bytes = members.read(member, MAX_JSON_BYTES)?.unwrap_or_default();
            let text = String::from_utf8(bytes)
                .map_err(|_| Error::NotUtf8 { file: name.to_owned(), member: member.clone() })?;
            contents.texts.push((member.clone(), text));
        }
    }
    if let Some(member) = names.iter().find(|member| member.ends_with(".weights.h5")) {
        let bytes = members.read(member, MAX_MEMBER_BYTES)?.unwrap_or_default();
        let room = Room::of_packed(contents.bytes);
        contents.weights(bytes, room, &format!("{name}/{member}"));
        if let Some(problem) = contents.problem.take() {
            return Err(problem);
        }
    }
    Ok(())
}
