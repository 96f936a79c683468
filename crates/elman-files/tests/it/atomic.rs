//! Replacing files.

use elman_files::{Error, atomic};

use crate::{Folder, assert_error};

#[test]
fn on_an_error_the_old_file_stays_and_nothing_else() {
    let folder = Folder::new("error");
    let path = folder.join("f");
    atomic::write(&path, b"old").unwrap();
    std::fs::create_dir(folder.join("d")).unwrap();
    assert_error!("a folder", atomic::write(&folder.join("d"), b"new"), Error::Io { .. });
    assert_error!("below a file", atomic::write(&path.join("x"), b"new"), Error::Io { .. });
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    assert_eq!(folder.names(), ["d", "f"]);
    atomic::write(&path, b"").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    assert_eq!(folder.names(), ["d", "f"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_links() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let folder = Folder::new("permissions");
    let (file, plain) = (folder.join("file"), folder.join("plain"));
    let mode = |path| fs::metadata(path).unwrap().mode() & 0o777;

    fs::write(&plain, b"").unwrap();
    atomic::write(&file, b"1").unwrap();
    assert_eq!(mode(&file), mode(&plain), "a new file is like any new file");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    atomic::write(&file, b"2").unwrap();
    assert_eq!(mode(&file), 0o640, "a replaced file keeps its mode");

    symlink("file", folder.join("link")).unwrap();
    symlink("link", folder.join("link to link")).unwrap();
    atomic::write(&folder.join("link to link"), b"3").unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"3");
    symlink("made by the link", folder.join("dangling")).unwrap();
    atomic::write(&folder.join("dangling"), b"4").unwrap();
    assert_eq!(fs::read(folder.join("made by the link")).unwrap(), b"4");
    for link in ["link", "link to link", "dangling"] {
        assert!(fs::symlink_metadata(folder.join(link)).unwrap().is_symlink(), "{link}");
    }
    symlink("round", folder.join("round")).unwrap();
    assert_error!("round", atomic::write(&folder.join("round"), b""), Error::Io { .. });
    atomic::write("/dev/null".as_ref(), b"5").unwrap();
    assert_eq!(folder.names().len(), 7);
}

/// `elman … --history /dev/stdout > all.txt` must add to what stands there.
#[cfg(target_os = "linux")]
#[test]
fn an_open_file_goes_on() {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    let folder = Folder::new("open");
    let mut file = std::fs::File::create(folder.join("f")).unwrap();
    file.write_all(b"said before, ").unwrap();
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    std::os::unix::fs::symlink(&path, folder.join("stdout")).unwrap();
    atomic::write(path.as_ref(), b"then written, ").unwrap();
    atomic::write(&folder.join("stdout"), b"and through a link").unwrap();
    let all = b"said before, then written, and through a link";
    assert_eq!(std::fs::read(folder.join("f")).unwrap(), all);
}

/// A path of one name is in the current folder, which has no parent to be named.
#[test]
fn a_path_of_one_name() {
    let name = format!("elman-files-{}.tmp", std::process::id());
    atomic::write(name.as_ref(), b"here").unwrap();
    let there = std::env::current_dir().unwrap().join(&name);
    assert_eq!(std::fs::read(&there).unwrap(), b"here");
    std::fs::remove_file(there).unwrap();
}
