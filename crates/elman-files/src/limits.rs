//! What a file may ask for. Checked before memory is taken; crossing one is an [`Error`].
//!
//! The sizes are far above what a recurrent model needs and far below what would exhaust a machine.
//!
//! ```
//! assert_eq!(elman_files::limits::MAX_JSON_BYTES, 16 << 20);
//! ```
//!
//! [`Error`]: crate::Error

/// Largest file that is read into memory.
pub const MAX_FILE_BYTES: u64 = 16 << 30;

/// Largest member of an archive, unpacked.
pub const MAX_MEMBER_BYTES: u64 = 16 << 30;

/// Most members an archive may have.
pub const MAX_MEMBERS: usize = 10_000;

/// Longest name of an archive member, of an HDF5 group or of a dataset, in bytes.
pub const MAX_NAME_BYTES: usize = 1024;

/// Largest `config.json` or `metadata.json`.
pub const MAX_JSON_BYTES: u64 = 16 << 20;

/// How many times larger than its file a model may be unpacked, beyond [`EXPANSION_FLOOR_BYTES`].
///
/// What is unpacked is in memory twice for a while, as it was in the file and as weights, and the
/// file may be there as well: this is what keeps reading any model below four times the size of its
/// file and 64 MiB. Weights that were trained hardly get smaller by packing.
pub const MAX_EXPANSION: u64 = 2;

/// A model up to this size is accepted whatever the size of its file: zeros pack without bound.
pub const EXPANSION_FLOOR_BYTES: u64 = 24 << 20;

/// How many times larger than its file the arrays in an npz file may be, beyond
/// [`DATA_FLOOR_BYTES`]: data are packed better than weights, such as sequences that are padded.
pub const MAX_DATA_EXPANSION: u64 = 100;

/// Arrays in an npz file are accepted up to this size whatever the size of the file.
pub const DATA_FLOOR_BYTES: u64 = 64 << 20;

/// Most chunks that a dataset may be in, beside one for every [`MIN_CHUNK_BYTES`] of it.
pub const MAX_CHUNKS: u64 = 1 << 16;

/// A chunk of fewer bytes takes more memory to find than it holds.
pub const MIN_CHUNK_BYTES: u64 = 256;

/// Deepest nesting of groups in HDF5. Also what stops a group that contains itself.
pub const MAX_DEPTH: usize = 64;

/// Most groups and datasets in an HDF5 file, counted once per way to reach them.
pub const MAX_OBJECTS: usize = 100_000;

/// Fewest bytes of file for each group or dataset in it; the header of one takes more.
pub const MIN_OBJECT_BYTES: u64 = 32;

/// Most dimensions of an array (NumPy's own limit was 32 until 2.0, HDF5's is 32).
pub const MAX_RANK: usize = 32;

/// Longest header of an npy file; a header of three keys takes about 100 bytes.
pub const MAX_NPY_HEADER_BYTES: usize = 64 << 10;

/// How many times larger than its file the text in the attributes of a group may be, where several
/// refer to one text, beyond [`TEXT_FLOOR_BYTES`].
pub const MAX_TEXT_EXPANSION: u64 = 1;

/// Text up to this size is accepted in the attributes of a group, and what it takes to find it.
pub const TEXT_FLOOR_BYTES: u64 = 16 << 20;

/// Most numbers that may stand one by one in an ONNX file, where they take one byte and more, up to
/// eight times as much in memory. Weights stand in it as raw bytes.
pub const MAX_ONNX_NUMBERS: usize = 4 << 20;
