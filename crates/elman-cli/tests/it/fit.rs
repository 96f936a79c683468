//! `elman fit`: new models, files that go on, and what is written.

use crate::support::{Folder, assert_close, fails, fixture, run};

#[test]
fn a_description_becomes_a_trained_model() {
    let folder = Folder::with_data();
    let (history, plot) = (folder.at("h.json"), folder.at("loss.svg"));
    let more = ["--epochs", "3", "--history", &history, "--plot", &plot, "--metrics", "mae"];
    let err = folder.fit("m.toml", "out.keras", &more);
    let lines: Vec<&str> = err.lines().collect();
    assert!(lines[0].starts_with("Epoch 1/3: 1/1 - ") && lines[0].contains(" - loss: "), "{err}");
    assert!(lines[2].starts_with("Epoch 3/3: "), "{err}");
    let wrote =
        ["out.keras", "h.json", "loss.svg"].map(|f| format!("note: wrote {}", folder.at(f)));
    assert_eq!(lines[3..], wrote);

    assert_eq!(folder.steps("out.keras"), 3);
    let history = folder.history("h.json");
    let keys: Vec<&String> = history.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["loss", "mae"]);
    let loss = history["loss"].as_array().unwrap();
    assert_eq!(loss.len(), 3);
    assert!(loss[2].as_f64() < loss[0].as_f64(), "it learns: {loss:?}");
    let svg = folder.text("loss.svg");
    assert!(svg.starts_with("<svg") && svg.contains("mae"), "{svg}");
}

/// Two epochs and one more are three: the optimizer goes on with its moments and its counter.
#[test]
fn a_file_goes_on_where_it_was() {
    let folder = Folder::with_data();
    let in_order = ["--no-shuffle", "--batch-size", "6"];
    let epochs = |n| [&in_order[..], &["--epochs", n]].concat();
    folder.fit("m.toml", "three.keras", &epochs("3"));
    folder.fit("m.toml", "part.keras", &epochs("2"));
    folder.fit("part.keras", "part.keras", &epochs("1")); // in place
    assert_eq!(folder.steps("part.keras"), 12);
    assert_eq!(folder.weights("part.keras"), folder.weights("three.keras"));
    // A new optimizer of the same kind starts anew and goes elsewhere.
    folder.fit("m.toml", "new.keras", &epochs("2"));
    folder.fit("new.keras", "new.keras", &[&epochs("1")[..], &["--optimizer", "adam"]].concat());
    assert_eq!(folder.steps("new.keras"), 4);
    assert_ne!(folder.weights("new.keras"), folder.weights("three.keras"));
}

/// Keras compiled and trained these files; its own evaluation of them is zero for their own
/// predictions, and a step from there keeps them.
#[test]
fn files_of_keras_go_on() {
    let folder = Folder::new();
    for name in ["own_simple_rnn", "own_many", "tfbackend"] {
        let [model, x, y] =
            ["keras", "x.npy", "y.npy"].map(|end| fixture(&format!("models/{name}.{end}")));
        let (out, history) = (folder.at("out.keras"), folder.at("h.json"));
        let before = elman::load_model(&model).unwrap().optimizer_state().unwrap().iterations();
        let fit = ["fit", &model, "--x", &x, "--y", &y, "--output", &out, "--history", &history];
        run(&fit, 0);
        assert_eq!(folder.steps("out.keras"), before + 1, "{name}");
        let loss = folder.history("h.json")["loss"][0].as_f64().unwrap();
        assert_close(name, &[loss], &[0.0]);
    }
}

