//! Files to write, checked before any work is done for them.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Checks that every output can be written and none replaces an input or another output.
pub fn check(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.iter().filter_map(|path| place(path)).collect();
    let mut seen: Vec<PathBuf> = Vec::new();
    for output in outputs {
        let shown = output.display();
        let file = file_of(output);
        if file.is_dir() {
            return Err(Failure::Failed(format!("{shown}: is a folder, not a file to write")));
        }
        let Some(place) = place(output) else {
            return Err(Failure::Failed(format!("{shown}: cannot write: there is no such folder")));
        };
        if inputs.contains(&place) {
            return Err(Failure::Usage(format!("{shown} is an input; writing would replace it")));
        }
        if seen.contains(&place) {
            return Err(Failure::Usage(format!("{shown} is named twice as an output")));
        }
        check_folder(&file, &place)
            .map_err(|error| Failure::Failed(format!("{shown}: cannot write: {error}")))?;
        seen.push(place);
    }
    Ok(())
}

/// Checks that a file to write has one of the extensions that say what is written.
pub fn check_extension(output: &Path, argument: &str, extensions: &[&str]) -> Result<()> {
    let file = file_of(output);
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let known: Vec<String> = extensions.iter().map(|known| format!(".{known}")).collect();
    Err(Failure::Usage(format!(
        "{argument} {}: the name must end in {}",
        output.display(),
        known.join(", ")
    )))
}

/// The file of a path that may name an array in it, as `file.npz:key` does.
fn file_of(path: &Path) -> PathBuf {
    let text = path.to_str().unwrap_or_default();
    match text.to_ascii_lowercase().rfind(".npz:") {
        Some(start) => text[..start + ".npz".len()].into(),
        None => path.into(),
    }
}

/// The one name of a file among all that lead to it; `None` if its folder doesn't exist.
fn place(path: &Path) -> Option<PathBuf> {
    let file = file_of(path);
    if let Ok(existing) = fs::canonicalize(&file) {
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
