//! `elman evaluate`

use elman_files::{Array, npy};

use crate::support::{Folder, assert_close, fails, fixture, run};

fn evaluate(folder: &Folder, model: &str, x: &str, y: &str, more: &[&str]) -> serde_json::Value {
    let [model, x, y] = [model, x, y].map(|name| folder.at(name));
    let (out, _) = run(&[&["evaluate", &model, "--x", &x, "--y", &y], more].concat(), 0);
    assert_eq!(out.lines().count(), 1, "{out}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_result_is_a_json_object_on_stdout() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &["--metrics", "mae"]);
    let result = evaluate(&folder, "m.keras", "x.npy", "y.npy", &[]);
    // The loss and the metric by hand.
    let [model, x, p] = ["m.keras", "x.npy", "p.npy"].map(|name| folder.at(name));
    run(&["predict", &model, "--input", &x, "--output", &p], 0);
    let (p, y) = (folder.numbers("p.npy"), folder.numbers("y.npy"));
    let mean =
        |f: fn(f64) -> f64| p.iter().zip(&y).map(|(p, y)| f(p - y)).sum::<f64>() / p.len() as f64;
    let values: Vec<f64> =
        ["loss", "mae"].iter().map(|key| result[key].as_f64().unwrap()).collect();
    assert_close("loss, mae", &values, &[mean(|d| d * d), mean(f64::abs)]);
    assert_eq!(result.as_object().unwrap().len(), 2);
    // Other ways to give the same.
    assert_eq!(evaluate(&folder, "m.keras", "data.npz:x", "data.npz:y", &[]), result);
    assert_eq!(evaluate(&folder, "m.keras", "x.csv", "y.csv", &["--quiet"]), result);
    let odd = evaluate(&folder, "m.keras", "x.npy", "y.npy", &["--batch-size", "7"]);
    assert_close("batch size", &[odd["loss"].as_f64().unwrap()], &values[..1]);
}

#[test]
fn what_can_not_be_evaluated_is_refused() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    npy::write(&folder.path("short.npy"), &Array::f32([3, 1], vec![0.0; 3])).unwrap();
    npy::write(&folder.path("nan.npy"), &Array::f32([20, 1], vec![f32::NAN; 20])).unwrap();
    let (model, x) = (folder.at("m.keras"), folder.at("x.npy"));
    let cases: &[(&str, &[&str])] = &[
        ("none.npy", &["none.npy", "cannot read"]),
        ("short.npy", &["3", "20 samples"]),
        ("nan.npy", &["NaN", "[0, 0]"]),
        ("x.npy", &["(20, 4, 2)", "(20, 1)"]),
    ];
    for (y, words) in cases {
        fails(&["evaluate", &model, "--x", &x, "--y", &folder.at(y)], 1, words);
    }
    let [model, x, y] = ["keras", "x.npy", "y.npy"]
        .map(|end| fixture(&format!("models/own_gru_reset_before.{end}")));
    fails(&["evaluate", &model, "--x", &x, "--y", &y], 1, &["not compiled", "elman fit"]);
}
