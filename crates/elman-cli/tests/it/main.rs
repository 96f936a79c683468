//! The command on real files: what it writes, says and returns.

mod workspace;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use elman_files::{Array, npy};

fn fixture(name: &str) -> String {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/models");
    models.join(name).display().to_string()
}

fn elman(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elman")).args(arguments).output().unwrap()
}

/// Runs a command that must end with that status, and gives its standard output and error.
fn run(arguments: &[&str], status: i32) -> (String, String) {
    let output = elman(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {out}{err}");
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (out, err)
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[test]
fn predictions_are_those_of_keras() {
    let folder = tempfile::tempdir().unwrap();
    let y = path(folder.path(), "y.npy");
    for name in ["seq_simple", "tfbackend", "seq_noinput", "own_many", "own_text", "tfk_seq"] {
        let (model, x) = (fixture(&format!("{name}.keras")), fixture(&format!("{name}.x.npy")));
        let (out, _) = run(&["predict", &model, "--input", &x, "--output", &y], 0);
        assert_eq!(out, "", "{name}: results go to the file");
        let got = npy::read(&PathBuf::from(&y)).unwrap();
        let expected = npy::read(&PathBuf::from(fixture(&format!("{name}.y.npy")))).unwrap();
        assert_eq!(got.shape, expected.shape, "{name}");
        for (a, b) in got.to_f64().iter().zip(expected.to_f64()) {
            assert!((a - b).abs() < 1e-5, "{name}: {a}, Keras {b}");
        }
    }
}

#[test]
fn a_description_is_trained_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| path(folder.path(), name);
    let description = "seed = 1\ninput_shape = [4, 2]\n[[layers]]\nclass_name = \"GRU\"\nunits = 3\n\
                       [[layers]]\nclass_name = \"Dense\"\nunits = 1\n\
                       [compile]\noptimizer = \"adam\"\nloss = \"mse\"\n";
    std::fs::write(at("m.toml"), description).unwrap();
    let numbers = |n: usize| (0..n).map(|i| (i as f32 / 7.0).sin()).collect::<Vec<_>>();
    npy::write(&PathBuf::from(at("x.npy")), &Array::f32([20, 4, 2], numbers(160))).unwrap();
    npy::write(&PathBuf::from(at("y.npy")), &Array::f32([20, 1], numbers(20))).unwrap();
    let (x, y, out) = (at("x.npy"), at("y.npy"), at("out.keras"));
    let (history, plot) = (at("h.json"), at("loss.svg"));
    let data = ["--x", &x, "--y", &y, "--output", &out, "--quiet"];
    let files = ["--epochs", "3", "--history", &history, "--plot", &plot];
    run(&[&["fit", &at("m.toml")], &data[..], &files[..]].concat(), 0);
    assert!(std::fs::read_to_string(&history).unwrap().starts_with("{\"loss\":["));
    assert!(std::fs::read_to_string(&plot).unwrap().starts_with("<svg"));
    let steps =
        |file: &str| elman::load_model(file).unwrap().optimizer_state().unwrap().iterations();
    assert_eq!(steps(&out), 3);
    run(&[&["fit", &out], &data[..]].concat(), 0);
    assert_eq!(steps(&out), 4, "training goes on with the optimizer's state");
    let (logs, _) = run(&["evaluate", &out, "--x", &x, "--y", &y], 0);
    assert!(logs.starts_with("{\"loss\":"), "{logs}");
    let (table, _) = run(&["summary", &out, "--style", "keras2"], 0);
    assert!(table.contains("gru (GRU)"), "{table}");
}

#[test]
fn bad_input_has_a_status_and_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| path(folder.path(), name);
    std::fs::write(at("text.keras"), "no archive").unwrap();
    std::fs::write(at("typo.toml"), "[[layers]]\nclass_name = \"LSMT\"\nunits = 3\n").unwrap();
    let model = fixture("own_lstm.keras");
    let (x, other, y) = (fixture("own_lstm.x.npy"), fixture("own_lstm.y.npy"), at("y.npy"));
    let cases: &[(&[&str], i32, &str)] = &[
        (&["predict"], 2, "--input"),
        (&["summary", &at("none.keras")], 1, "none.keras"),
        (&["summary", &at("text.keras")], 1, "text.keras"),
        (&["summary", &at("typo.toml")], 1, "LSMT"),
        (&["predict", &model, "--input", &other, "--output", &y], 1, "shape"),
        (&["predict", &model, "--input", &x, "--output", &at("no/y.npy")], 1, "no"),
        (&["predict", &model, "--input", &x, "--output", &y, "--batch-size", "0"], 2, "batch-size"),
        (&["summary", &fixture("seq_bidir.keras")], 1, "mask_zero"),
    ];
    for (arguments, status, word) in cases {
        let (out, err) = run(arguments, *status);
        assert_eq!(out, "", "{arguments:?}");
        assert!(err.contains(word), "{arguments:?}: {err}");
    }
    assert!(!Path::new(&y).exists());
}
