//! ONNX files: written, read, and read although they are bad.

mod bad;
mod export;
mod import;
