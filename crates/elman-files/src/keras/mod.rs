//! The `.keras` archive.

mod archive;
mod file;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

pub use archive::KerasArchive;
pub use file::KerasFile;

use crate::archive::Members;
use crate::error::{Error, Result};
use crate::limits::{MAX_JSON_BYTES, MAX_MEMBER_BYTES};
use crate::paths;

const METADATA: &str = "metadata.json";
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.weights.h5";
const WEIGHTS_NPZ: &str = "model.weights.npz";
const ASSETS: &str = "assets/";

/// The texts of an archive that was unpacked, and where its weights lie.
fn folder_parts(folder: &Path) -> Result<(String, String, PathBuf)> {
    let name = folder.display().to_string();
    let text = |member: &'static str| -> Result<String> {
        let path = folder.join(member);
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if bytes > MAX_JSON_BYTES {
            let (file, what) = (name.clone(), format!("member {member:?}"));
            return Err(Error::TooLarge { file, what, bytes, limit: MAX_JSON_BYTES });
        }
        String::from_utf8(paths::read_file(&path)?)
            .map_err(|_| Error::NotUtf8 { file: name.clone(), member: member.to_owned() })
    };
    for member in [METADATA, CONFIG] {
        if !folder.join(member).is_file() {
            let entries = fs::read_dir(folder).map_err(|e| Error::io(&name, "read", e))?;
            let names = entries.flatten().map(|entry| entry.file_name());
            let found = names.take(100).map(|name| name.to_string_lossy().into()).collect();
            return Err(Error::MissingMember { file: name, member, found });
        }
    }
    let path = folder.join(WEIGHTS);
    if !path.exists() && folder.join(WEIGHTS_NPZ).exists() {
        return Err(Error::PickledWeights { file: name });
    }
    Ok((text(METADATA)?, text(CONFIG)?, path))
}

/// The files below `assets/`.
fn assets<R: Read + Seek>(members: &mut Members<'_, R>) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut assets = BTreeMap::new();
    let names: Vec<String> =
        members.names().filter(|n| n.starts_with(ASSETS)).map(str::to_owned).collect();
    for member in names {
        if let Some(bytes) = members.read(&member, MAX_MEMBER_BYTES)? {
            assets.insert(member[ASSETS.len()..].to_owned(), bytes);
        }
    }
    Ok(assets)
}

/// Refuses members that are neither Keras's nor the litter of a Mac's "Compress".
fn check_names<R: Read + Seek>(members: &Members<'_, R>, file: &str) -> Result<()> {
    let known = |name: &str| {
        matches!(name, METADATA | CONFIG | WEIGHTS | WEIGHTS_NPZ)
            || name.starts_with(ASSETS)
            || name.starts_with("__MACOSX/")
            || name.ends_with(".DS_Store")
    };
    // Without its members it is another kind of archive, which says more than its first stranger.
    for member in [METADATA, CONFIG] {
        if !members.names().any(|name| name == member) {
            return Err(missing(members, file, member));
        }
    }
    match members.names().find(|name| !known(name)) {
        None => Ok(()),
        Some(member) => {
            Err(Error::UnknownMember { file: file.to_owned(), member: member.to_owned() })
        }
    }
}

fn text<R: Read + Seek>(
    members: &mut Members<'_, R>,
    file: &str,
    member: &'static str,
) -> Result<String> {
    match members.read(member, MAX_JSON_BYTES)? {
        Some(bytes) => String::from_utf8(bytes)
            .map_err(|_| Error::NotUtf8 { file: file.to_owned(), member: member.to_owned() }),
        None => Err(missing(members, file, member)),
    }
}

fn missing<R: Read + Seek>(members: &Members<'_, R>, file: &str, member: &'static str) -> Error {
    let found = members.names().take(100).map(str::to_owned).collect();
    Error::MissingMember { file: file.to_owned(), member, found }
}

/// The error of an archive without weights that can be read.
fn no_weights<R: Read + Seek>(members: &Members<'_, R>, file: &str) -> Error {
    match members.names().any(|member| member == WEIGHTS_NPZ) {
        true => Error::PickledWeights { file: file.to_owned() },
        false => missing(members, file, WEIGHTS),
    }
}
