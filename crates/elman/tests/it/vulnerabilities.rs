//! What was published against Keras's loaders does nothing here.

use elman::prelude::*;
use elman_files::{Array, KerasArchive, LegacyH5, WeightStore};
use serde_json::{Value, json};

/// A file that code which ran would leave behind.
fn trap(folder: &tempfile::TempDir) -> (String, std::path::PathBuf) {
    let path = folder.path().join("pwned");
    (format!("__import__('os').system('touch {}')", path.display()), path)
}

fn sequential(layer: Value) -> Value {
    let input = json!({
        "module": "keras.layers", "class_name": "InputLayer", "registered_name": null,
        "config": { "batch_shape": [null, 3], "name": "i" },
    });
    json!({
        "module": "keras", "class_name": "Sequential", "registered_name": null,
        "config": { "name": "s", "layers": [input, layer] },
    })
}

fn in_keras(config: &Value) -> Vec<u8> {
    let archive = KerasArchive {
        metadata: r#"{"keras_version": "3.8.0"}"#.into(),
        config: config.to_string(),
        ..KerasArchive::default()
    };
    archive.to_bytes().unwrap()
}

fn in_h5(config: &Value, version: &str) -> Vec<u8> {
    let file = LegacyH5 {
        keras_version: Some(version.into()),
        model_config: Some(config.to_string()),
        ..LegacyH5::default()
    };
    file.to_store().to_h5().unwrap()
}

/// Each is refused, in each format, by the name of what it asks for.
fn refused(what: &str, layer: Value, word: &str) {
    let config = sequential(layer);
    let files = [
        ("a.keras", in_keras(&config)),
        ("a3.h5", in_h5(&config, "3.10.0")),
        ("a2.h5", in_h5(&config, "2.15.0")),
        ("a1.h5", in_h5(&config, "1.2.2")),
        ("a.json", config.to_string().into_bytes()),
    ];
    for (name, bytes) in files {
        match Model::from_bytes(&bytes, name) {
            Ok(_) => panic!("{what}, {name}: it loads"),
            Err(error) => {
                assert!(error.to_string().contains(word), "{what}, {name}: {error}");
            }
        }
    }
}

/// CVE-2024-3660 and CVE-2025-9905: bytecode in Lambda layers, in `.keras` and in `.h5` files.
#[test]
fn lambdas_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (code, path) = trap(&folder);
    let function = json!({ "class_name": "__lambda__", "config": { "code": code } });
    refused(
        "Lambda",
        json!({ "module": "keras.layers", "class_name": "Lambda", "registered_name": null,
                "config": { "name": "l", "function": function } }),
        "`Lambda`",
    );
    // As Keras 2 writes it.
    refused(
        "Lambda of Keras 2",
        json!({ "class_name": "Lambda",
                "config": { "name": "l", "function": [code, null, null], "function_type": "lambda" } }),
        "`Lambda`",
    );
    // In place of a name.
    refused(
        "a lambda as activation",
        json!({ "module": "keras.layers", "class_name": "Dense", "registered_name": null,
                "config": { "name": "d", "units": 1, "activation": function } }),
        "an activation must be one of Keras's names",
    );
    assert!(!path.exists());
}

/// CVE-2025-1550, CVE-2025-8747 and CVE-2025-9906: modules, functions and settings by name.
#[test]
fn modules_and_functions_are_not_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let (code, path) = trap(&folder);
    for (module, name) in [
        ("os", "system"),
        ("builtins", "exec"),
        ("keras.utils", "get_file"),
        ("keras.config", "enable_unsafe_deserialization"),
    ] {
        refused(
            name,
            json!({ "module": module, "class_name": "function", "config": name,
                    "registered_name": name }),
            "function",
        );
        refused(
            name,
            json!({ "module": module, "class_name": name, "config": { "name": "x", "command": code },
                    "registered_name": name }),
            name,
        );
        let object = json!({ "module": module, "class_name": "function", "config": name,
                             "registered_name": name });
        refused(
            "an initializer",
            json!({ "module": "keras.layers", "class_name": "Dense", "registered_name": null,
                    "config": { "name": "d", "units": 1, "kernel_initializer": object } }),
            "kernel_initializer",
        );
    }
    assert!(!path.exists());
    // The loss and the optimizer neither: the model is there, but not to train.
    let mut config = sequential(json!({
        "module": "keras.layers", "class_name": "Flatten", "registered_name": null,
        "config": { "name": "f" },
    }));
    config["compile_config"] = json!({
        "optimizer": "adam",
        "loss": { "module": "os", "class_name": "function", "config": "system", "registered_name": "system" },
    });
    let model = Model::from_bytes(&in_keras(&config), "a.keras").unwrap();
    let error = model.optimizer().err().expect("no compilation").to_string();
    assert!(error.contains("system"), "{error}");
}

