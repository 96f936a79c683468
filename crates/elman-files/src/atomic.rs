//! Files replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Longest chain of symbolic links that is followed (Linux's own limit).
const MAX_LINKS: usize = 40;

/// Writes a file so that a reader, or a crash, sees the old content or the new, never a part.
///
/// The bytes go to a temporary file in the same folder, to the disk, and take the old file's place
/// by renaming. On an error the old file is untouched and the temporary file is removed. A new file
/// gets the permissions any new file gets; a replaced one keeps its own. A symbolic link stays, and
/// what it points to is replaced. Something that is not a file and not a folder (a pipe, a device) is
/// written to directly, and so is a file that is open (`/dev/stdout`).
///
/// ```
/// let path = std::env::temp_dir().join(format!("elman-atomic-{}", std::process::id()));
/// elman_files::atomic::write(&path, b"one")?;
/// elman_files::atomic::write(&path, b"two")?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"two");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).map_err(|e| Error::io(&path.display().to_string(), "write", e))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = follow(path)?;
    if is_open(&target) {
        return write_to_open(&target, bytes);
    }
    let old = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        Ok(metadata) if !metadata.is_file() => {
            return OpenOptions::new().write(true).open(&target)?.write_all(bytes);
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e),
    };
    // A relative path of one name has the empty path as its parent.
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (mut file, temporary) = Temporary::create(folder)?;
    file.write_all(bytes)?;
    if let Some(permissions) = old {
        file.set_permissions(permissions)?;
    }
    file.sync_all()?;
    drop(file); // Windows renames closed files only.
    temporary.rename(&target)?;
    // The new name itself reaches the disk with the folder; where that cannot be asked for, the
    // file is written all the same.
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether a path names a file that the process has open, as `/dev/stdout` does. Others write there
/// as well: it goes on where it is, and must not be replaced.
fn is_open(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// Writes to a file that is open. The standard streams keep their place in it; a file opened anew
/// has a place of its own, which is its end.
fn write_to_open(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let send = |stream: &mut dyn Write| stream.write_all(bytes).and_then(|()| stream.flush());
    match path.file_name().and_then(|name| name.to_str()) {
        Some("1") => send(&mut io::stdout().lock()),
        Some("2") => send(&mut io::stderr().lock()),
        _ => send(&mut OpenOptions::new().append(true).open(path)?),
    }
}

/// Where a path leads through symbolic links, the last of which may lead to nothing yet.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if is_open(&path) {
            return Ok(path);
        }
        let Ok(link) = fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(io::Error::other("too many symbolic links, one leading to the next"))
}

/// A file that is removed unless it is renamed.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn create(folder: &Path) -> io::Result<(File, Self)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".elman-{}-{count}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Temporary(Some(path)))),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.0 {
            fs::rename(path, target)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}
