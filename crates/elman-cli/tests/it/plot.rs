//! `elman plot`

use crate::support::{Folder, fails, fixture, run};

/// Draws something and gives the picture.
fn plot(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.at("out.svg");
    let (out, err) = run(&[&["plot", arguments[0], &output], &arguments[1..]].concat(), 0);
    assert_eq!(out, "");
    assert!(err.contains("out.svg"), "{err}");
    let svg = folder.text("out.svg");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    svg
}

#[test]
fn a_model_is_drawn_as_a_graph() {
    let folder = Folder::with_data();
    let model = folder.at("m.toml");
    let plain = plot(&folder, &[&model]);
    assert!(plain.contains("GRU") && plain.contains("Dense") && !plain.contains("(None, 3)"));
    let full = plot(&folder, &[&model, "--show-shapes", "--show-layer-names", "--rankdir", "LR"]);
    assert!(full.contains("(None, 4, 2)") && full.contains("(None, 3)"), "{full}");
    assert!(full.contains(">gru<"), "{full}");
    plot(&folder, &[&fixture("models/own_lstm.keras"), "--expand-nested", "--show-dtype"]);
}

#[test]
fn a_history_is_drawn_as_curves() {
    let folder = Folder::with_data();
    let history = folder.at("h.json");
    folder.fit("m.toml", "o.keras", &["--epochs", "3", "--history", &history]);
    assert!(plot(&folder, &[&history]).contains("loss"));
    folder.write("h.csv", "epoch,loss,mae,val_mae\n0,0.5,0.3,0.4\n1,0.4,0.2,0.3\n");
    let svg = plot(&folder, &[&folder.at("h.csv")]);
    assert!(svg.contains("mae") && svg.contains("validation"));
    fails(&["plot", &history, &folder.at("o.svg"), "--show-shapes"], 2, &["is a history"]);
    folder.write("h.csv", "a,b\n1,2\n");
    fails(&["plot", &folder.at("h.csv"), &folder.at("o.svg")], 1, &["h.csv", "epoch"]);
}

#[test]
fn states_are_drawn_over_time() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    let (model, x) = (folder.at("m.keras"), folder.at("x.npy"));
    let first = plot(&folder, &[&model, "--states", &x]);
    assert!(first.contains("gru, sample 0"), "{first}");
    let other = plot(&folder, &[&model, "--states", &x, "--layer", "gru", "--sample", "3"]);
    assert!(other.contains("gru, sample 3") && other != first);
    let o = folder.at("o.svg");
    let states = ["plot", &model, &o, "--states", &x];
    let more = |more: &[&'static str]| [&states[..], more].concat();
    fails(&more(&["--sample", "20"]), 1, &["--sample 20", "20 samples"]);
    fails(&more(&["--layer", "dense"]), 1, &["recurrent layer: gru", "dense"]);
    fails(&more(&["--layer", "lstm"]), 1, &["`lstm` is unknown"]);
    fails(&more(&["--show-shapes"]), 2, &["--show-shapes"]);
    fails(&["plot", &model, &o, "--layer", "gru"], 2, &["--states"]);
    fails(&["plot", &model, &folder.at("o.png")], 2, &["must end in .svg"]);
    fails(&["plot", &model, &o, "--rankdir", "up"], 2, &["TB or LR"]);
}
