//! Help, version and wrong usage.

use crate::support::{fails, run};

const COMMANDS: &[&str] = &[
    "summary", "predict", "fit", "evaluate", "stream", "plot", "convert", "export", "inspect",
    "diff", "verify", "bench",
];

#[test]
fn every_help_has_an_example() {
    let (out, err) = run(&["--help"], 0);
    assert_eq!(err, "");
    for command in COMMANDS {
        assert!(out.contains(&format!("\n  elman {command} ")), "{command}: {out}");
        let (out, _) = run(&[command, "--help"], 0);
        assert!(out.contains("Example"), "{command}: {out}");
        assert!(out.contains(&format!("\n  elman {command} ")), "{command}: {out}");
        assert_eq!(run(&["help", command], 0).0, out, "{command}");
    }
}

#[test]
fn the_version_is_that_of_the_command() {
    let version = format!("elman {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"], 0), (version, String::new()));
}

#[test]
fn no_command_is_answered_with_help() {
    let (out, err) = run(&[], 2);
    assert_eq!(out, "");
    assert!(err.contains("Usage: elman") && err.contains("Examples:"), "{err}");
}

#[test]
fn wrong_usage_says_what_is_missing_or_unknown() {
    fails(&["trian"], 2, &["trian"]);
    fails(&["summary"], 2, &["<MODEL>"]);
    fails(&["predict", "m.keras"], 2, &["--input <FILE>", "--output <FILE>"]);
    fails(&["fit", "m.keras", "--x", "x.npy"], 2, &["--y <FILE>", "--output <OUT.keras>"]);
    fails(&["evaluate", "m.keras", "--x", "x.npy"], 2, &["--y <FILE>"]);
    fails(&["summary", "m.keras", "--epochs", "3"], 2, &["--epochs"]);
}

#[test]
fn values_out_of_range_are_wrong_usage() {
    let fit = ["fit", "m.keras", "--x", "x.npy", "--y", "y.npy", "--output", "o.keras"];
    let cases: &[(&str, &[&str], &str)] = &[
        ("--batch-size", &["0", "-1", "1.5", "many"], "a whole number of 1 or more"),
        ("--epochs", &["0", "-1"], "a whole number of 1 or more"),
        ("--validation-split", &["1", "-0.1", "nan", "x"], "at least 0 and below 1"),
        ("--truncated-bptt", &["0", "-1", "many"], "a whole number of 1 or more"),
        ("--checkpointed-bptt", &["0", "-1", "m.toml"], "a whole number of 1 or more"),
        ("--seed", &["-1", "x", "18446744073709551616"], "a whole number of 0 or more"),
        ("--learning-rate", &["-1", "inf", "nan", "x"], "a number of at least 0"),
        ("--optimizer", &["adamm", ""], "adam, rmsprop, sgd"),
        ("--loss", &["mes", ""], "sparse_categorical_crossentropy"),
        ("--metrics", &["mae,accurracy", ""], "accuracy"),
    ];
    for (option, values, words) in cases {
        for value in *values {
            fails(&[&fit[..], &[option, value]].concat(), 2, &[option, words]);
        }
    }
    fails(&["summary", "m.keras", "--style", "keras4"], 2, &["keras3, keras2"]);
    for width in ["0", "-80", "wide"] {
        fails(&["summary", "m.keras", "--line-length", width], 2, &["--line-length", "1 or more"]);
    }
}
