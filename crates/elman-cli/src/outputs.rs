//! Files to write, checked before any work is done for them.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use elman_files::{Array, npz, write_array};

use crate::failure::{Failure, Result};
use crate::values::alternatives;

/// Checks that every output can be written and none replaces an input or another output.
pub fn check(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.iter().filter_map(|path| place(path)).collect();
    let mut seen: Vec<(PathBuf, Option<&str>)> = Vec::new();
    for output in outputs {
        let shown = output.display();
        let (file, key) = split(output);
        if file.is_dir() {
            return Err(Failure::Failed(format!("{shown}: is a folder, not a file to write")));
        }
        let Some(place) = place(output) else {
            return Err(Failure::Failed(format!("{shown}: cannot write: there is no such folder")));
        };
        if inputs.contains(&place) {
            return Err(Failure::Usage(format!("{shown} is an input; writing would replace it")));
        }
        // Arrays of one .npz file may have different keys in it.
        let same = |(other, its_key): &(PathBuf, Option<&str>)| {
            *other == place && (*its_key == key || key.is_none() || its_key.is_none())
        };
        if seen.iter().any(same) {
            return Err(Failure::Usage(format!("{shown} is named twice as an output")));
        }
        check_folder(file, &place)
            .map_err(|error| Failure::Failed(format!("{shown}: cannot write: {error}")))?;
        seen.push((place, key));
    }
    Ok(())
}

/// Checks that a file to write has one of the extensions that say what is written.
pub fn check_extension(output: &Path, argument: &str, extensions: &[&str]) -> Result<()> {
    let (file, _) = split(output);
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let shown = output.display();
    let known = alternatives(extensions.iter().map(|known| format!(".{known}")));
    Err(Failure::Usage(format!("{argument} {shown}: the name must end in {known}")))
}

/// Writes arrays, those of one .npz file together, and tells `done` of each that was written.
pub fn write(arrays: &[(&Path, Array)], mut done: impl FnMut(&Path, &Array)) -> Result<()> {
    let places: Vec<Option<PathBuf>> = arrays.iter().map(|(path, _)| place(path)).collect();
    for (index, (path, array)) in arrays.iter().enumerate() {
        let (file, key) = split(path);
        if key.is_none() {
            write_array(path, array)?;
            done(path, array);
            continue;
        }
        if places[..index].contains(&places[index]) {
            continue; // written with the first of its file
        }
        let of_file = || arrays.iter().zip(&places).filter(|(_, other)| **other == places[index]);
        let keyed = of_file().filter_map(|((path, array), _)| Some((split(path).1?, array)));
        npz::write(file, &keyed.collect::<Vec<_>>())?;
        of_file().for_each(|((path, array), _)| done(path, array));
    }
    Ok(())
}

/// A path as its file and, where it names one as `file.npz:key` does, the array in it.
fn split(path: &Path) -> (&Path, Option<&str>) {
    let text = path.to_str().unwrap_or_default();
    match text.to_ascii_lowercase().rfind(".npz:") {
        Some(start) => {
            let (file, key) = text.split_at(start + ".npz".len());
            (Path::new(file), key.strip_prefix(':'))
        }
        None => (path, None),
    }
}

/// The one name of a file among all that lead to it; `None` if its folder doesn't exist.
fn place(path: &Path) -> Option<PathBuf> {
    let (file, _) = split(path);
    if let Ok(existing) = fs::canonicalize(file) {
        return Some(existing);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
    Some(folder.join(file.file_name()?))
}

/// Files are replaced by renaming, so what must be writable is the folder.
fn check_folder(file: &Path, place: &Path) -> std::io::Result<()> {
    if fs::metadata(file).is_ok_and(|metadata| !metadata.is_file()) {
        return OpenOptions::new().write(true).open(file).map(drop); // a pipe or device
    }
    let folder = place.parent().unwrap_or(Path::new("."));
    let probe = folder.join(format!(".elman-probe-{}.tmp", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)
}
