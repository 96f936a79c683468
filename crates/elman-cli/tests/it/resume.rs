//! Trainings that are killed and go on.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::{DESCRIPTION, Folder, command, fails};

const DROPOUT: &str =
    "[[layers]]\nclass_name = \"Dropout\"\nrate = 0.2\n[[layers]]\nclass_name = \"Dense\"";

const EPOCHS: &str = "400";
/// More kills than a training of so many epochs lives through: of the 1 to 5 epochs that are told
/// before a kill all but the last are backed up for certain, ten in five kills.
const KILLS: usize = 400 / 2 + 10;

/// Starts the training, kills it (no handler runs) after it has told of so many epochs more, and
/// says with which it began; `None` if it came to its end before.
fn kill_after(folder: &Folder, epochs: usize, more: &[&str]) -> Option<String> {
    let arguments = folder.fit_arguments("m.toml", "out.keras");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&[&arguments[..], more].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.filter(|line| line.starts_with("Epoch ")).take(epochs).collect();
    // Wherever it is by now: in a step, or in the middle of writing its backup.
    child.kill().unwrap();
    let ended = child.wait().unwrap().success();
    (!ended && told.len() == epochs).then(|| told[0].clone())
}

fn killed_again_and_again(more: &[&str]) {
    let folder = Folder::with_data();
    // Dropout and a state of the optimizer, which a resumed training must take up as well.
    folder.write("m.toml", DESCRIPTION.replace("[[layers]]\nclass_name = \"Dense\"", DROPOUT));
    let backup = folder.at("backup");
    let arguments =
        [&["--epochs", EPOCHS, "--batch-size", "7", "--resume", &backup], more].concat();
    let (mut kills, mut resumed) = (0, 0);
    while let Some(first) = kill_after(&folder, 1 + kills % 5, &arguments) {
        kills += 1;
        if !first.starts_with("Epoch 1/") {
            resumed += 1;
        } else if resumed > 0 {
            // It had come to its end and removed its backup when the last kill met it.
            break;
        }
        assert!(kills < KILLS, "it doesn't get on");
    }
    assert!(resumed > 0, "{kills} kills");
    folder.fit("m.toml", "out.keras", &[&arguments[..], &["--quiet"]].concat());
    folder.fit("m.toml", "whole.keras", &["--epochs", EPOCHS, "--batch-size", "7", "--quiet"]);
    let bytes = |name: &str| std::fs::read(folder.path(name)).unwrap();
    assert!(bytes("out.keras") == bytes("whole.keras"), "other bits after {kills} kills");
}

#[test]
fn a_killed_training_ends_with_the_bits_of_a_whole_one() {
    killed_again_and_again(&[]);
}

#[test]
fn so_does_one_that_is_backed_up_within_its_epochs() {
    killed_again_and_again(&["--backup-every", "2"]);
}

#[test]
fn a_backup_of_another_training_is_refused() {
    let folder = Folder::with_data();
    let backup = folder.at("backup");
    let resume = ["--epochs", "1000000", "--resume", &backup];
    kill_after(&folder, 3, &resume).unwrap();
    let arguments = folder.fit_arguments("m.toml", "out.keras");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let other = ["--epochs", "9", "--batch-size", "3", "--resume", &backup, "-q"];
    fails(
        &[&arguments[..], &other].concat(),
        1,
        &["backup.keras", "batch_size 32", "batch_size 3;", "remove the file"],
    );
}
