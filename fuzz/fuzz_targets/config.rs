//! The configuration in a `.keras` file: the first byte chooses the Keras that wrote it.
#![no_main]

use elman::Model;
use elman_files::KerasArchive;
use libfuzzer_sys::fuzz_target;

const VERSIONS: [&str; 4] = ["3.15.1", "3.0.0", "2.13.1", "2.2.4"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, config)) = bytes.split_first() else { return };
    let Ok(config) = std::str::from_utf8(config) else { return };
    let version = VERSIONS[usize::from(*first) % VERSIONS.len()];
    let archive = KerasArchive {
        metadata: format!(r#"{{"keras_version": "{version}"}}"#),
        config: config.into(),
        ..KerasArchive::default()
    };
    let Ok(file) = archive.to_bytes() else { return };
    if let Ok(model) = Model::from_bytes(&file, "fuzzed") {
        // What was read can be described and written.
        let _text = model.summary();
        let _json = model.to_json();
    }
});
