//! safetensors, with Keras's names and PyTorch's.

use elman::prelude::*;
use elman::{Error, WeightNames};
use elman_files::Safetensors;

use crate::support::{Report, TOLERANCE, fixture, fixture_path, noise, tensor};

/// The model of `fixtures/generate/torch_names.py`.
fn modules() -> Model {
    let mut model = Sequential::new();
    model.add(Embedding::new(7, 4).input_shape([5]).name("embedding")).unwrap();
    // Of nn.LSTM with two layers, by no name.
    for name in ["lower", "upper"] {
        model.add(Lstm::new(3).return_sequences(true).name(name)).unwrap();
    }
    model.add(Bidirectional::new(Gru::new(2).return_sequences(true)).name("gru")).unwrap();
    model.add(SimpleRnn::new(3).name("last")).unwrap();
    model.add(Dense::new(2).name("fc")).unwrap();
    model.into()
}

#[test]
fn weights_of_pytorch_are_read() {
    let case = fixture("torch/modules.json");
    let mut model = modules();
    model.load_weights(fixture_path("torch/modules.safetensors")).unwrap();
    let mut report = Report::default();
    let y = Tensor::from(model.predict(tensor(&case["x"])).unwrap());
    report.close("outputs", &y, &tensor(&case["y"]), TOLERANCE);
    // Written under PyTorch's names and read again, they are the same.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    model.save_safetensors(&path, WeightNames::PyTorch).unwrap();
    let mut again = modules();
    again.load_weights(&path).unwrap();
    report.equal("weights", again.weights(), model.weights());
    report.finish(2);
}

#[test]
fn names_are_keras_and_the_model_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    let model = modules();
    model.save(&path).unwrap();
    let file = Safetensors::read(&path).unwrap();
    assert!(
        file.arrays.contains_key("gru/forward_gru/gru_cell/kernel"),
        "{:?}",
        file.arrays.keys()
    );
    let again = load_model(&path).unwrap();
    assert_eq!(again.weights(), model.weights());
    let mut other = model.clone();
    other.set_weights(model.weights().iter().map(|w| noise(w.shape(), "other"))).unwrap();
    other.load_weights(&path).unwrap();
    assert_eq!(other.weights(), model.weights());
    assert_eq!(std::fs::read(&path).unwrap(), {
        model.save(&path).unwrap();
        std::fs::read(&path).unwrap()
    });
}

#[test]
fn what_does_not_fit_is_named() {
    let path = fixture_path("torch/modules.safetensors");
    let error = load_model(&path).err().expect("weights alone").to_string();
    assert!(error.contains("weights alone"), "{error}");
    let mut model = Sequential::new();
    model.add(Lstm::new(8).input_shape([5, 4])).unwrap();
    let before = model.weights();
    let error = model.load_weights(&path).unwrap_err().to_string();
    assert!(error.contains("no module's weights fit") && error.contains("encoder.*_l0"), "{error}");
    assert_eq!(model.weights(), before);
    let mut reset_before = Sequential::new();
    reset_before.add(Gru::new(2).reset_after(false).input_shape([5, 4])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let error = reset_before
        .save_safetensors(folder.path().join("a.safetensors"), WeightNames::PyTorch)
        .unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}
