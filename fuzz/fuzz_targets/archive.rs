//! Zip: `.keras` files, all of whose parts are read, and `.npz`.
#![no_main]

use elman_files::{KerasArchive, npz};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _read = KerasArchive::from_bytes(bytes, "fuzzed");
    let _read = npz::from_bytes(bytes, "fuzzed");
});
