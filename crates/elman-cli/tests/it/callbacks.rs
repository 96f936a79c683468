//! Callbacks and weights of classes and samples in `elman fit`.

use elman_files::{Array, npy};

use crate::support::{DESCRIPTION, Folder, SAMPLES, fails, fixture, run};

const STOPPING: &str = "[[callbacks]]\nclass_name = \"EarlyStopping\"\nmonitor = \"loss\"\n\
                        min_delta = 1e9\npatience = 2\n";

/// How many epochs a training had.
fn epochs(folder: &Folder, model: &str, more: &[&str]) -> usize {
    let history = folder.at("h.json");
    folder.fit(model, "out.keras", &[&["--epochs", "9", "--history", &history], more].concat());
    folder.history("h.json")["loss"].as_array().unwrap().len()
}

#[test]
fn callbacks_stand_in_descriptions_files_and_arguments() {
    let folder = Folder::with_data();
    assert_eq!(epochs(&folder, "m.toml", &[]), 9);
    folder.write("stopping.toml", format!("{DESCRIPTION}{STOPPING}"));
    assert_eq!(epochs(&folder, "stopping.toml", &[]), 3);
    folder.write("callbacks.toml", STOPPING);
    let file = folder.at("callbacks.toml");
    assert_eq!(epochs(&folder, "m.toml", &["--callbacks", &file]), 3);
    let words = "EarlyStopping(monitor=loss, min_delta=1e9, patience=4)";
    assert_eq!(epochs(&folder, "m.toml", &["--callback", words]), 5);
    // All of them together; and a model of a file takes them, too.
    assert_eq!(epochs(&folder, "stopping.toml", &["--callback", words]), 3);
    let path = folder.at("log.csv");
    let log = format!("CSVLogger(filename={path}, separator=';')");
    assert_eq!(epochs(&folder, "out.keras", &["--callback", words, "--callback", &log]), 5);
    assert!(folder.text("log.csv").starts_with("epoch;loss\n0;"), "{}", folder.text("log.csv"));
    let saved = format!("ModelCheckpoint({}.keras)", folder.at("{epoch:02d}"));
    let saved = saved.replace('(', "(filepath=");
    assert_eq!(epochs(&folder, "m.toml", &["--callback", &saved]), 9);
    assert!(folder.path("09.keras").exists());
}

#[test]
fn checkpoints_in_a_description_may_count_batches() {
    let folder = Folder::with_data();
    let path = folder.at("at-{epoch}-{batch:02d}.keras");
    let checkpoint = "[[callbacks]]\nclass_name = \"ModelCheckpoint\"\nsave_freq = 3\n";
    folder.write("m.toml", format!("{DESCRIPTION}{checkpoint}filepath = '{path}'\n"));
    // Two batches an epoch.
    folder.fit("m.toml", "out.keras", &["--epochs", "3", "--batch-size", "10"]);
    for (name, steps) in [("at-2-01.keras", 3), ("at-3-02.keras", 6)] {
        assert_eq!(folder.steps(name), steps);
    }
    assert!(!folder.path("at-1-02.keras").exists());
}

#[test]
fn schedules_may_count_epochs() {
    let folder = Folder::with_data();
    let history = folder.at("h.json");
    let decay = "ExponentialDecay(initial_learning_rate=0.5, decay_steps=1, decay_rate=0.5)";
    let scheduler = format!("LearningRateScheduler(schedule={decay})");
    let more = ["--epochs", "3", "--history", &history, "--callback", &scheduler];
    folder.fit("m.toml", "out.keras", &more);
    assert_eq!(folder.history("h.json")["learning_rate"], serde_json::json!([0.5, 0.25, 0.125]));
}

#[test]
fn tensorboard_gets_its_files() {
    let folder = Folder::with_data();
    let logs = folder.at("logs");
    let more = ["--tensorboard", &logs, "--validation-split", "0.25"];
    folder.fit("m.toml", "out.keras", &more);
    for name in ["train", "validation"] {
        let files: Vec<_> = std::fs::read_dir(folder.path("logs").join(name)).unwrap().collect();
        assert_eq!(files.len(), 1, "{name}");
    }
}

#[test]
fn a_backup_is_a_callback_as_well() {
    let folder = Folder::with_data();
    let backup = format!("BackupAndRestore(backup_dir={})", folder.at("backup"));
    folder.fit("m.toml", "out.keras", &["--callback", &backup, "--epochs", "2"]);
    assert!(folder.path("backup").is_dir());
    let fit = folder.fit_arguments("m.toml", "out.keras");
    let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
    let other = folder.at("other");
    fails(&[&fit[..], &["--callback", &backup, "--resume", &other]].concat(), 2, &["--resume"]);
}

