//! `elman convert`, `elman inspect`, `elman diff` and `elman verify`

use crate::support::{Folder, fails, fixture, run};

#[test]
fn models_go_from_format_to_format() {
    let folder = Folder::new();
    let (old, keras) = (fixture("old_files/tfk_seq.h5"), folder.at("a.keras"));
    assert_eq!(run(&["convert", &old, &keras], 0), (String::new(), String::new()));
    assert_eq!(run(&["diff", &old, &keras], 0), (String::new(), String::new()));
    for (name, more) in [("b.h5", &["--keras", "2"][..]), ("c.h5", &[])] {
        let out = folder.at(name);
        run(&[&["convert", &keras, &out][..], more].concat(), 0);
        assert_eq!(run(&["diff", &out, &old], 0).0, "", "{name}");
    }
    // The architecture and the weights alone are the model, but for the compilation.
    let (json, weights, again) =
        (folder.at("m.json"), folder.at("w.weights.h5"), folder.at("d.keras"));
    run(&["convert", &keras, &json], 0);
    run(&["convert", &keras, &weights], 0);
    let (_, err) = run(&["convert", &weights, &again, "--model", &json], 0);
    assert!(err.contains("holds no weights"), "{err}");
    let (differences, _) = run(&["diff", &again, &keras], 1);
    let only = |line: &str| line.starts_with("compile_config") || line == "optimizer: other state";
    assert!(differences.lines().all(only), "{differences}");
    fails(&["convert", &keras, &folder.at("x.txt")], 2, &["x.txt", ".weights.h5"]);
    fails(&["convert", &keras, &again, "--keras", "2"], 2, &["--keras", ".h5"]);
    fails(&["convert", &weights, &again], 1, &["w.weights.h5", "weights alone"]);
}

#[test]
fn differences_are_named() {
    let (a, b) = (fixture("models/own_simple_rnn.keras"), fixture("models/own_lstm.keras"));
    let (text, _) = run(&["diff", &a, &b], 1);
    for words in [
        "config.name: \"own_simple_rnn\", \"own_lstm\"",
        "layer \"lstm\": in the second",
        "optimizer",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn contents_are_shown_up_to_where_a_file_breaks() {
    let folder = Folder::new();
    let (text, err) = run(&["inspect", &fixture("old_files/tfk_seq.h5")], 0);
    assert_eq!(err, "");
    for words in [
        "HDF5, 56120 bytes",
        "model_config: Sequential \"tfk_seq\"",
        "  bidirectional (Bidirectional)",
        "/ @keras_version: 2.21.0",
        "/model_weights/dense/dense/kernel:0  float32 [4, 1]",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let (text, _) = run(&["inspect", &fixture("models/own_lstm.keras")], 0);
    for words in ["config.json: Sequential", "compiled with RMSprop", "/layers/lstm/cell/vars/0"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // A byte of the weights is another: the members are there, the weights are not.
    let mut bytes = std::fs::read(fixture("models/own_lstm.keras")).unwrap();
    let at = bytes.windows(4).position(|w| w == b"TREE").unwrap();
    bytes[at] = b'X';
    std::fs::write(folder.at("bad.keras"), &bytes).unwrap();
    let (text, err) = run(&["inspect", &folder.at("bad.keras")], 1);
    assert!(text.contains("config.json: Sequential"), "{text}");
    assert!(err.starts_with("error: ") && err.contains("model.weights.h5"), "{err}");
    let (text, err) = run(&["inspect", &folder.at("none")], 1);
    assert!(text.contains("0 bytes") && err.contains("cannot read"), "{text}{err}");
}

#[test]
fn files_are_verified() {
    let folder = Folder::new();
    let (model, out) = (fixture("models/own_lstm.keras"), folder.at("tested.keras"));
    let (text, _) = run(&["verify", &model], 0);
    assert!(text.contains("good; no test in the file"), "{text}");
    let x = fixture("models/own_lstm.x.npy");
    run(&["convert", &model, &out, "--test-input", &x], 0);
    let (text, _) = run(&["verify", &out], 0);
    assert!(text.contains("outputs differ from the test by 0e0"), "{text}");
    // Other weights, the same test.
    let mut archive = elman_files::KerasArchive::read(out.as_ref()).unwrap();
    let mut bias = archive.weights.remove("layers/dense/vars/1").unwrap();
    bias.data = elman_files::Data::F32(bias.to_f32().iter().map(|v| v + 1.0).collect());
    archive.weights.insert("layers/dense/vars/1", bias.clone());
    archive.write(out.as_ref()).unwrap();
    // Softmax of three numbers that all grew by one is the same; of one that did, it isn't.
    assert!(run(&["verify", &out], 0).0.contains("good"));
    let mut values = bias.to_f32();
    values[0] += 1.0;
    bias.data = elman_files::Data::F32(values);
    archive.weights.insert("layers/dense/vars/1", bias.clone());
    archive.write(out.as_ref()).unwrap();
    fails(&["verify", &out], 1, &["tested.keras", "differ from the test"]);
    bias.data = elman_files::Data::F32(vec![f32::NAN; bias.len()]);
    archive.weights.insert("layers/dense/vars/1", bias);
    archive.write(out.as_ref()).unwrap();
    let (_, err) = run(&["verify", &out], 1);
    assert!(err.contains("warning: ") && err.contains("error: "), "{err}");
    assert!(err.contains("not finite in dense/bias"), "{err}");
}

#[test]
fn models_become_programs() {
    let folder = Folder::new();
    let (model, crate_, header) =
        (fixture("models/own_lstm.keras"), folder.at("meter"), folder.at("meter.h"));
    let done = (String::new(), String::new());
    assert_eq!(run(&["export", &model, "--rust", &crate_, "--c", &header], 0), done);
    for file in ["Cargo.toml", "README.md", "src/lib.rs", "src/weights.rs", "src/recurrent.rs"] {
        assert!(std::path::Path::new(&crate_).join(file).is_file(), "{file}");
    }
    let text = std::fs::read_to_string(header).unwrap();
    assert!(text.contains("static inline int meter_step(meter_model *model"), "{text:.300}");
    fails(&["export", &model], 2, &["--rust"]);
    let conv_lstm = fixture("models/own_bidirectional.keras");
    fails(&["export", &conv_lstm, "--rust", &crate_], 1, &["Bidirectional", "from its end"]);
}

#[test]
fn onnx_goes_out_and_comes_in() {
    let folder = Folder::new();
    let (keras, graph) = (folder.at("m.keras"), folder.at("m.onnx"));
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/onnx/");
    run(&["convert", &format!("{fixtures}torch_gru_last.onnx"), &keras], 0);
    run(&["convert", &keras, &graph, "--opset", "21", "--states"], 0);
    let (shown, _) = run(&["inspect", &graph], 0);
    for part in ["ONNX", "opset 21", "input x  float32 (batch, time, 3)", "GRU(", "/h_next"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    let (_, error) = run(&["convert", &keras, &graph, "--opset", "9"], 1);
    assert!(error.contains("an integer from 14 to 22"), "{error}");
    let (_, error) = run(&["convert", &keras, &keras, "--states"], 2);
    assert!(error.contains("for .onnx files"), "{error}");
    std::fs::write(&graph, &std::fs::read(&graph).unwrap()[..200]).unwrap();
    let (_, error) = run(&["inspect", &graph], 1);
    assert!(error.contains("cut short"), "{error}");
}
