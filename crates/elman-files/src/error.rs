//! What can go wrong with a file.

use std::fmt;
use std::io;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong with a file, where in it, and what to do.
///
/// `file` is the path as the caller gave it (or the name given to `from_bytes`).
///
/// ```
/// let error = elman_files::KerasArchive::from_bytes(b"hello", "a.keras").unwrap_err();
/// assert!(matches!(error, elman_files::Error::NotAnArchive { .. }));
/// assert_eq!(
///     error.to_string(),
///     "a.keras: expected a zip archive (.keras or .npz), found an unknown kind of file"
/// );
/// ```
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named for what they hold")]
pub enum Error {
    /// The operating system refused.
    Io { file: String, action: &'static str, source: io::Error },
    /// The bytes are not a zip archive.
    NotAnArchive { file: String, found: &'static str },
    /// The zip archive is damaged: cut short, or its sums do not match.
    CorruptArchive { file: String, member: String, detail: String },
    /// A member is stored in a way that is not read (encrypted, an unusual compression, a link).
    UnsupportedMember { file: String, member: String, reason: String },
    /// A member's name points outside the archive's folder.
    UnsafeMember { file: String, member: String },
    /// A member that no `.keras` archive has.
    UnknownMember { file: String, member: String },
    /// A member that every `.keras` archive has is not there.
    MissingMember { file: String, member: &'static str, found: Vec<String> },
    /// The weights are in `model.weights.npz`: pickled Python objects, which are never read.
    PickledWeights { file: String },
    /// A text member is not UTF-8.
    NotUtf8 { file: String, member: String },
    /// Something is larger than its limit in [`limits`](crate::limits).
    TooLarge { file: String, what: String, bytes: u64, limit: u64 },
    /// There are more of something than its limit in [`limits`](crate::limits).
    TooMany { file: String, what: &'static str, count: usize, limit: usize },
    /// A few stored bytes declare to be a great many.
    Bomb { file: String, what: String, declared: u64, stored: u64 },
    /// The bytes are not HDF5.
    NotHdf5 { file: String },
    /// The HDF5 is cut short.
    Hdf5Truncated { file: String, expected: u64, found: u64 },
    /// The HDF5 is damaged, or uses what is not read (`detail` is the HDF5 library's own message).
    Hdf5 { file: String, path: String, detail: String },
    /// A group holds a soft link, or one cut off; links are not followed, as in Keras.
    SoftLink { file: String, path: String },
    /// A `.h5` file lacks a part of the layout that Keras's have.
    LegacyLayout { file: String, path: String, problem: String },
    /// A safetensors file is not what it should be.
    Safetensors { file: String, problem: String },
    /// An ONNX file is not what it should be.
    Onnx { file: String, problem: String },
    /// The HDF5 library gave up on a malformed file by panicking.
    Hdf5Panicked { file: String, detail: String },
    /// Groups are nested deeper than [`MAX_DEPTH`](crate::limits::MAX_DEPTH).
    TooDeep { file: String, path: String },
    /// The name of a group, dataset or asset cannot be used.
    BadName { file: String, path: String, reason: &'static str },
    /// The elements are of a type that is not read.
    UnsupportedDtype { file: String, path: String, dtype: String },
    /// An array's shape and its number of elements disagree.
    ShapeMismatch { path: String, shape: Vec<usize>, elements: usize },
    /// A path is an array and a group at once.
    PathClash { path: String },
    /// The bytes are not an npy file.
    NotNpy { file: String },
    /// The header of an npy file makes no sense.
    NpyHeader { file: String, header: String, expected: &'static str },
    /// An npy file has more or fewer bytes than its shape needs.
    NpySize { file: String, shape: Vec<usize>, expected: u64, found: u64 },
    /// An npy file has no rows that could be read one by one.
    NpyOrder { file: String },
    /// An npz file has several arrays (or none) and no key says which.
    NpzKeyNeeded { file: String, keys: Vec<String> },
    /// An npz file has no array of this key.
    NpzKeyMissing { file: String, key: String, keys: Vec<String> },
    /// A csv file has no rows of numbers.
    CsvEmpty { file: String },
    /// A field of a csv file is not a number.
    CsvNumber { file: String, line: u64, column: usize, text: String },
    /// A row of a csv file is shorter or longer than the first.
    CsvRagged { file: String, line: u64, expected: usize, found: usize },
    /// Reading the file needs a feature of this crate that it was built without.
    FeatureNeeded { file: String, feature: &'static str },
    /// The extension does not say how to read or write the file.
    UnknownExtension { file: String },
}

impl Error {
    /// What the system said to an action on a file: `make`, `read`, `write`.
    pub fn io(file: &str, action: &'static str, source: io::Error) -> Self {
        Error::Io { file: file.to_owned(), action, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Error::*;
        match self {
            Io { file, action, source } => write!(f, "{file}: cannot {action}: {source}"),
            NotAnArchive { file, found } => {
                write!(f, "{file}: expected a zip archive (.keras or .npz), found {found}")
            }
            CorruptArchive { file, member, detail } if member.is_empty() => {
                write!(f, "{file}: the zip archive is damaged ({detail}): copy or save it again")
            }
            CorruptArchive { file, member, detail } => {
                write!(f, "{file}: member {member:?} is damaged ({detail}): copy or save it again")
            }
            UnsupportedMember { file, member, reason } => {
                write!(f, "{file}: member {member:?} is {reason}: store it plainly, as Keras does")
            }
            UnsafeMember { file, member } => {
                write!(f, "{file}: member {member:?} points outside the archive; refused")
            }
            UnknownMember { file, member } => write!(
                f,
                "{file}: member {member:?} has no place in a .keras archive; expected \
                 metadata.json, config.json, model.weights.h5 and assets/"
            ),
            MissingMember { file, member, found } => write!(
                f,
                "{file}: no {member} in the archive, found {}; is it a model saved by Keras?",
                List(found)
            ),
            PickledWeights { file } => write!(
                f,
                "{file}: the weights are in model.weights.npz, which holds pickled Python \
                 objects; save the model with weights_format=\"h5\""
            ),
            NotUtf8 { file, member } => write!(f, "{file}: member {member:?} is not UTF-8 text"),
            TooLarge { file, what, bytes, limit } => {
                write!(f, "{file}: {what} has {bytes} bytes, the limit is {limit}")
            }
            TooMany { file, what, count, limit } => {
                write!(f, "{file}: {count} {what}, the limit is {limit}")
            }
            Bomb { file, what, declared, stored } => write!(
                f,
                "{file}: {what} declares {declared} bytes but stores {stored}; refused, as it \
                 could be made to exhaust memory"
            ),
            NotHdf5 { file } => write!(f, "{file}: expected HDF5, found another kind of data"),
            Hdf5Truncated { file, expected, found } => write!(
                f,
                "{file}: expected {expected} bytes of HDF5, found {found}: it was cut short, copy \
                 or save it again"
            ),
            Hdf5 { file, path, detail } => write!(f, "{file}: cannot read {path:?}: {detail}"),
            SoftLink { file, path } => write!(
                f,
                "{file}: group {path:?} holds a soft link or a damaged entry; expected groups and \
                 datasets only, as Keras saves them"
            ),
            LegacyLayout { file, path, problem } => {
                let group =
                    if path.is_empty() { "the root".to_owned() } else { format!("group {path:?}") };
                write!(f, "{file}: {group} {problem}; is it a model or weights saved by Keras?")
            }
            Safetensors { file, problem } => write!(f, "{file}: safetensors: {problem}"),
            Onnx { file, problem } => write!(f, "{file}: ONNX: {problem}"),
            Hdf5Panicked { file, detail } => {
                write!(f, "{file}: malformed HDF5 (the reader stopped with: {detail})")
            }
            TooDeep { file, path } => write!(
                f,
                "{file}: groups nested more than {} deep at {path:?}",
                crate::limits::MAX_DEPTH
            ),
            BadName { file, path, reason } => write!(f, "{file}: the name {path:?} {reason}"),
            UnsupportedDtype { file, path, dtype } => {
                // An npy file holds one array, which has no name.
                let array =
                    if path.is_empty() { "the array".to_owned() } else { format!("{path:?}") };
                write!(
                    f,
                    "{file}: {array} holds {dtype}; expected float16, bfloat16, float32, float64, \
                     an integer or bool"
                )
            }
            ShapeMismatch { path, shape, elements } => {
                write!(f, "{path:?}: shape {shape:?} does not hold {elements} elements")
            }
            PathClash { path } => {
                write!(f, "{path:?} is an array and also a group that holds others; rename one")
            }
            NotNpy { file } => write!(f, "{file}: expected an npy file (\\x93NUMPY, version 1-3)"),
            NpyHeader { file, header, expected } => {
                write!(f, "{file}: expected {expected} in the npy header {header:?}")
            }
            NpySize { file, shape, expected, found } => write!(
                f,
                "{file}: shape {shape:?} takes {expected} bytes, the file has {found}: it was \
                 cut short or is damaged"
            ),
            NpyOrder { file } => write!(
                f,
                "{file}: expected an array with rows that lie one after another; save it with \
                 numpy.ascontiguousarray to read it by rows"
            ),
            NpzKeyNeeded { file, keys } => {
                write!(f, "{file}: which array? found {}; name one as \"{file}:key\"", List(keys))
            }
            NpzKeyMissing { file, key, keys } => {
                write!(f, "{file}: no array {key:?}, found {}", List(keys))
            }
            CsvEmpty { file } => write!(f, "{file}: no rows of numbers"),
            CsvNumber { file, line, column, text } => {
                write!(f, "{file}: line {line}, column {column}: {text:?} is not a number")
            }
            CsvRagged { file, line, expected, found } => write!(
                f,
                "{file}: line {line} has {found} columns, the lines before it have {expected}"
            ),
            FeatureNeeded { file, feature } => {
                write!(f, "{file}: reading it needs the feature `{feature}`, which is not built in")
            }
            UnknownExtension { file } => {
                write!(f, "{file}: the extension says which format: expected .npy, .npz or .csv")
            }
        }
    }
}

impl Error {
    /// The same error of a table, at another line.
    pub(crate) fn at_line(mut self, number: u64) -> Error {
        if let Error::CsvNumber { line, .. } | Error::CsvRagged { line, .. } = &mut self {
            *line = number;
        }
        self
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Names for a message: quoted, at most eight.
struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (i, name) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{name:?}", if i == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
