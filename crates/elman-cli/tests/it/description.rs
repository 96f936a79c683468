//! Descriptions in TOML: all of Keras's ways to say a model, and mistakes with their line.

use crate::support::{Folder, fails, run};

/// A layer on the second to fourth line.
const LSTM: &str = "\n[[layers]]\nclass_name = \"LSTM\"\nunits = 3\n";

fn lines(text: &str) -> String {
    text.replace('\'', "\"")
}

#[test]
fn keras_names_describe_a_model() {
    let folder = Folder::new();
    let description = lines(
        "name = 'text'\ninput_shape = ['None']\n\
         [[layers]]\nclass_name = 'Embedding'\ninput_dim = 30\noutput_dim = 4\n\
         [[layers]]\nclass_name = 'Bidirectional'\nname = 'both'\nmerge_mode = 'sum'\n\
         layer = { class_name = 'GRU', units = 5, reset_after = false, \
         kernel_initializer = { class_name = 'RandomUniform', minval = -0.1, maxval = 0.1 } }\n\
         [[layers]]\nclass_name = 'Dense'\nunits = 2\nactivation = 'softmax'\n\
         [compile]\nloss = { class_name = 'SparseCategoricalCrossentropy' }\n\
         metrics = ['accuracy']\n",
    );
    folder.write("m.toml", description);
    let (table, _) = run(&["summary", &folder.at("m.toml")], 0);
    for text in ["Model: \"text\"", "(None, None, 4)", "both (Bidirectional)", "(None, 2)"] {
        assert!(table.contains(text), "{text}: {table}");
    }
}

#[test]
fn the_input_shape_may_be_said_in_each_of_kerass_ways() {
    let folder = Folder::new();
    let with_layer = |line: &str| format!("{LSTM}{line}\n");
    let cases = [
        (format!("input_shape = [4, 2]\n{LSTM}"), "(None, 3)"),
        (format!("batch_input_shape = [8, 4, 2]\n{LSTM}"), "(8, 3)"),
        (with_layer("input_shape = [4, 2]"), "(None, 3)"),
        (with_layer("batch_input_shape = [8, 4, 2]"), "(8, 3)"),
        (with_layer("input_length = 4\ninput_dim = 2"), "(None, 3)"),
        (with_layer("input_dim = 2"), "(None, 3)"),
        (
            lines(&format!("[[layers]]\nclass_name = 'InputLayer'\nshape = [4, 2]\n{LSTM}")),
            "(None, 3)",
        ),
    ];
    for (description, shape) in cases {
        folder.write("m.toml", &description);
        let (table, _) = run(&["summary", &folder.at("m.toml")], 0);
        let row = table.lines().find(|line| line.contains("lstm (LSTM)")).unwrap();
        assert!(row.contains(&format!(" {shape} ")) && row.contains(" 72 "), "{description}{row}");
    }
}

