//! Safetensors: names, arrays and, where there is one, the model.
#![no_main]

use elman::Model;
use elman_files::{Format, Safetensors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _read = Safetensors::from_bytes(bytes, "fuzzed");
    if Format::of(bytes) == Format::Safetensors {
        let _model = Model::from_bytes(bytes, "fuzzed");
    }
});
