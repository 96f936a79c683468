//! Files that can't be read or written: each error names the file and what is wrong in it, nothing
//! panics, and no earlier file is harmed.

use elman::Result;
use elman::prelude::*;
use elman_files::{Array, KerasArchive};
use serde_json::{Value, json};

use crate::support::{Refusal, assert_refused, fixture_path};

fn model() -> Model {
    let mut model = Sequential::new();
    model.add(Lstm::new(4).input_shape([5, 3]).name("memory")).unwrap();
    model.add(Dense::new(2).name("out")).unwrap();
    model.compile("adam", "mse", &[]).unwrap();
    model.into()
}

fn read(bytes: &[u8]) -> Result<()> {
    Model::from_bytes(bytes, "a.keras").map(|_| ())
}

/// Reads the model's file after a change of what is in it.
fn changed(change: impl FnOnce(&mut KerasArchive)) -> Result<()> {
    let mut archive = KerasArchive::from_bytes(&model().to_bytes()?, "a.keras")?;
    change(&mut archive);
    read(&archive.to_bytes()?)
}

/// Reads the model's file after a change of its configuration.
fn configured(change: impl FnOnce(&mut Value)) -> Result<()> {
    changed(|archive| {
        let mut config: Value = serde_json::from_str(&archive.config).unwrap();
        change(&mut config);
        archive.config = config.to_string();
    })
}

/// The same, of the configuration of the layer "memory", which stands behind the input.
fn memory(change: impl FnOnce(&mut Value)) -> Result<()> {
    configured(|config| change(&mut config["config"]["layers"][1]))
}

/// Reads the model's file with another kernel of "out", or without it.
fn kernel(array: Option<Array>) -> Result<()> {
    changed(|archive| {
        archive.weights.remove("layers/dense/vars/0").expect("a kernel");
        if let Some(array) = array {
            archive.weights.insert("layers/dense/vars/0", array);
        }
    })
}

const UNREADABLE: &[Refusal] = &[
    ("missing", || load_model("no/such/file.keras").map(|_| ()), &["no/such/file.keras"]),
    ("a folder", || load_model(std::env::temp_dir()).map(|_| ()), &["cannot read"]),
    ("empty", || read(b""), &["a.keras", "empty"]),
    ("no archive", || read(b"hello, this is no archive"), &["a.keras", "zip"]),
    (
        "cut",
        || {
            let bytes = model().to_bytes()?;
            read(&bytes[..bytes.len() - 100])
        },
        &["a.keras"],
    ),
    (
        "no JSON",
        || changed(|archive| archive.config.truncate(50)),
        &["a.keras", "config.json", "JSON"],
    ),
    ("an empty configuration", || changed(|archive| archive.config.clear()), &["config.json"]),
    ("no metadata", || changed(|archive| archive.metadata = "{".into()), &["metadata.json"]),
    ("no object", || configured(|config| *config = json!([])), &["a.keras", "class_name"]),
    (
        "no layers",
        || configured(|config| config["config"]["layers"] = json!(3)),
        &["`layers`", "list"],
    ),
    (
        "a number for a name",
        || configured(|config| config["config"]["name"] = json!(3)),
        &["`name`", "3"],
    ),
    (
        "an unknown model",
        || configured(|config| config["class_name"] = json!("Mystery")),
        &["`Mystery`", "Functional, Sequential"],
    ),
    (
        "an unknown layer",
        || memory(|layer| layer["class_name"] = json!("Lambda")),
        &["`Lambda`", "known are", "LSTM"],
    ),
    (
        "a class of somebody's own",
        || memory(|layer| layer["registered_name"] = json!("Custom>LSTM")),
        &["LSTM", "custom class", "Custom>LSTM"],
    ),
    ("a layer without a class", || memory(|layer| *layer = json!({})), &["class_name"]),
    (
        "a layer without arguments",
        || memory(|layer| layer["config"] = json!(1)),
        &["LSTM", "`config`"],
    ),
    (
        "an unknown argument",
        || memory(|layer| layer["config"]["peephole"] = json!(true)),
        &["\"memory\" (LSTM)", "`peephole`"],
    ),
    (
        "a number below 0",
        || memory(|layer| layer["config"]["units"] = json!(-4)),
        &["\"memory\" (LSTM)", "`units`", "-4"],
    ),
    (
        "a string for a number",
        || memory(|layer| layer["config"]["units"] = json!("4")),
        &["\"memory\" (LSTM)", "`units`", "\"4\""],
    ),
    (
        "a number for yes or no",
        || memory(|layer| layer["config"]["return_sequences"] = json!(1)),
        &["\"memory\" (LSTM)", "`return_sequences`"],
    ),
    (
        "an unknown activation",
        || memory(|layer| layer["config"]["recurrent_activation"] = json!("tahn")),
        &["`recurrent_activation`", "`tahn`", "tanh"],
    ),
    (
        "an activation that halves the states",
        || memory(|layer| layer["config"]["activation"] = json!("glu")),
        &["\"memory\" (LSTM)", "`activation`", "glu"],
    ),
    (
        "more units than the weights are for",
        || memory(|layer| layer["config"]["units"] = json!(5)),
        &["a.keras", "\"memory\" (LSTM)", "kernel", "(3, 16)", "(3, 20)"],
    ),
    (
        "a weight of another shape",
        || kernel(Some(Array::f32([2, 4], vec![0.0; 8]))),
        &["a.keras", "\"out\" (Dense)", "kernel", "(2, 4)", "(4, 2)"],
    ),
    (
        "a weight too few",
        || kernel(None),
        &["a.keras", "\"out\" (Dense)", "kernel, bias", "holds 0"],
    ),
];

