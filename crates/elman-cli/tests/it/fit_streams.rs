//! `elman fit` on data that are read while it trains.

use elman_files::{Array, npy};

use crate::support::{Folder, fails, run};

const FIT: &[&str] =
    &["--epochs", "3", "--batch-size", "6", "--seed", "3", "--validation-split", "0.3"];

#[test]
fn a_streamed_training_gives_the_same_model() {
    let folder = Folder::with_data();
    for order in [&[][..], &["--no-shuffle"]] {
        let more = [FIT, order].concat();
        let history = |name: &str| folder.at(name);
        let (a, b) = (history("a.json"), history("b.json"));
        folder.fit("m.toml", "a.keras", &[&more[..], &["--history", &a]].concat());
        folder.fit("m.toml", "b.keras", &[&more[..], &["--history", &b, "--stream"]].concat());
        assert_eq!(folder.weights("a.keras"), folder.weights("b.keras"));
        assert_eq!(folder.history("a.json"), folder.history("b.json"));
        let [m, x, y, o] = ["m.toml", "x.csv", "y.csv", "c.keras"].map(|name| folder.at(name));
        let csv = ["fit", &m, "--x", &x, "--y", &y, "--output", &o, "--stream"];
        run(&[&csv[..], &more].concat(), 0);
        let [m, x, y, o] = ["m.toml", "x.csv", "y.csv", "d.keras"].map(|name| folder.at(name));
        run(&[&["fit", &m, "--x", &x, "--y", &y, "--output", &o], &more[..]].concat(), 0);
        assert_eq!(folder.weights("c.keras"), folder.weights("d.keras"));
    }
}

#[test]
fn a_series_is_cut_into_windows() {
    let folder = Folder::with_data();
    let value = |i: usize| (i as f32 / 4.0).sin();
    let series = Array::f32([30, 2], (0..60).map(value).collect());
    let next = Array::f32([30, 1], (0..30).map(value).collect());
    npy::write(&folder.path("series.npy"), &series).unwrap();
    npy::write(&folder.path("next.npy"), &next).unwrap();
    // The same samples, cut here: 4 steps, each 2 after the one before, every 3 steps.
    let starts = (0..30 - 6).step_by(3);
    let windows: Vec<f32> = starts
        .clone()
        .flat_map(|s| (0..4).flat_map(move |t| (0..2).map(move |f| value((s + 2 * t) * 2 + f))))
        .collect();
    let targets: Vec<f32> = starts.map(value).collect();
    npy::write(&folder.path("x.npy"), &Array::f32([8, 4, 2], windows)).unwrap();
    npy::write(&folder.path("y.npy"), &Array::f32([8, 1], targets)).unwrap();
    folder.fit("m.toml", "a.keras", FIT);
    let [m, x, y, o] = ["m.toml", "series.npy", "next.npy", "b.keras"].map(|name| folder.at(name));
    let cut = ["--sequence-length", "4", "--sequence-stride", "3", "--sampling-rate", "2"];
    run(&[&["fit", &m, "--x", &x, "--y", &y, "--output", &o], &cut[..], FIT].concat(), 0);
    assert_eq!(folder.weights("a.keras"), folder.weights("b.keras"));
}

#[test]
fn a_streamed_training_is_resumed() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "a.keras", &[FIT, &["--stream"]].concat());
    let backup = folder.at("backup");
    let resume = ["--stream", "--resume", &backup, "--backup-every", "1"];
    folder.fit("m.toml", "b.keras", &[FIT, &resume].concat());
    assert_eq!(folder.weights("a.keras"), folder.weights("b.keras"));
}

#[test]
fn what_can_not_be_streamed_is_refused() {
    let folder = Folder::with_data();
    let [m, x, y, o] = ["m.toml", "x.npy", "y.npy", "o.keras"].map(|name| folder.at(name));
    let npz = folder.at("data.npz:x");
    let fit = |x: &str, more: &[&str], status: i32, words: &[&str]| {
        let fixed = ["fit", &m, "--x", x, "--y", &y, "--output", &o];
        fails(&[&fixed[..], more].concat(), status, words);
    };
    let kinds = if cfg!(feature = "parquet") { ".npy, .csv or .parquet" } else { ".npy or .csv" };
    fit(&npz, &["--stream"], 2, &["--stream reads", kinds]);
    fit(&x, &["--stream", "--sequence-length", "2"], 2, &["--sequence-length"]);
    fit(&x, &["--sampling-rate", "2"], 2, &["--sequence-length"]);
    fit(&x, &["--sequence-length", "0"], 2, &["1 or more"]);
    fit(&x, &["--x", &x, "--sequence-length", "2"], 2, &["one series"]);
    fit(&y, &["--sequence-length", "99"], 1, &["shorter than --sequence-length"]);
    fit(&y, &["--stream", "--quiet"], 1, &["expected (None, 4, 2)"]);
    fit(&x, &["--stream", "--validation-split", "0.99"], 1, &["--validation-split"]);
}
