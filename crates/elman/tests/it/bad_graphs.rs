//! Masks, states and graphs that make no sense: each gives an error that says where and what.

use elman::prelude::*;
use elman::{Error, layers::layer_from_config};
use serde_json::{Value, json};

/// What was done, the words that its error must hold, and the error.
struct Case {
    what: &'static str,
    words: &'static [&'static str],
    result: Result<(), Error>,
}

fn case<T>(what: &'static str, words: &'static [&'static str], result: Result<T, Error>) -> Case {
    Case { what, words, result: result.map(|_| ()) }
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape)
}

fn stateful() -> Sequential {
    let mut model = Sequential::new();
    model.add(Gru::new(3).name("gru").stateful(true).batch_input_shape([2, 4, 5])).unwrap();
    model
}

fn gru(rnn: impl Fn() -> Gru, x: Tensor) -> Result<(), Error> {
    let mut model = Sequential::new();
    model.add(rnn().name("gru").input_shape([4, 5]))?;
    model.predict(x).map(|_| ())
}

/// The JSON of a small graph, changed.
fn graph(change: impl Fn(&mut Value)) -> Result<Model, Error> {
    let x = Input::new([4, 5]).name("x").symbolic();
    let states = Lstm::new(3).name("lstm").return_state(true).apply_all(&x)?;
    let y = Lstm::new(3).name("decoder").apply([&x, &states[1], &states[2]])?;
    let mut json = Functional::new(&x, &y).name("m").build()?.to_json();
    change(&mut json["config"]);
    Model::from_json(&json)
}

fn layers() -> Vec<Case> {
    let x = || Input::new([4, 5]).name("x").symbolic();
    let other = Input::new([4, 5]).name("other").symbolic();
    let dense = Dense::new(2).name("dense").shared();
    vec![
        case(
            "an output needs an input that isn't named",
            &["inputs", "\"other\" (InputLayer)"],
            dense.apply(&other).and_then(|y| Functional::new(x(), &y).build()),
        ),
        case(
            "an input stands there twice",
            &["inputs", "twice"],
            Functional::new([&other, &other], &other).build(),
        ),
        case(
            "an input that a layer computes",
            &["Input::symbolic", "\"dense\" (Dense)"],
            dense.apply(&other).and_then(|y| Functional::new(&y, &y).build()),
        ),
        case("no outputs", &["outputs", "none"], Functional::new(x(), Vec::new()).build()),
        case(
            "two layers of one name",
            &["`dense`", "another `name`"],
            dense
                .apply(&other)
                .and_then(|y| Dense::new(2).name("dense").apply(&y))
                .and_then(|y| Functional::new(&other, &y).build()),
        ),
        case(
            "a shared layer on another number of features",
            &["\"dense\" (Dense)", "(None, 4, 5)", "(None, 7)"],
            (|| {
                let narrow = Input::new([7]).name("narrow").symbolic();
                let (a, b) = (dense.apply(&other)?, dense.apply(&narrow)?);
                Functional::new([&other, &narrow], [&a, &b]).build()
            })(),
        ),
        case(
            "one output of a layer with three",
            &["outputs", "apply_all"],
            Lstm::new(2).name("lstm").return_state(true).apply(&other),
        ),
        case(
            "one state for an LSTM",
            &["LSTM", "2 initial states", "got 2"],
            Lstm::new(2).apply([&other, &Input::new([2]).symbolic()]),
        ),
        case(
            "a state of another size",
            &["GRU", "(None, 3)", "(None, 2)"],
            Gru::new(3).apply([&other, &Input::new([2]).symbolic()]),
        ),
        case(
            "the wrong number of arrays",
            &["2 inputs", "got 1"],
            (|| {
                let (a, b) = (x(), Input::new([3]).symbolic());
                let y = Gru::new(3).apply([&a, &b])?;
                Functional::new([&a, &b], &y).build()?.predict(zeros(&[1, 4, 5]))
            })(),
        ),
        case(
            "a wrong array for the second input",
            &["input 1", "\"state\" (InputLayer)", "(None, 3)", "(1, 4)"],
            (|| {
                let (a, b) = (x(), Input::new([3]).name("state").symbolic());
                let y = Gru::new(3).apply([&a, &b])?;
                let model = Functional::new([&a, &b], &y).build()?;
                model.predict_all([zeros(&[1, 4, 5]), zeros(&[1, 4])])
            })(),
        ),
        case(
            "inputs of unequal numbers of samples",
            &["array 1", "2 samples"],
            (|| {
                let (a, b) = (x(), Input::new([3]).symbolic());
                let y = Gru::new(3).apply([&a, &b])?;
                let model = Functional::new([&a, &b], &y).build()?;
                model.predict_all([zeros(&[2, 4, 5]), zeros(&[1, 3])])
            })(),
        ),
    ]
}

