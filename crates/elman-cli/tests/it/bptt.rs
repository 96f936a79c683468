//! `elman fit` with gradients that don't go back through all steps, or go back in less memory.

use crate::support::{DESCRIPTION, Folder, fails};

/// The weights after a training with the description's table `[fit]` and more arguments.
fn train(folder: &Folder, fit: &str, more: &[&str]) -> Vec<f32> {
    folder.write("fit.toml", format!("{DESCRIPTION}[fit]\n{fit}"));
    folder.fit("fit.toml", "out.keras", &[&["--epochs", "3"], more].concat());
    folder.weights("out.keras")
}

#[test]
fn gradients_are_cut_after_so_many_steps() {
    let folder = Folder::with_data();
    let plain = train(&folder, "", &[]);
    let cut = train(&folder, "", &["--truncated-bptt", "1"]);
    assert_ne!(cut, plain);
    assert_ne!(train(&folder, "", &["--truncated-bptt", "2"]), cut);
    assert_eq!(train(&folder, "", &["--truncated-bptt", "4"]), plain, "all of the steps");
    assert_eq!(train(&folder, "truncated_bptt = 1", &[]), cut);
    assert_eq!(train(&folder, "truncated_bptt = 1", &["--truncated-bptt", "4"]), plain);
    assert_eq!(train(&folder, "", &["--truncated-bptt", "1", "--stream"]), cut);
}

#[test]
fn checkpoints_leave_the_training_as_it_is() {
    // Sums in another order, over three epochs of one batch.
    const TOLERANCE: f32 = 1e-5;
    let folder = Folder::with_data();
    let plain = train(&folder, "", &[]);
    for (fit, more) in [
        ("", &["--checkpointed-bptt"][..]),
        ("", &["--checkpointed-bptt", "1"]),
        ("checkpointed_bptt = true", &[]),
        ("checkpointed_bptt = 3", &[]),
        ("checkpointed_bptt = false", &[]),
        // The command line replaces the description.
        ("truncated_bptt = 1", &["--checkpointed-bptt"]),
    ] {
        let weights = train(&folder, fit, more);
        let off = weights.iter().zip(&plain).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < TOLERANCE, "{fit}, {more:?}: {off}");
    }
}

#[test]
fn a_training_goes_on_in_the_same_way_only() {
    let folder = Folder::with_data();
    let (backup, history) = (folder.at("backup"), folder.at("h.json"));
    let resume = ["--batch-size", "6", "--resume", &backup, "--backup-every", "1"];
    // A training that its loss ends leaves its backup.
    let arguments = |more: &[&str]| -> Vec<String> {
        let fit = folder.fit_arguments("m.toml", "out.keras");
        fit.into_iter().chain([&resume[..], more].concat().into_iter().map(str::to_owned)).collect()
    };
    let cut = ["--truncated-bptt", "2", "--epochs", "2"];
    let end = ["--callback", "ModelCheckpoint(filepath=/nowhere/at/all.keras)"];
    let broken = arguments(&[&cut[..], &end].concat());
    let broken: Vec<&str> = broken.iter().map(String::as_str).collect();
    fails(&[&broken[..], &["-q"]].concat(), 1, &["/nowhere/at/all.keras"]);
    for (more, words) in [
        (&[][..], "with batch_size 6;"),
        (&["--truncated-bptt", "3"], "with truncated_bptt 3;"),
        (&["--checkpointed-bptt"], "with checkpointed_bptt;"),
        (&["--checkpointed-bptt", "7"], "with checkpointed_bptt 7;"),
    ] {
        let other = arguments(&[more, &["-q"]].concat());
        let other: Vec<&str> = other.iter().map(String::as_str).collect();
        fails(&other, 1, &["backup.keras", "with truncated_bptt 2, this one", words]);
    }
    let end = "ModelCheckpoint(filepath=all.keras)".replace("all", &folder.at("all"));
    let more = [&resume[..], &cut, &["--callback", &end, "--history", &history]].concat();
    folder.fit("m.toml", "out.keras", &more);
    folder.fit("m.toml", "whole.keras", &[&["--batch-size", "6"], &cut[..]].concat());
    assert_eq!(folder.weights("out.keras"), folder.weights("whole.keras"));
}

#[test]
fn mistakes_are_named() {
    let folder = Folder::with_data();
    let fit = folder.fit_arguments("m.toml", "out.keras");
    let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
    let both = ["--truncated-bptt", "2", "--checkpointed-bptt"];
    fails(&[&fit[..], &both].concat(), 2, &["--truncated-bptt", "--checkpointed-bptt"]);
    for (text, words) in [
        ("truncated_bptt = 0", &["`truncated_bptt`", "1 or more"][..]),
        ("truncated_bptt = true", &["`truncated_bptt`", "1 or more"]),
        ("truncated_bptt = -3", &["`truncated_bptt`", "1 or more"]),
        ("checkpointed_bptt = 0", &["`checkpointed_bptt`", "true, false or"]),
        ("checkpointed_bptt = 1.5", &["`checkpointed_bptt`", "true, false or"]),
        ("checkpointed_bptt = \"all\"", &["`checkpointed_bptt`", "true, false or"]),
        ("truncated_bptt = 2\ncheckpointed_bptt = true", &["line 15", "either `truncated_bptt`"]),
        ("truncate_bptt = 2", &["`truncate_bptt`", "truncated_bptt, checkpointed_bptt"]),
    ] {
        folder.write("wrong.toml", format!("{DESCRIPTION}[fit]\n{text}"));
        let fit = folder.fit_arguments("wrong.toml", "out.keras");
        let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
        fails(&fit, 1, &[&["wrong.toml, line "], words].concat());
    }
}
