//! ONNX: what was read is written and read again, and is then the same.
#![no_main]

use elman_files::onnx::Model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = Model::from_vec(bytes.to_vec(), "fuzzed") else { return };
    let Ok(written) = model.to_bytes() else { return };
    if let Err(error) = Model::from_vec(written, "written") {
        panic!("what was read is not read again: {error}");
    }
});
