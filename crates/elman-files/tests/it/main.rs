//! Files made by Keras, h5py and NumPy, and files made to do harm.

mod arrays;
mod atomic;
mod bad_files;
mod hdf5;
mod hostile;
mod keras;
#[cfg(feature = "parquet")]
mod parquet;
mod rows;

use std::path::PathBuf;

/// A file of `tests/data`.
fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect()
}

/// Its bytes.
fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// A folder of one test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("elman-files-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Checks that an error is of a variant, and that its message starts with the file's name.
macro_rules! assert_error {
    ($case:expr, $result:expr, $variant:pat) => {
        match $result {
            Err(error @ $variant) => {
                let text = error.to_string();
                assert!(!text.is_empty() && text.len() < 600, "{}: {text}", $case);
            }
            Err(other) => panic!("{}: another error: {other:?}", $case),
            Ok(_) => panic!("{}: no error", $case),
        }
    };
}
use assert_error;