#[test]
fn what_is_wrong_with_a_callback_is_named() {
    let folder = Folder::with_data();
    let fit = folder.fit_arguments("m.toml", "out.keras");
    let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
    for (words, problem) in [
        ("EarlyStoping", "EarlyStopping, LearningRateScheduler"),
        ("EarlyStopping(patients=3)", "`patients`"),
        ("EarlyStopping(3)", "a name with arguments"),
        ("EarlyStopping(patience=3", "a name with arguments"),
        ("EarlyStopping(patience=three)", "patience"),
        ("ModelCheckpoint(filepath=a.keras, verbose=1)", "verbose = 1"),
        ("LambdaCallback", "LambdaCallback"),
    ] {
        let arguments = [&fit[..], &["--callback", words]].concat();
        fails(&arguments, 2, &["--callback", words, problem]);
    }
    let file = folder.at("c.toml");
    for (text, words) in [
        ("", &["c.toml", "no callbacks"][..]),
        ("callbacks = 3", &["c.toml, line 1", "list of tables"]),
        ("[[callback]]", &["c.toml, line 1", "`callback`", "callbacks"]),
        ("\n[[callbacks]]\npatience = 3", &["c.toml, line 2", "class_name"]),
        ("[[callbacks]]\nclass_name = \"EarlyStopping\"\npatients = 3", &["line 3", "`patients`"]),
        ("[[callbacks]]\nclass_name = \"Erly\"", &["c.toml, line 1", "Erly", "EarlyStopping"]),
    ] {
        folder.write("c.toml", text);
        fails(&[&fit[..], &["--callbacks", &file]].concat(), 1, words);
    }
    for (text, words) in [
        ("[fit]\nclass_weights = { 0 = 1 }", &["`class_weights`", "class_weight"][..]),
        ("[fit]\nclass_weight = 3", &["`class_weight`", "table of weights"]),
        ("[fit]\nclass_weight = { a = 3 }", &["`a`", "no number of a class"]),
        ("[fit]\nclass_weight = { 0 = \"b\" }", &["class 0", "\"b\""]),
        ("[[callbacks]]\nclass_name = \"EarlyStopping\"\nmode = \"up\"", &["line", "`mode`", "up"]),
    ] {
        folder.write("wrong.toml", format!("{DESCRIPTION}{text}"));
        let fit = folder.fit_arguments("wrong.toml", "out.keras");
        let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
        fails(&fit, 1, &[&["wrong.toml, line "], words].concat());
    }
}

#[test]
fn weights_of_classes_and_samples_count() {
    let folder = Folder::with_data();
    let labels = Array::f32([SAMPLES, 1], (0..SAMPLES).map(|i| (i % 3) as f32).collect());
    npy::write(&folder.path("y.npy"), &labels).unwrap();
    let train = |model: &str, more: &[&str]| {
        folder.fit(model, "out.keras", &[&["--no-shuffle"], more].concat());
        folder.weights("out.keras")
    };
    let plain = train("m.toml", &[]);
    let weighed = train("m.toml", &["--class-weight", "1:2.5,2:0"]);
    assert_ne!(plain, weighed);
    folder
        .write("weighed.toml", format!("{DESCRIPTION}[fit]\nclass_weight = {{ 1 = 2.5, 2 = 0 }}"));
    assert_eq!(train("weighed.toml", &[]), weighed);
    assert_eq!(train("weighed.toml", &["--class-weight", "1:1"]), plain, "replaced");
    let of_samples: Vec<f32> = (0..SAMPLES).map(|i| [1.0, 2.5, 0.0][i % 3]).collect();
    npy::write(&folder.path("w.npy"), &Array::f32([SAMPLES], of_samples)).unwrap();
    let weights = folder.at("w.npy");
    assert_eq!(train("m.toml", &["--sample-weight", &weights]), weighed);
    let fit = folder.fit_arguments("m.toml", "out.keras");
    let fit: Vec<&str> = fit.iter().map(String::as_str).collect();
    let both = ["--sample-weight", &weights, "--class-weight", "1:2"];
    let (_, err) = run(&[&fit[..], &both].concat(), 1);
    assert!(err.contains("`class_weight`") && err.contains("`sample_weight`"), "{err}");
    assert_eq!(train("m.toml", &["--stream", "--class-weight", "1:2.5,2:0"]), weighed);
    // Batches that are read one by one bring their own weights of samples.
    let (_, err) = run(&[&fit[..], &["--stream", "--sample-weight", &weights]].concat(), 1);
    assert!(err.contains("`sample_weight`"), "{err}");
    for wrong in ["1", "1:", "a:1", "1:nan"] {
        fails(&[&fit[..], &["--class-weight", wrong]].concat(), 2, &["such as 1:2.5"]);
    }
    let two = ["--sample-weight", &weights, "--sample-weight", &weights];
    fails(&[&fit[..], &two].concat(), 2, &["1 output", "--sample-weight is given 2 times"]);
}

/// A model of Keras 3 whose mask is lost beside an initial state.
#[test]
fn surprises_of_a_model_are_told() {
    let model = fixture("graphs/masked_encoder_decoder.keras");
    let (_, err) = run(&["summary", &model], 0);
    assert!(err.starts_with("warning: ") && err.contains("ignores the mask"), "{err}");
    let (_, err) = run(&["--quiet", "summary", &model], 0);
    assert!(err.starts_with("warning: "), "{err}");
}
