//! NumPy's arrays.
#![no_main]

use elman_files::npy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(array) = npy::from_bytes(bytes, "fuzzed") {
        let _numbers = array.to_f32();
    }
});
