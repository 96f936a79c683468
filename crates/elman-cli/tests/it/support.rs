//! Runs the command, and makes the files it takes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use elman_files::{Array, Data, npy, npz, read_array};
use tempfile::TempDir;

/// A model of four steps of two features that gives one number, in TOML.
pub const DESCRIPTION: &str = r#"
seed = 1
input_shape = [4, 2]
[[layers]]
class_name = "GRU"
units = 3
[[layers]]
class_name = "Dense"
units = 1
[compile]
optimizer = { class_name = "Adam", learning_rate = 0.01 }
loss = "mse"
"#;

/// How many samples `Folder::with_data` has.
pub const SAMPLES: usize = 20;

/// A file of `fixtures/`, such as `models/own_lstm.keras`.
pub fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    fixtures.join(name).display().to_string()
}

/// The command with these arguments.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_elman"));
    command.args(arguments);
    command
}

/// Runs the command, which must end with that status, and gives its standard output and error.
pub fn run(arguments: &[&str], status: i32) -> (String, String) {
    check(command(arguments).output().unwrap(), arguments, status)
}

/// The standard output and error of a command that must have ended with that status.
pub fn check(output: Output, arguments: &[&str], status: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {out}{err}");
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (out, err)
}

/// Runs a command that must fail with that status, print nothing, and give a reason that holds all
/// of these words.
pub fn fails(arguments: &[&str], status: i32, words: &[&str]) {
    let (out, err) = run(arguments, status);
    assert_eq!(out, "", "{arguments:?}");
    assert!(err.starts_with("error: "), "{arguments:?}: {err}");
    for word in words {
        assert!(err.contains(word), "{arguments:?}: {word:?} is not in {err}");
    }
}

/// A folder that is removed in the end.
pub struct Folder(TempDir);

impl Folder {
    /// An empty folder.
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// A folder with `m.toml`, and data for it: `x.npy`, `y.npy`, `data.npz` with both, and the
    /// same as tables with a header, `x.csv` and `y.csv`.
    pub fn with_data() -> Folder {
        let folder = Folder::new();
        folder.write("m.toml", DESCRIPTION);
        let numbers = |n: usize| (0..n).map(|i| (i as f32 / 7.0).sin()).collect::<Vec<_>>();
        let x = Array::f32([SAMPLES, 4, 2], numbers(8 * SAMPLES));
        let y = Array::f32([SAMPLES, 1], numbers(SAMPLES));
        npy::write(&folder.path("x.npy"), &x).unwrap();
        npy::write(&folder.path("y.npy"), &y).unwrap();
        npz::write(&folder.path("data.npz"), &[("x", &x), ("y", &y)]).unwrap();
        folder.write("x.csv", table("a,b,c,d,e,f,g,h", 8, &x));
        folder.write("y.csv", table("target", 1, &y));
        folder
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of a file in it, as an argument.
    pub fn at(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// The text of a file in it.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The numbers of an array file in it.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        read_array(&self.path(name)).unwrap().to_f64()
    }

    /// Trains MODEL on the data, with more arguments, and gives the standard error.
    pub fn fit(&self, model: &str, output: &str, more: &[&str]) -> String {
        let arguments = self.fit_arguments(model, output);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (out, err) = run(&[&arguments, more].concat(), 0);
        assert_eq!(out, "", "what is trained goes to files");
        err
    }

    /// The arguments of `fit` on the data.
    pub fn fit_arguments(&self, model: &str, output: &str) -> Vec<String> {
        let [model, x, y, output] = [model, "x.npy", "y.npy", output].map(|name| self.at(name));
        ["fit", &model, "--x", &x, "--y", &y, "--output", &output].map(str::to_owned).to_vec()
    }

    /// The weights of a model in it, one after another.
    pub fn weights(&self, name: &str) -> Vec<f32> {
        let model = elman::load_model(self.path(name)).unwrap();
        model.weights().iter().flat_map(|weight| weight.data().to_vec()).collect()
    }

    /// How many steps the optimizer of a model in it has taken.
    pub fn steps(&self, name: &str) -> u64 {
        let model = elman::load_model(self.path(name)).unwrap();
        model.optimizer_state().unwrap().iterations()
    }

    /// A file of history in it.
    pub fn history(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }
}

fn table(header: &str, columns: usize, array: &Array) -> String {
    let Data::F32(values) = &array.data else { panic!("f32") };
    let row = |row: &[f32]| row.iter().map(f32::to_string).collect::<Vec<_>>().join(",");
    let rows: Vec<String> = values.chunks(columns).map(row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

/// Asserts that numbers are nearly those of Keras.
pub fn assert_close(name: &str, got: &[f64], expected: &[f64]) {
    // Keras's own tolerance between its backends is 1e-5 as well.
    const TOLERANCE: f64 = 1e-5;
    assert_eq!(got.len(), expected.len(), "{name}");
    for (a, b) in got.iter().zip(expected) {
        assert!((a - b).abs() < TOLERANCE, "{name}: {a}, Keras {b}");
    }
}