/// A mistake, and the words that an error about it must hold, its line first.
type Case = (&'static str, &'static [&'static str]);

fn check(before: &str, cases: &[Case]) {
    let folder = Folder::new();
    for (text, words) in cases {
        folder.write("m.toml", lines(&format!("{before}{text}\n")));
        let path = folder.at("m.toml");
        fails(&["summary", &path], 1, &[&[&path[..]], *words].concat());
    }
}

#[test]
fn mistakes_of_the_file_are_told_with_their_line() {
    check(
        "",
        &[
            ("", &["there are no layers", "[[layers]]"]),
            ("name = ", &["line 1"]),
            ("seed = 1\nname = 'a'\nname = 'b'", &["line 3", "duplicate key"]),
            ("seed = 1\nnam = 'a'", &["line 2", "`nam`", "known are: name, seed"]),
            ("seed = 1\nname = 3", &["line 2", "`name` must be a string"]),
            ("seed = 'x'", &["line 1", "`seed` must be a whole number"]),
            ("seed = 99999999999999999999", &["line 1", "too large"]),
            ("input_shape = 4", &["line 1", "a shape must be a list"]),
            ("input_shape = [4, -2]", &["line 1", "a shape must be a list"]),
            ("input_shape = [4]\nbatch_input_shape = [8, 4]", &["line 1", "either"]),
            ("layers = 3", &["line 1", "`layers` must be a list of tables"]),
            ("layers = ['LSTM']", &["line 1", "layer 1", "a table is expected"]),
            ("\n[[layers]]\nunits = 3", &["line 2", "`class_name` is missing"]),
            ("\n[[layers]]\nclass_name = 'LSMT'", &["line 3", "`LSMT`", "LSTM"]),
        ],
    );
}

#[test]
fn mistakes_of_a_layer_are_told_with_their_line_and_key() {
    check(
        LSTM,
        &[
            ("unit = 4", &["line 5, layer 1 (LSTM), key `unit`", "known are: name"]),
            ("activation = 'tan'", &["line 5", "key `activation`", "`tan` is unknown", "tanh"]),
            ("use_bias = 1", &["line 5", "key `use_bias`", "true or false"]),
            ("name = 3", &["line 5", "key `name`", "a string"]),
            ("kernel_initializer = 'x'", &["line 5", "key `kernel_initializer`", "orthogonal"]),
            (
                "kernel_initializer = { class_name = 'Orthogonal', gian = 2 }",
                &["line 5", "key `kernel_initializer`", "`gian`", "gain"],
            ),
            ("input_shape = 4", &["line 5", "a shape must be a list"]),
            ("input_dim = 'x'", &["line 5", "`input_dim` must be a whole number"]),
            ("input_shape = [4, 2]\nshape = [4, 2]", &["line 6", "one shape is enough"]),
            ("input_shape = [4]", &["line 2", "(None, 4)", "3 dimensions"]),
            // Two mistakes: the first that elman sees is told at its own place.
            ("activation = 'tan'\nuse_bias = 1", &["line ", "key `", " is unknown"]),
        ],
    );
    let second = format!("input_shape = [4, 2]\n{LSTM}\n[[layers]]\nclass_name = 'Dense'\n");
    check(
        &second,
        &[
            (
                "units = 'x'",
                &["line 9, layer 2 (Dense), key `units`: invalid type", "a non-negative integer"],
            ),
            ("units = -3", &["line 9", "key `units`", "a non-negative integer"]),
            ("unit = 3", &["line 7, layer 2 (Dense)", "missing key `units`", "unit"]),
            ("units = 0", &["line 7", "units", "positive"]),
            ("units = 99999999999999", &["line 7", "units", "at most"]),
            ("units = 2\nname = 'lstm'", &["line 7", "`lstm` already"]),
            ("units = 2\ninput_shape = [3]", &["line 10", "`input_shape`", "said once"]),
        ],
    );
    check(
        "[[layers]]\nclass_name = 'Bidirectional'\n",
        &[
            ("layer = 'LSTM'", &["line 3", "key `layer`", "an object with `class_name`"]),
            ("layer = { class_name = 'LSMT' }", &["line 3", "key `layer`", "`LSMT`"]),
            ("layer = { class_name = 'LSTM', units = 'x' }", &["line 3", "a non-negative integer"]),
            (
                "merge_mode = 'add'\nlayer = { class_name = 'LSTM', units = 3 }",
                &["line 3", "key `merge_mode`", "concat, sum, ave, mul"],
            ),
        ],
    );
}

#[test]
fn mistakes_of_the_compilation_are_told_with_their_line() {
    let before = format!("{LSTM}\n[compile]\n");
    check(
        &before,
        &[
            ("los = 'mse'", &["line 7", "`los`", "optimizer, loss, metrics"]),
            ("loss = 'mes'", &["line 7", "`mes`", "mean_squared_error"]),
            ("loss = 3", &["line 7", "`loss` must be a name"]),
            ("loss = { from_logits = true }", &["line 7", "`loss`", "class_name"]),
            (
                "loss = { class_name = 'BinaryCrossentropy', from_logits = 'yes' }",
                &["line 7", "`from_logits`", "expected a boolean"],
            ),
            ("loss = 'mse'\noptimizer = 'adma'", &["line 8", "`adma`", "adam, rmsprop, sgd"]),
            ("metrics = ['mae', 'accurracy']", &["line 7", "`accurracy`"]),
            ("metrics = 3", &["line 7", "`metrics` must be a list"]),
            (
                "[compile.optimizer]\nclass_name = 'Adam'\nlearning_rat = 0.1",
                &["line 9", "optimizer Adam", "`learning_rat`", "learning_rate"],
            ),
            (
                "[compile.optimizer]\nclass_name = 'Adam'\nlearning_rate = 'fast'",
                &["line 9", "optimizer Adam", "`learning_rate` must be a number"],
            ),
            (
                "[compile.optimizer]\nclass_name = 'Adam'\nlearning_rate = -1",
                &["line 9", "optimizer Adam", "`learning_rate`", "0 or more"],
            ),
        ],
    );
    check("compile = 3", &[(LSTM, &["line 1", "`compile` must be a table"])]);
}
