//! Standard streams that nobody reads, or that are full.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::support::{Folder, check, command, fixture};

/// Something to write to, the other end of which is closed.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// As in `elman summary m.keras | head -1`: who reads no further has what it wanted.
#[test]
fn a_closed_stdout_is_no_failure() {
    let arguments = ["summary", &fixture("models/own_many.keras")];
    let output = command(&arguments).stdout(closed()).output().unwrap();
    assert_eq!(check(output, &arguments, 0).1, "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_a_failure() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let arguments = ["summary", &fixture("models/own_many.keras")];
    let output = command(&arguments).stdout(full).output().unwrap();
    let (_, err) = check(output, &arguments, 1);
    assert!(err.contains("standard output") && err.contains("No space left"), "{err}");
}

/// As in `elman fit … 2>&1 | head -1`: the model is what matters.
#[test]
fn a_closed_stderr_costs_no_model() {
    let folder = Folder::with_data();
    let arguments = folder.fit_arguments("m.toml", "out.keras");
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--epochs", "3"]);
    let output = command(&arguments).stdout(closed()).stderr(closed()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(folder.steps("out.keras"), 3);
    // An error that can't be told is still an error.
    let output = command(&["summary", "none.keras"]).stderr(closed()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn quiet_leaves_only_warnings_and_errors() {
    let folder = Folder::with_data();
    assert!(folder.fit("m.toml", "out.keras", &[]).contains("Epoch 1/1"));
    for quiet in ["--quiet", "-q"] {
        assert_eq!(folder.fit("m.toml", "out.keras", &[quiet]), "");
    }
}