const UNWRITABLE: &[Refusal] = &[
    ("no folder", || model().save("no/such/folder/a.keras"), &["no/such/folder"]),
    ("a folder", || model().save(std::env::temp_dir()), &["cannot write", "folder"]),
    (
        "below a file",
        || model().save(fixture_path("README.md").join("a.keras")),
        &["README.md/a.keras"],
    ),
    ("no path", || model().save(""), &["cannot write"]),
    ("a path with a NUL", || model().save("a\0b.keras"), &["NUL"]),
    (
        "not built",
        || {
            let mut model = Sequential::with_name("unbuilt");
            model.add(Lstm::new(2))?;
            model.save("a.keras")
        },
        &["unbuilt", "input_shape"],
    ),
    (
        "a checkpoint",
        || {
            let checkpoint = ModelCheckpoint::new("no/such/{epoch}.keras");
            let fit = Fit::new().verbose(Verbose::Silent).callback(checkpoint);
            model().fit(Tensor::zeros([2, 5, 3]), Tensor::zeros([2, 2]), fit).map(|_| ())
        },
        &["no/such/1.keras"],
    ),
];

#[test]
fn unreadable_files_are_named() {
    assert_refused(UNREADABLE);
}

#[test]
fn unwritable_files_are_named() {
    assert_refused(UNWRITABLE);
}

/// Any truncation of a file is an error; a failed save leaves the older file as it was.
#[test]
fn files_survive() {
    let model = model();
    let bytes = model.to_bytes().unwrap();
    for length in (0..bytes.len()).step_by(997) {
        assert!(Model::from_bytes(&bytes[..length], "cut.keras").is_err(), "{length} bytes");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.keras");
    model.save(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let mut unbuilt = Sequential::new();
    unbuilt.add(Lstm::new(2)).unwrap();
    assert!(unbuilt.save(&path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left");
}

/// What stands in the place of any part of a configuration.
fn replacements() -> [Value; 12] {
    [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(2),
        json!(0.5),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("softmax"),
        json!([]),
        json!({}),
    ]
}

/// Every part of the configurations of real files, replaced by each third of a dozen values, one at
/// a time: the file loads or is refused, and what loads predicts or refuses.
#[test]
fn no_configuration_panics() {
    let (mut tried, mut loaded) = (0, 0);
    for name in ["own_lstm", "own_gru_reset_before", "own_bidirectional", "own_text", "func_s2s"] {
        let bytes = std::fs::read(fixture_path(&format!("models/{name}.keras"))).unwrap();
        let archive = KerasArchive::from_bytes(&bytes, name).unwrap();
        let config: Value = serde_json::from_str(&archive.config).unwrap();
        for (i, place) in places(&config).iter().enumerate() {
            for replacement in replacements().iter().skip(i % 3).step_by(3) {
                let mut config = config.clone();
                *config.pointer_mut(place).unwrap() = replacement.clone();
                tried += 1;
                let done = std::panic::catch_unwind(|| {
                    Model::from_json(&config).map(|model| {
                        if let Some(shape) = model.input_shape() {
                            let dims: Vec<usize> =
                                shape.dims().iter().map(|d| d.unwrap_or(2)).collect();
                            if dims.iter().all(|d| *d < 100) {
                                let _either = model.predict(Tensor::zeros(dims));
                            }
                        }
                        model.summary();
                    })
                });
                match done {
                    Ok(done) => loaded += usize::from(done.is_ok()),
                    Err(_) => panic!("{name}: {place} = {replacement}"),
                }
            }
        }
    }
    assert!(tried > 2_000 && loaded > 500, "{loaded} of {tried} loaded");
}

/// The JSON pointer of every part of a value.
fn places(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut add = |key: String, part: &Value| {
        all.extend(places(part).into_iter().map(|below| format!("/{key}{below}")));
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, part)| {
            add(key.replace('~', "~0").replace('/', "~1"), part);
        }),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, part)| add(i.to_string(), part))
        }
        _ => {}
    }
    all
}
