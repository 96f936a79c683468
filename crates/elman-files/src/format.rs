//! Which kind of file bytes are, by how they begin.

/// A kind of file that models, weights or arrays come in.
///
/// ```
/// use elman_files::Format;
/// assert_eq!(Format::of(b"\x89HDF\r\n\x1a\n"), Format::Hdf5);
/// assert_eq!(Format::of(b" {\"class_name\": \"Sequential\"}"), Format::Json);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A zip archive: `.keras`, `.npz`.
    Zip,
    /// HDF5: `.h5`, `.weights.h5`.
    Hdf5,
    /// JSON: a model's configuration, or the index of sharded weights.
    Json,
    /// safetensors.
    Safetensors,
    /// NumPy's `.npy`.
    Npy,
    /// ONNX.
    Onnx,
    /// Anything else, nothing included.
    Unknown,
}

impl Format {
    /// The format that bytes begin as. HDF5 may stand behind a block of somebody's own, of 512
    /// bytes or a power of two times that.
    pub fn of(bytes: &[u8]) -> Format {
        let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
        match bytes {
            [b'P', b'K', ..] => Format::Zip,
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Format::Npy,
            bytes if crate::Safetensors::is(bytes) => Format::Safetensors,
            bytes if hdf5_pure::is_hdf5_bytes(bytes) => Format::Hdf5,
            // Its version first, and then one of the texts or messages of a model.
            [0x08, 1..=99, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..] => Format::Onnx,
            bytes if start.is_some_and(|start| bytes[start] == b'{') => Format::Json,
            _ => Format::Unknown,
        }
    }
}
