//! The options of `elman fit`: that each does what it says.

use elman::training::optimizers::Optimizer;

use crate::support::Folder;

/// What was compiled: the optimizer's class, its learning rate, the loss.
fn compiled(folder: &Folder, name: &str) -> (String, f64, String) {
    let model = elman::load_model(folder.path(name)).unwrap();
    let optimizer: &dyn Optimizer = model.optimizer().unwrap();
    let config = model.to_json()["compile_config"]["loss"].to_string();
    (optimizer.class_name().into(), model.learning_rate().unwrap(), config)
}

#[test]
fn epochs_and_batch_size_make_the_steps() {
    let folder = Folder::with_data();
    for (batch, epochs, steps) in [("32", "1", 1), ("20", "3", 3), ("7", "2", 6), ("1", "1", 20)] {
        folder.fit("m.toml", "out.keras", &["--batch-size", batch, "--epochs", epochs]);
        assert_eq!(folder.steps("out.keras"), steps, "{batch}, {epochs}");
    }
}

#[test]
fn the_end_of_the_samples_is_for_validation() {
    let folder = Folder::with_data();
    let history = folder.at("h.json");
    let more = ["--validation-split", "0.25", "--batch-size", "5", "--history", &history];
    let err = folder.fit("m.toml", "out.keras", &more);
    assert!(err.contains(" - val_loss: "), "{err}");
    assert_eq!(folder.steps("out.keras"), 3, "15 of 20 samples");
    assert_eq!(folder.history("h.json")["val_loss"].as_array().unwrap().len(), 1);
    folder.fit("m.toml", "out.keras", &["--validation-split", "0", "--batch-size", "5"]);
    assert_eq!(folder.steps("out.keras"), 4);
}

#[test]
fn the_seed_decides_weights_and_order() {
    let folder = Folder::with_data();
    let train = |more: &[&str]| {
        folder.fit("m.toml", "out.keras", &[&["--batch-size", "3"], more].concat());
        folder.weights("out.keras")
    };
    let of_the_description = train(&[]);
    assert_eq!(train(&[]), of_the_description, "seed = 1 stands there");
    assert_eq!(train(&["--seed", "1"]), of_the_description);
    let other = train(&["--seed", "2"]);
    assert_ne!(other, of_the_description);
    assert_eq!(train(&["--seed", "2"]), other);

    // A file has its weights; there, the seed decides the order of the samples, which
    // --no-shuffle takes away.
    folder.fit("m.toml", "start.keras", &[]);
    let go_on = |seed: &str, more: &[&str]| {
        let more = [&["--batch-size", "3", "--seed", seed], more].concat();
        folder.fit("start.keras", "out.keras", &more);
        folder.weights("out.keras")
    };
    assert_eq!(go_on("1", &[]), go_on("1", &[]));
    assert_ne!(go_on("1", &[]), go_on("2", &[]));
    assert_eq!(go_on("1", &["--no-shuffle"]), go_on("2", &["--no-shuffle"]));
}

#[test]
fn the_compilation_may_be_given_or_changed() {
    let folder = Folder::with_data();
    let description = folder.text("m.toml");
    folder.write("plain.toml", description.split("[compile]").next().unwrap());
    // A new model: RMSprop is the default, as in Keras.
    folder.fit("plain.toml", "plain.keras", &["--loss", "mae"]);
    let (optimizer, rate, loss) = compiled(&folder, "plain.keras");
    assert_eq!((optimizer.as_str(), rate as f32), ("RMSprop", 0.001));
    assert!(loss.contains("MeanAbsoluteError") || loss.contains("mae"), "{loss}");
    let sgd = ["--optimizer", "sgd", "--learning-rate", "0.5", "--loss", "mse"];
    folder.fit("plain.toml", "plain.keras", &sgd);
    assert_eq!(compiled(&folder, "plain.keras").0, "SGD");
    assert_eq!(compiled(&folder, "plain.keras").1, 0.5);

    // A description: what isn't given stays.
    folder.fit("m.toml", "m.keras", &["--loss", "mae"]);
    let (optimizer, rate, _) = compiled(&folder, "m.keras");
    assert_eq!((optimizer.as_str(), rate as f32), ("Adam", 0.01));

    // A file: another loss, other metrics or another rate leave the optimizer its state,
    folder.fit("m.toml", "m.keras", &[]);
    let others: [&[&str]; 3] =
        [&["--loss", "mae"], &["--metrics", "mae"], &["--learning-rate", "0.5"]];
    for more in others {
        folder.fit("m.keras", "out.keras", more);
        assert_eq!(folder.steps("out.keras"), 2, "{more:?}");
    }
    assert_eq!(compiled(&folder, "out.keras").1, 0.5);
    // another optimizer has none yet.
    folder.fit("m.keras", "out.keras", &["--optimizer", "rmsprop"]);
    assert_eq!(folder.steps("out.keras"), 1);
    assert_eq!(compiled(&folder, "out.keras").0, "RMSprop");
}

#[test]
fn metrics_are_those_that_are_named() {
    let folder = Folder::with_data();
    let history = folder.at("h.json");
    let metrics = |more: &[&str]| {
        folder.fit("m.toml", "out.keras", &[&["--history", &history], more].concat());
        let history = folder.history("h.json");
        history.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(metrics(&[]), ["loss"]);
    assert_eq!(metrics(&["--metrics", "mse,mae"]), ["loss", "mae", "mse"]);
    assert_eq!(metrics(&["--metrics", "mse", "--metrics", "mae"]), ["loss", "mae", "mse"]);
}

#[test]
fn a_rate_of_zero_changes_nothing() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    folder.fit("m.keras", "out.keras", &["--learning-rate", "0", "--epochs", "3"]);
    assert_eq!(folder.weights("out.keras"), folder.weights("m.keras"));
}
