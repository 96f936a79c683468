//! Files that can't be written: known before any work is done, and nothing is harmed.

use crate::support::{Folder, fails};

#[test]
fn outputs_that_can_not_be_written_are_refused_at_once() {
    let folder = Folder::with_data();
    std::fs::create_dir(folder.path("folder.keras")).unwrap();
    std::fs::create_dir(folder.path("folder.npy")).unwrap();
    let fit = |more: &[(&str, &str)], status: i32, words: &[&str]| {
        let mut arguments = folder.fit_arguments("m.toml", "out.keras");
        arguments.truncate(arguments.len() - 2);
        for (option, name) in more {
            arguments.extend([option.to_string(), folder.at(name)]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        fails(&arguments, status, words);
    };
    let output = ("--output", "out.keras");
    fit(&[("--output", "no/out.keras")], 1, &["no/out.keras", "no such folder"]);
    fit(&[("--output", "folder.keras")], 1, &["folder.keras", "is a folder"]);
    fit(&[("--output", "x.npy/out.keras")], 1, &["cannot write"]);
    fit(&[("--output", "out.h5")], 2, &["--output", "must end in .keras"]);
    fit(&[output, ("--plot", "loss.png")], 2, &["--plot", "must end in .svg"]);
    fit(&[output, ("--plot", "no/loss.svg")], 1, &["no/loss.svg"]);
    fit(&[output, ("--history", "no/h.json")], 1, &["no/h.json"]);
    fit(&[output, ("--history", "out.keras")], 2, &["named twice"]);
    fit(&[output, ("--history", "./out.keras")], 2, &["named twice"]);
    fit(&[output, ("--history", "x.npy")], 2, &["x.npy is an input"]);
    fit(&[output, ("--history", "m.toml")], 2, &["m.toml is an input"]);
    assert!(!folder.path("out.keras").exists());

    let predict = |outputs: &[&str], status: i32, words: &[&str]| {
        let (model, x) = (folder.at("m.toml"), folder.at("x.npy"));
        let mut arguments = vec!["predict".to_owned(), model, "--input".into(), x];
        for name in outputs {
            arguments.extend(["--output".to_owned(), folder.at(name)]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        fails(&arguments, status, words);
    };
    predict(&["y.txt"], 2, &["must end in .npy, .npz or .csv"]);
    predict(&["no/y.npy"], 1, &["no such folder"]);
    predict(&["folder.npy"], 1, &["is a folder"]);
    predict(&["x.npy"], 2, &["x.npy is an input"]);
    predict(&["p.npy", "p.npy"], 2, &["named twice"]);
    predict(&["p.npz:a", "p.npz:a"], 2, &["named twice"]);
    predict(&["p.npz:a", "p.npz"], 2, &["named twice"]);
}

/// The disk is full: the reason is said, and a file that was there stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let folder = Folder::with_data();
    for name in ["full.npy", "full.keras", "full.json"] {
        std::os::unix::fs::symlink("/dev/full", folder.path(name)).unwrap();
    }
    let [model, x, full] = ["m.toml", "x.npy", "full.npy"].map(|name| folder.at(name));
    let (_, err) = crate::support::run(&["predict", &model, "--input", &x, "--output", &full], 1);
    assert!(err.contains("full.npy") && err.contains("No space left"), "{err}");
    let full = folder.at("full.json");
    for (output, more) in
        [("full.keras", &[][..]), ("out.keras", &["--history", &full, "--quiet"][..])]
    {
        let arguments = folder.fit_arguments("m.toml", output);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (_, err) = crate::support::run(&[&arguments, more].concat(), 1);
        assert!(err.contains("full.") && err.contains("No space left"), "{err}");
    }
    assert_eq!(folder.steps("out.keras"), 1, "the model is written before its history");
}
