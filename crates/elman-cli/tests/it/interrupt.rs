//! Ctrl-C during a training.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::support::{Folder, command, run};

/// More than any test waits for: a training that isn't stopped would run for hours.
const EPOCHS: &str = "100000000";

/// Starts a training that doesn't end by itself, waits until it has told of its second epoch, and
/// gives it with its standard error.
fn start(folder: &Folder, model: &str, more: &[&str]) -> (Child, BufReader<impl Read>) {
    let arguments = folder.fit_arguments(model, "out.keras");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&[&arguments[..], &["--epochs", EPOCHS], more].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("Epoch 2/") {
        line.clear();
        assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended");
    }
    (child, err)
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn an_interrupted_training_keeps_what_it_learnt() {
    let folder = Folder::with_data();
    let (history, plot) = (folder.at("h.json"), folder.at("loss.svg"));
    let more = ["--history", &history, "--plot", &plot];
    let (mut child, mut err) = start(&folder, "m.toml", &more);
    interrupt(&child);
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("warning: interrupted: stopping after this batch"), "{rest}");
    let loss = folder.history("h.json")["loss"].as_array().unwrap().len();
    let told = format!("warning: interrupted after {loss} of {EPOCHS} epochs\n");
    assert!(rest.ends_with(&told), "{told:?}: {rest}");
    assert!(folder.text("loss.svg").starts_with("<svg"));

    // An epoch is one step here. The last step may belong to an epoch that was not finished.
    let steps = folder.steps("out.keras");
    assert!(loss >= 2 && (steps == loss as u64 || steps == loss as u64 + 1), "{steps}, {loss}");
    // So many steps without an interruption lead to the same model.
    folder.fit("m.toml", "same.keras", &["--epochs", &steps.to_string(), "-q"]);
    assert_eq!(folder.weights("out.keras"), folder.weights("same.keras"));

    // It can be used, and its training can go on.
    let [model, x, y] = ["out.keras", "x.npy", "p.npy"].map(|name| folder.at(name));
    run(&["predict", &model, "--input", &x, "--output", &y], 0);
    folder.fit("out.keras", "on.keras", &[]);
    assert_eq!(folder.steps("on.keras"), steps + 1);
}

#[test]
fn a_file_that_is_trained_in_place_is_replaced_when_interrupted() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "out.keras", &[]);
    let (mut child, mut err) = start(&folder, "out.keras", &[]);
    assert_eq!(folder.steps("out.keras"), 1, "it is as it was while the training goes on");
    interrupt(&child);
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(folder.steps("out.keras") > 2);
}
