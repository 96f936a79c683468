//! HDF5: weights, and whole models of older Kerases.
#![no_main]

use elman::Model;
use elman_files::{Error, LegacyH5, WeightStore};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match WeightStore::read_h5(bytes, "fuzzed") {
        Ok(store) if LegacyH5::is(&store) => {
            let _model = Model::from_bytes(bytes, "fuzzed");
        }
        Err(error @ Error::Hdf5Panicked { .. }) => panic!("{error}"),
        _ => {}
    }
});