/// CVE-2026-0897: a dataset whose shape asks for more memory than there is.
#[test]
fn shapes_take_no_memory() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../elman-files/tests/data/bomb.h5");
    let bomb = std::fs::read(path).unwrap();
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([3])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bomb.weights.h5");
    std::fs::write(&file, &bomb).unwrap();
    let error = model.load_weights(&file).unwrap_err().to_string();
    assert!(error.contains("exhaust memory"), "{error}");
    // The same by a configuration: a layer of more units than weights could be stored for.
    let units = json!({ "module": "keras.layers", "class_name": "Dense", "registered_name": null,
                        "config": { "name": "d", "units": 1 << 30 } });
    let config = sequential(units);
    for bytes in [in_keras(&config), in_h5(&config, "3.10.0")] {
        let error = Model::from_bytes(&bytes, "a").err().expect("no model").to_string();
        assert!(error.contains("more values than the file holds"), "{error}");
    }
}

/// Names that lead out of the folder of shards, or of an archive.
#[test]
fn no_path_leads_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.weights.h5"), WeightStore::new().to_h5().unwrap())
        .unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([3])).unwrap();
    let index = inner.join("a.weights.json");
    for name in ["../x.weights.h5", "/etc/passwd", "..", "", "C:x", "a\\..\\x"] {
        let json = json!({ "metadata": {}, "weight_map": { "/layers/dense/vars": name } });
        std::fs::write(&index, json.to_string()).unwrap();
        let error = model.load_weights(&index).unwrap_err().to_string();
        assert!(error.contains("no name of a file beside"), "{name}: {error}");
    }
}

/// JSON nested without end, wherever there is JSON.
#[test]
fn deep_json_is_refused() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let archive = |change: fn(&mut KerasArchive, String)| {
        let mut archive = KerasArchive {
            metadata: r#"{"keras_version": "3.8.0"}"#.into(),
            config: sequential(json!({})).to_string(),
            ..KerasArchive::default()
        };
        change(&mut archive, deep.clone());
        archive.to_bytes().unwrap()
    };
    let h5 = |version: &str| {
        let file = LegacyH5 {
            keras_version: Some(version.into()),
            model_config: Some(deep.clone()),
            ..LegacyH5::default()
        };
        file.to_store().to_h5().unwrap()
    };
    for (name, bytes) in [
        ("a.json", deep.clone().into_bytes()),
        ("config.json", archive(|archive, deep| archive.config = deep)),
        ("metadata.json", archive(|archive, deep| archive.metadata = deep)),
        ("3.h5", h5("3.10.0")),
        ("2.h5", h5("2.15.0")),
        ("1.h5", h5("1.2.2")),
    ] {
        let error = Model::from_bytes(&bytes, name).err().expect("no model").to_string();
        assert!(error.contains("recursion limit") && error.contains(name), "{error}");
    }
}

/// Text without end is a name like any other; a key that is there twice means its last value, as in
/// Python.
#[test]
fn long_names_and_keys_that_are_there_twice() {
    let long = "n".repeat(1 << 20);
    let dense = json!({ "module": "keras.layers", "class_name": "Dense", "registered_name": null,
                        "config": { "name": "d", "units": 2 } });
    let with = |old: &str, new: &str| {
        let text = sequential(dense.clone()).to_string();
        assert!(text.contains(old));
        Model::from_bytes(text.replace(old, new).as_bytes(), "a.json")
    };
    let model = with("\"d\"", &format!("\"{long}\"")).unwrap();
    assert_eq!(model.layers()[0].base().name(), long);
    assert!(model.summary().to_string().len() < 10_000, "its column is cut");
    let model = with("\"units\":2", "\"units\":1073741824,\"units\":3").unwrap();
    assert_eq!(model.output_shape().unwrap().to_string(), "(None, 3)");
}

/// Values that aren't numbers are said, not refused: Keras loads them as well.
#[test]
fn weights_that_are_not_finite_are_said() {
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([3]).name("out")).unwrap();
    let mut archive = KerasArchive::from_bytes(&model.to_bytes().unwrap(), "a").unwrap();
    archive.weights.insert("layers/dense/vars/1", Array::f32([1], vec![f32::NAN]));
    let model = Model::from_bytes(&archive.to_bytes().unwrap(), "a.keras").unwrap();
    assert_eq!(model.warnings(), ["a.keras: values that are not finite in out/bias"]);
    // In the other formats, too.
    let folder = tempfile::tempdir().unwrap();
    for file in ["a.h5", "a.safetensors"] {
        let path = folder.path().join(file);
        model.save(&path).unwrap();
        let warnings = load_model(&path).unwrap().warnings().to_vec();
        assert!(
            warnings.iter().any(|said| said.contains("not finite in out/bias")),
            "{warnings:?}"
        );
    }
}
