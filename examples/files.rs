//! What the examples have in common: where they read and where they write.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file in the repository's `data` folder.
pub fn read_text(name: &str) -> io::Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(name);
    fs::read_to_string(&path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// The lines of a table in the `data` folder, without the header, cut at the commas.
#[allow(dead_code)] // Some examples read text alone.
pub fn read_csv(name: &str) -> io::Result<Vec<Vec<String>>> {
    let text = read_text(name)?;
    Ok(text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

/// The folder to write to: the first argument, or else `target/elman-examples`.
pub fn output_folder() -> io::Result<PathBuf> {
    let folder = std::env::args_os().nth(1).map_or("target/elman-examples".into(), PathBuf::from);
    fs::create_dir_all(&folder).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("can't create the folder {}: {error}", folder.display()),
        )
    })?;
    Ok(folder)
}

/// Writes a chart into the folder and says so.
#[allow(dead_code)] // Some examples draw nothing.
pub fn write_chart(folder: &Path, name: &str, svg: &str) -> io::Result<()> {
    let path = folder.join(name);
    fs::write(&path, svg)?;
    println!("  {}", path.display());
    Ok(())
}
