//! `elman bench`: what it says, not how fast anything is.

use serde_json::Value;

use crate::support::{Folder, fails, fixture, run};

const SHORT: [&str; 2] = ["--seconds", "0.01"];

fn bench(arguments: &[&str]) -> String {
    let (out, err) = run(&[&["bench", "--quiet"], &SHORT[..], arguments].concat(), 0);
    assert!(!err.contains("error"), "{err}");
    out
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&bench(&[arguments, &["--json"]].concat())).unwrap()
}

fn positive(value: &Value) {
    assert!(value.as_f64().is_some_and(|number| number > 0.0 && number.is_finite()), "{value}");
}

#[test]
fn the_machine_is_calibrated() {
    let result = json(&["--calibrate", "--threads", "1,2"]);
    assert!(result["machine"]["processors"].as_u64() >= Some(1), "{result}");
    let ceilings = &result["ceilings"];
    assert_eq!(ceilings["threads"], serde_json::json!([1, 2]));
    ceilings["operations_per_second"].as_array().unwrap().iter().for_each(positive);
    let reads = ceilings["reads"].as_array().unwrap();
    assert!(reads.len() >= 2, "{reads:?}");
    for read in reads {
        read["bytes_per_second"].as_array().unwrap().iter().for_each(positive);
    }
    assert_eq!(ceilings["barrier_seconds"][0], Value::Null);
    positive(&ceilings["barrier_seconds"][1]);
    let text = bench(&["--calibrate", "--threads", "1"]);
    for words in ["1 thread", "multiply-adds", "FLOP/s", "read, ", "B/s", "barrier"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_model_is_measured() {
    let folder = Folder::with_data();
    let result = json(&[&folder.at("m.toml"), "--batch", "1,3", "--threads", "1"]);
    assert_eq!(result["parameters"], 3 * 3 * (2 + 3) + 2 * 3 * 3 + 3 + 1);
    positive(&result["load_seconds"]);
    positive(&result["multiply_adds"][0]["operations_per_second"]);
    for (kind, factor) in [("predict", 1), ("train", 3)] {
        let cases = result[kind].as_array().unwrap();
        assert_eq!(cases.len(), 2, "{kind}");
        for (case, batch) in cases.iter().zip([1, 3]) {
            assert_eq!((&case["batch"], &case["time"]), (&batch.into(), &4.into()));
            let (kernel, recurrent, dense) = (4 * 2 * 9, 4 * 3 * 9, 3);
            // Nobody asks for the gradient of the input.
            let kernels = factor.min(2) * kernel + factor * (recurrent + dense);
            assert_eq!(case["operations"], 2 * batch * kernels, "{kind}");
            for percentile in ["p50", "p90", "p99", "max", "mean"] {
                positive(&case["seconds"][percentile]);
            }
            positive(&case["sequences_per_second"]);
            positive(&case["steps_per_second"]);
            positive(&case["share_of_multiply_adds"]);
            #[cfg(target_os = "linux")]
            assert!(case["memory"].is_u64(), "{case}");
        }
    }
    let streams = result["stream"].as_array().unwrap();
    assert_eq!([&streams[0]["streams"], &streams[1]["streams"]], [&Value::from(1), &3.into()]);
    streams.iter().for_each(|one| positive(&one["steps_per_second"]));
}

#[test]
fn tables_name_their_columns() {
    let folder = Folder::with_data();
    let text = bench(&[&folder.at("m.toml"), "--batch", "2", "--threads", "1", "--calibrate"]);
    for words in ["predict", "train", "1 stream", "2 streams", "p99", "of peak", "memory"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn open_lengths_are_those_that_are_asked_for() {
    let folder = Folder::new();
    folder.write(
        "m.toml",
        "input_shape = [\"None\", 2]\n[[layers]]\nclass_name = \"LSTM\"\nunits = 3\n",
    );
    let arguments = ["--time", "5,9", "--batch", "1", "--threads", "1"];
    let result = json(&[&[&*folder.at("m.toml")], &arguments[..]].concat());
    let times: Vec<&Value> =
        result["predict"].as_array().unwrap().iter().map(|case| &case["time"]).collect();
    assert_eq!(times, [5, 9]);
    assert_eq!(result["train"], Value::Null);
    let more = ["--time", "5", "--batch", "1", "--threads", "1", "--train"];
    let result = json(&[&[&*folder.at("m.toml")], &more[..]].concat());
    assert_eq!(result["train"].as_array().unwrap().len(), 1);
}

#[test]
fn words_suit_the_embedding_and_what_can_not_stream_says_why() {
    let folder = Folder::new();
    let layers = "[[layers]]\nclass_name = \"Embedding\"\ninput_dim = 4\noutput_dim = 2\n\
        [[layers]]\nclass_name = \"Bidirectional\"\nlayer = { class_name = \"LSTM\", units = 3 }\n";
    folder.write("m.toml", format!("input_shape = [6]\n{layers}"));
    let model = folder.at("m.toml");
    let text = bench(&[&model, "--batch", "2", "--threads", "1"]);
    assert!(text.contains("no streaming: ") && text.contains("bidirectional"), "{text}");
    assert!(text.contains("no training: the model is not compiled"), "{text}");
    let result = json(&[&model, "--batch", "2", "--threads", "1"]);
    assert!(result["stream"]["refused"].is_string(), "{result}");
    assert_eq!(result["predict"][0]["time"], 6);
}

#[test]
fn models_of_keras_are_measured() {
    for model in ["models/own_lstm.keras", "models/func_s2s.keras", "models/nested.keras"] {
        let text = bench(&[&fixture(model), "--batch", "2", "--threads", "1"]);
        assert!(text.contains("batch 2"), "{model}: {text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn growth_is_drawn() {
    let folder = Folder::new();
    let out = folder.at("");
    for (axis, most) in [("time", "100"), ("memory", "10000")] {
        assert_eq!(bench(&["--growth", &out, "--along", axis, "--up-to", most]), "");
    }
    for (name, axis) in [("time", "time steps"), ("memory", "time steps")] {
        let svg = folder.text(&format!("{name}.svg"));
        assert!(svg.starts_with("<svg") && svg.contains(axis) && svg.contains("LSTM"), "{svg}");
        let document = folder.history(&format!("{name}.json"));
        assert_eq!(document["axis"], axis);
        for curve in document["curves"].as_array().unwrap() {
            let points = curve["points"].as_array().unwrap();
            assert!(!points.is_empty(), "{curve}");
            points.iter().for_each(|point| positive(&point[1]));
        }
    }
    // The memory of a prediction stays as it is, that of training grows with every step.
    let document = folder.history("memory.json");
    let curve = |i: usize| document["curves"][i]["points"].as_array().unwrap().clone();
    let bytes = |point: &Value| point[1].as_f64().unwrap();
    let (last, training) = (curve(0), curve(2));
    assert!(bytes(&last[4]) < 2e6, "{last:?}");
    assert!(bytes(&training[4]) > 5.0 * bytes(&training[3]), "{training:?}");
}

#[test]
fn wrong_arguments_are_named() {
    let folder = Folder::with_data();
    let model = folder.at("m.toml");
    fails(&["bench"], 2, &["<MODEL>"]);
    fails(&["bench", &model, "--time", "7"], 2, &["--time", "one length"]);
    for option in ["--batch", "--time", "--threads"] {
        for value in ["0", "-1", "1,,2", "many", "1;2"] {
            fails(&["bench", &model, option, value], 2, &[option, "1 or more"]);
        }
    }
    for value in ["0", "-1", "nan", "inf", "1e9", "x"] {
        fails(&["bench", &model, "--seconds", value], 2, &["--seconds", "a number of seconds"]);
    }
    fails(&["bench", "--calibrate", "--train"], 2, &["MODEL"]);
    fails(&["bench", &model, "--growth", "x"], 2, &["--growth"]);
    fails(&["bench", "--growth", &folder.at("nowhere")], 1, &["no such folder"]);
    fails(&["bench", "--growth", ".", "--along", "width"], 2, &["time", "units", "memory"]);
    fails(&["bench", &model, "--along", "time"], 2, &["--growth"]);
    fails(&["bench", &folder.at("none.keras")], 1, &["none.keras"]);
    folder.write("open.toml", "[[layers]]\nclass_name = \"LSTM\"\nunits = 3\n");
    fails(&["bench", &folder.at("open.toml")], 1, &["input_shape"]);
}