#[test]
fn several_inputs_and_outputs_are_given_in_order() {
    let folder = Folder::new();
    let (out, history) = (folder.at("out.keras"), folder.at("h.json"));
    let more = ["--loss", "mse", "--metrics", "mae", "--output", &out, "--history", &history];
    let keys = || -> Vec<String> {
        folder.history("h.json").as_object().unwrap().keys().cloned().collect()
    };
    let file = |end: &str| fixture(&format!("graphs/{end}"));
    // Two inputs.
    let model = file("encoder_decoder.keras");
    let [x0, x1, y] = ["x0", "x1", "y0"].map(|part| file(&format!("encoder_decoder.{part}.npy")));
    let data = ["--x", &x0, "--x", &x1, "--y", &y];
    run(&[&["fit", &model], &data[..], &more].concat(), 0);
    assert_eq!(keys(), ["loss", "mae"]);
    run(&[&["evaluate", &out], &data[..]].concat(), 0);
    let words = ["the model takes 2 inputs, --x is given 1 time"];
    fails(&[&["fit", &model, "--x", &x0, "--y", &y], &more[..]].concat(), 2, &words);
    // Two outputs, with the metric for each.
    let model = file("bidirectional_states.keras");
    let [x, y0, y1] =
        ["x0", "y0", "y1"].map(|part| file(&format!("bidirectional_states.{part}.npy")));
    let data = ["--x", &x, "--y", &y0, "--y", &y1];
    run(&[&["fit", &model], &data[..], &more].concat(), 0);
    let of_outputs = ["bidirectional_1_loss", "bidirectional_1_mae"];
    let of_outputs = [of_outputs, ["bidirectional_loss", "bidirectional_mae"]].concat();
    assert_eq!(keys(), [&of_outputs[..], &["loss"]].concat());
    let words = ["the model has 2 outputs, --y is given 1 time"];
    fails(&[&["fit", &model, "--x", &x, "--y", &y0], &more[..]].concat(), 2, &words);
    fails(&["evaluate", &out, "--x", &x, "--y", &y0], 2, &words);
}

#[test]
fn every_way_to_give_arrays_trains_the_same() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "npy.keras", &["--epochs", "2"]);
    let expected = folder.weights("npy.keras");
    for (x, y) in [("data.npz:x", "data.npz:y"), ("x.csv", "y.csv")] {
        let [model, x, y, out] = ["m.toml", x, y, "out.keras"].map(|name| folder.at(name));
        let fit = ["fit", &model, "--x", &x, "--y", &y, "--output", &out, "--epochs", "2"];
        run(&fit, 0);
        assert_eq!(folder.weights("out.keras"), expected, "{x}");
    }
}

/// A model whose input shape is open is built for the data.
#[test]
fn the_data_says_an_open_shape() {
    let folder = Folder::with_data();
    let description = folder.text("m.toml");
    let open = description.replace("input_shape = [4, 2]\n", "");
    folder.write("open.toml", open);
    folder.write("steps.toml", description.replace("[4, 2]", "[\"None\", 2]"));
    for (model, shape) in [("open.toml", "(None, 4, 2)"), ("steps.toml", "(None, None, 2)")] {
        folder.fit(model, "out.keras", &[]);
        let model = elman::load_model(folder.path("out.keras")).unwrap();
        assert_eq!(model.input_shape().unwrap().to_string(), shape);
    }
}

#[test]
fn what_can_not_be_trained_is_refused_and_not_written() {
    let folder = Folder::with_data();
    folder.write("plain.toml", folder.text("m.toml").split("[compile]").next().unwrap());
    let nan = elman_files::Array::f32([20, 1], vec![f32::NAN; 20]);
    elman_files::npy::write(&folder.path("nan.npy"), &nan).unwrap();
    let fit = |model: &str, y: &str, more: &[&str], words: &[&str]| {
        let [model, x, y, out] = [model, "x.npy", y, "out.keras"].map(|name| folder.at(name));
        let fit = ["fit", &model, "--x", &x, "--y", &y, "--output", &out, "--quiet"];
        fails(&[&fit[..], more].concat(), 1, words);
    };
    fit("plain.toml", "y.npy", &[], &["not compiled", "--loss", "[compile]"]);
    fit("m.toml", "none.npy", &[], &["none.npy", "cannot read"]);
    fit("m.toml", "nan.npy", &[], &["NaN", "[0, 0]"]);
    fit("m.toml", "x.npy", &[], &["(20, 4, 2)", "(20, 1)"]);
    fit("m.toml", "y.npy", &["--validation-split", "0.999"], &["validation_split", "0.999"]);
    fit("m.toml", "y.npy", &["--learning-rate", "1e30", "--epochs", "9"], &["the loss became"]);
    let sparse = ["--loss", "sparse_categorical_crossentropy"];
    fit("m.toml", "y.npy", &sparse, &["is not a class number"]);
    assert!(!folder.path("out.keras").exists());
    // An earlier file stays.
    folder.fit("m.toml", "out.keras", &[]);
    fit("m.toml", "nan.npy", &[], &["NaN"]);
    assert_eq!(folder.steps("out.keras"), 1);
}