fn masks_and_states() -> Vec<Case> {
    let mask = |shape: &[usize]| Mask::new(shape, vec![false; shape.iter().product()]).unwrap();
    let masked = |shape: &[usize]| zeros(&[2, 4, 5]).with_mask(mask(shape));
    vec![
        case("a mask of another batch", &["mask", "(3, 4)", "(2, 4, 5)"], masked(&[3, 4])),
        case("a mask of another length", &["mask", "(2, 5)", "(2, 4, 5)"], masked(&[2, 5])),
        case("a mask of no axes", &["mask"], masked(&[])),
        case(
            "a mask of features",
            &["\"gru\" (GRU)", "mask", "(2, 4)", "(2, 4, 5)"],
            masked(&[2, 4, 5]).and_then(|x| gru(|| Gru::new(3), x)),
        ),
        case(
            "a mask of rows alone",
            &["\"gru\" (GRU)", "mask", "(2,)"],
            masked(&[2]).and_then(|x| gru(|| Gru::new(3), x)),
        ),
        case("a mask of other data", &["data", "(3,)"], Mask::new([2, 4], vec![true; 3])),
        case(
            "stateful without a batch",
            &["GRU", "fixed batch size", "batch_input_shape", "(None, 4, 5)"],
            gru(|| Gru::new(3).stateful(true), zeros(&[2, 4, 5])),
        ),
        case(
            "a stateful batch of another size",
            &["\"gru\" (GRU)", "batch of 2", "(1, 4, 5)"],
            stateful().predict(zeros(&[3, 4, 5])),
        ),
        case(
            "reset_state of a layer that isn't stateful",
            &["\"gru\" (GRU)", "stateful"],
            (|| {
                let mut model = Sequential::new();
                model.add(Gru::new(3).name("gru").input_shape([4, 5]))?;
                model.layer_mut("gru")?.reset_state()
            })(),
        ),
        case(
            "states of another model",
            &["states", "(2, 3)"],
            (|| {
                let mut other = Sequential::new();
                other.add(Gru::new(4).stateful(true).batch_input_shape([2, 4, 5]))?;
                other.predict(zeros(&[2, 4, 5]))?;
                stateful().set_states(other.states())
            })(),
        ),
        case(
            "more states than the model has",
            &["1 states", "2 states"],
            (|| {
                let mut other = Sequential::new();
                other.add(Lstm::new(3).stateful(true).batch_input_shape([2, 4, 5]))?;
                other.predict(zeros(&[2, 4, 5]))?;
                stateful().predict_with_states([zeros(&[2, 4, 5])], &mut other.states())
            })(),
        ),
        case(
            "mask_value of another type",
            &["Masking", "expected f64"],
            layer_from_config("Masking", json!({ "mask_value": [1] }).as_object().unwrap()),
        ),
    ]
}

fn files() -> Vec<Case> {
    let call = |config: &mut Value| config["layers"][2]["inbound_nodes"][0].take();
    vec![
        case(
            "a cycle",
            &["decoder", "lstm", "wait for each other"],
            graph(|config| {
                let history = &mut config["layers"][1]["inbound_nodes"][0]["args"][0]["config"];
                history["keras_history"] = json!(["decoder", 0, 0]);
            }),
        ),
        case(
            "an input from nowhere",
            &["`nowhere`", "known are"],
            graph(|config| {
                let history = &mut config["layers"][1]["inbound_nodes"][0]["args"][0]["config"];
                history["keras_history"] = json!(["nowhere", 0, 0]);
            }),
        ),
        case(
            "an output that a layer hasn't",
            &["\"lstm\" has 3 outputs", "number 7"],
            graph(|config| {
                let state = &mut config["layers"][2]["inbound_nodes"][0]["kwargs"]["initial_state"];
                state[0]["config"]["keras_history"] = json!(["lstm", 0, 7]);
            }),
        ),
        case(
            "an unknown argument of a call",
            &["\"decoder\"", "`constants` = 3"],
            graph(|config| {
                config["layers"][2]["inbound_nodes"][0]["kwargs"]["constants"] = json!(3);
            }),
        ),
        case(
            "a number for a tensor",
            &["\"decoder\"", "the argument 3"],
            graph(|config| config["layers"][2]["inbound_nodes"][0]["args"] = json!([3])),
        ),
        case(
            "a mask without an input",
            &["mask", "\"decoder\""],
            graph(|config| {
                let mut mask = call(config);
                mask["kwargs"] = json!({ "mask": mask["args"][0].clone() });
                mask["args"] = json!([]);
                config["layers"][2]["inbound_nodes"] = json!([mask]);
            }),
        ),
        case("no layers", &["`layers`"], graph(|config| config["layers"] = json!(3))),
        case(
            "no outputs",
            &["`output_layers`"],
            graph(|config| {
                config.as_object_mut().unwrap().remove("output_layers");
            }),
        ),
        case(
            "an output that isn't computed",
            &["call 4", "\"decoder\""],
            graph(|config| config["output_layers"] = json!(["decoder", 4, 0])),
        ),
        case(
            "a layer twice",
            &["`lstm`"],
            graph(|config| config["layers"][2]["name"] = json!("lstm")),
        ),
    ]
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let mut problems = Vec::new();
    for case in layers().into_iter().chain(masks_and_states()).chain(files()) {
        match case.result {
            Ok(()) => problems.push(format!("{}: accepted", case.what)),
            Err(error) => {
                let error = error.to_string();
                if let Some(word) = case.words.iter().find(|word| !error.contains(*word)) {
                    problems.push(format!("{}: no {word:?} in {error:?}", case.what));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
