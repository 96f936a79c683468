//! `elman summary`

use crate::support::{Folder, fails, fixture, run};

#[test]
fn tables_are_those_of_keras() {
    let model = fixture("models/own_simple_rnn.keras");
    let (table, err) = run(&["summary", &model], 0);
    assert_eq!(err, "");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "Model: \"own_simple_rnn\"");
    assert_eq!(
        lines[4],
        "│ simple_rnn (SimpleRNN)          │ (None, 6)              │            66 │"
    );
    assert_eq!(lines[lines.len() - 1], " Optimizer params: 162 (652.00 B)");
    let (table, _) = run(&["summary", &model, "--style", "keras2"], 0);
    assert_eq!(
        table.lines().nth(4),
        Some(" simple_rnn (SimpleRNN)      (None, 6)                 66        ")
    );
}

#[test]
fn the_width_is_the_one_asked_for() {
    let model = fixture("models/own_lstm.keras");
    for width in [60, 100, 120] {
        let (table, _) = run(&["summary", &model, "--line-length", &width.to_string()], 0);
        assert_eq!(table.lines().nth(1).unwrap().chars().count(), width);
    }
    fails(&["summary", &model, "--line-length", "8"], 1, &["line_length", "8 columns"]);
}

#[test]
fn a_description_without_input_shape_is_not_built() {
    let folder = Folder::new();
    folder.write("m.toml", "[[layers]]\nclass_name = \"LSTM\"\nunits = 3\n");
    let (table, _) = run(&["summary", &folder.at("m.toml")], 0);
    assert!(table.contains("lstm (LSTM)") && table.contains("0 (unbuilt)"), "{table}");
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = Folder::new();
    folder.write("text.keras", "no archive");
    folder.write("empty.keras", "");
    fails(&["summary", &folder.at("none.keras")], 1, &["none.keras", "cannot read"]);
    fails(&["summary", &folder.at("none.toml")], 1, &["none.toml", "cannot read"]);
    fails(&["summary", &folder.at("text.keras")], 1, &["text.keras", "zip archive"]);
    fails(&["summary", &folder.at("empty.keras")], 1, &["empty.keras", "an empty file"]);
    fails(&["summary", &folder.at("")], 1, &["cannot read"]);
    fails(&["summary", &fixture("models/own_lstm.x.npy")], 1, &["found an npy file"]);
}
