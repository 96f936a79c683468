//! Vocabularies, text and files of them that make no sense: each gives an error that says where and
//! what.

use std::collections::BTreeMap;

use elman::layers::{Layer, Ngrams, layer_from_config};
use elman::prelude::*;
use elman::{Model, Result};
use elman_files::KerasArchive;
use serde_json::{Value, json};

use crate::support::{Refusal, assert_refused};

/// A layer as a file has it.
fn read(class: &str, config: Value) -> Result<()> {
    layer_from_config(class, config.as_object().unwrap()).map(|_| ())
}

fn shapes(layer: impl Layer) -> Result<()> {
    layer.name("l").output_shapes(&[[None, Some(1)].into()]).map(|_| ())
}

fn words() -> TextVectorization {
    TextVectorization::new().vocabulary(["a", "b"])
}

fn set(tokens: &[&str]) -> Result<()> {
    StringLookup::new().mask_token("").name("l").set_vocabulary(tokens.iter().copied())
}

#[test]
fn vocabularies() {
    let refusals: &[Refusal] = &[
        ("no token", || set(&[]), &["\"l\" (StringLookup)", "`vocabulary`", "one token"]),
        ("nothing but special ones", || set(&["", "[UNK]"]), &["`vocabulary`", "one token"]),
        ("a token twice", || set(&["a", "b", "a"]), &["\"a\" at 0 and at 2"]),
        ("the mask elsewhere", || set(&["a", ""]), &["masks", "\"\" among"]),
        (
            "the unknown token elsewhere",
            || StringLookup::new().invert(true).set_vocabulary(["a", "[UNK]"]),
            &["unknown tokens", "\"[UNK]\" among"],
        ),
        (
            "more than max_tokens",
            || StringLookup::new().max_tokens(2).set_vocabulary(["a", "b"]),
            &["at most 2", "3"],
        ),
        ("max_tokens of one", || shapes(StringLookup::new().max_tokens(1)), &["max_tokens"]),
        (
            "no room for tokens",
            || shapes(StringLookup::new().max_tokens(3).num_oov_indices(3)),
            &["max_tokens", "more than the 3"],
        ),
        (
            "padding to nothing",
            || shapes(StringLookup::new().pad_to_max_tokens(true)),
            &["max_tokens", "pad_to_max_tokens"],
        ),
        (
            "weights for indices",
            || shapes(StringLookup::new().vocabulary(["a"]).idf_weights([1.0])),
            &["idf_weights", "tf_idf"],
        ),
        (
            "no weights",
            || shapes(words().output_mode(OutputMode::TfIdf)),
            &["(TextVectorization)", "idf_weights"],
        ),
        (
            "another number of weights",
            || shapes(words().output_mode(OutputMode::TfIdf).idf_weights([1.0; 3])),
            &["idf_weights", "tokens, 2", "got 3"],
        ),
        (
            "weights that aren't numbers",
            || shapes(words().output_mode(OutputMode::TfIdf).idf_weights([1.0, f64::NAN])),
            &["idf_weights", "finite"],
        ),
        (
            "setting without weights",
            || StringLookup::new().output_mode(OutputMode::TfIdf).set_vocabulary(["a"]),
            &["idf_weights"],
        ),
        (
            "vectors of tokens",
            || shapes(StringLookup::new().invert(true).output_mode(OutputMode::Count)),
            &["invert = true"],
        ),
        (
            "integers that f32 hasn't",
            || IntegerLookup::new().set_vocabulary([1, 16_777_217]),
            &["vocabulary", "16777216", "16777217"],
        ),
        (
            "such an input",
            || IntegerLookup::new().vocabulary([1]).call_on(array![[3e7]]).map(|_| ()),
            &["[0, 0]", "30000000", "16777216"],
        ),
        (
            "a fraction",
            || IntegerLookup::new().vocabulary([1]).call_on(array![1.0, 0.5]).map(|_| ()),
            &["[1]", "0.5", "integer"],
        ),
        (
            "unknown ones without a place",
            || {
                let lookup = StringLookup::new().vocabulary(["a"]).num_oov_indices(0);
                lookup.call_on(["a", "q"]).map(|_| ())
            },
            &["\"q\"", "num_oov_indices = 0"],
        ),
        (
            "not adapted",
            || StringLookup::new().name("l").call_on(["a"]).map(|_| ()),
            &["\"l\" (StringLookup)", "adapt"],
        ),
        (
            "texts not adapted",
            || TextVectorization::new().call_on(["a"]).map(|_| ()),
            &["TextVectorization", "no vocabulary"],
        ),
        ("nothing in the data", || TextVectorization::new().adapt(["", " ?"]), &["no token"]),
        ("no data", || IntegerLookup::new().adapt(Tensor::zeros([0, 2])), &["no token"]),
        ("numbers for strings", || StringLookup::new().adapt(array![1, 2]), &["numbers", "text"]),
        ("strings for numbers", || IntegerLookup::new().adapt(["a"]), &["text", "numbers"]),
        ("strings to normalize", || Normalization::new().axis([]).adapt(["a"]), &["text"]),
        ("adapting what is given", || words().adapt(["a"]), &["vocabulary", "adapt"]),
        ("no file", || words().set_vocabulary_from_file("/no/such/file"), &["/no/such/file"]),
        (
            "a file with weights",
            || words().output_mode(OutputMode::TfIdf).set_vocabulary_from_file("x"),
            &["idf_weights"],
        ),
    ];
    assert_refused(refusals);
}

#[test]
fn texts() {
    let refusals: &[Refusal] = &[
        ("several texts", || words().call_on(array_of_text()).map(|_| ()), &["(2, 2)", "batch, 1"]),
        (
            "single words",
            || words().split(None).call_on(["a"]).map(|_| ()),
            &["words for each sample", "(1,)"],
        ),
        ("no runs", || shapes(words().ngrams(0)), &["ngrams"]),
        ("runs of nothing", || shapes(words().ngrams([2, 0])), &["ngrams", "[2, 0]"]),
        ("no lengths", || shapes(words().ngrams(Ngrams::Of(Vec::new()))), &["ngrams"]),
        ("no length", || shapes(words().output_sequence_length(0)), &["output_sequence_length"]),
        (
            "a length of counts",
            || shapes(words().output_mode(OutputMode::Count).output_sequence_length(3)),
            &["output_sequence_length", "got 3"],
        ),
        (
            "one-hot vectors of texts",
            || shapes(words().output_mode(OutputMode::OneHot)),
            &["one_hot", "not supported"],
        ),
        (
            "a function",
            || read("TextVectorization", json!({ "standardize": { "class_name": "function" } })),
            &["standardize"],
        ),
        ("sparse", || read("TextVectorization", json!({ "sparse": true })), &["sparse = true"]),
        ("ragged", || read("TextVectorization", json!({ "ragged": true })), &["ragged = true"]),
        ("bytes", || read("StringLookup", json!({ "encoding": "latin-1" })), &["encoding"]),
        ("int32", || read("IntegerLookup", json!({ "vocabulary_dtype": "int32" })), &["int32"]),
        ("a path", || read("StringLookup", json!({ "vocabulary": "v.txt" })), &["vocabulary"]),
        ("a salt of three", || read("StringLookup", json!({ "salt": [1, 2, 3] })), &["salt"]),
        (
            "text in a Dense",
            || read("Dense", json!({ "units": 1, "dtype": "string" })),
            &["string"],
        ),
    ];
    assert_refused(refusals);
}

fn array_of_text() -> Tensor {
    Tensor::text([2, 2], ["a", "b", "c", "d"]).unwrap()
}

#[test]
fn models_of_text() {
    let refusals: &[Refusal] = &[
        (
            "numbers to a layer of text",
            || Sequential::new().add(Input::new([1]))?.add(words()).map(|_| ()),
            &["TextVectorization", "numbers", "expected text"],
        ),
        (
            "text to a layer of numbers",
            || Sequential::new().add(Input::text([1]))?.add(Dense::new(1)).map(|_| ()),
            &["Dense", "text", "expected numbers"],
        ),
        (
            "text behind numbers",
            || {
                let mut model = Sequential::new();
                model.add(Dense::new(1).input_shape([1]))?.add(words()).map(|_| ())
            },
            &["TextVectorization", "expected text"],
        ),
        (
            "text into a graph of numbers",
            || Dense::new(1).apply(Input::text([1]).symbolic()).map(|_| ()),
            &["Dense", "text"],
        ),
        (
            "numbers into a graph of text",
            || words().apply(Input::new([1]).symbolic()).map(|_| ()),
            &["TextVectorization", "numbers"],
        ),
        (
            "text given out",
            || {
                let x = Input::text([1]).symbolic();
                Functional::new(&x, [&words().apply(&x)?, &x]).build().map(|_| ())
            },
            &["outputs", "text"],
        ),
        (
            "tokens given out",
            || {
                let back = StringLookup::new().vocabulary(["a"]).invert(true);
                back.apply(Input::new([1]).symbolic()).map(|_| ())
            },
            &["StringLookup", "invert = true"],
        ),
        ("numbers for text", || model()?.predict(array![[1.0]]).map(|_| ()), &["expected text"]),
        ("text of two columns", || model()?.predict(array_of_text()).map(|_| ()), &["(2, 2)"]),
        (
            "text for numbers",
            || {
                let mut model = Sequential::new();
                model.add(Dense::new(1).input_shape([1]))?;
                model.predict(["a"]).map(|_| ())
            },
            &["text", "expected numbers"],
        ),
        (
            "batches of unequal lengths",
            || {
                let mut model = Sequential::new();
                model.add(Input::text([1]))?.add(words())?;
                let texts = vec!["a"; 256].into_iter().chain(["a b"]).collect::<Vec<&str>>();
                model.predict(texts).map(|_| ())
            },
            &["from 256 on", "output_sequence_length"],
        ),
        ("the wrong number of strings", || Tensor::text([2], ["a"]).map(|_| ()), &["(2,)", "(1,)"]),
        (
            "saving what was not adapted",
            || {
                let mut model = Sequential::new();
                model.add(Input::text([1]))?.add(TextVectorization::new())?;
                model.to_bytes().map(|_| ())
            },
            &["TextVectorization", "no vocabulary"],
        ),
        (
            "a vocabulary in an old file",
            || model()?.save(std::env::temp_dir().join("elman-no-such-vocabulary.h5")),
            &["vocabulary", ".h5", ".keras"],
        ),
        (
            "saving lines in tokens",
            || {
                let mut lookup = StringLookup::new();
                lookup.set_vocabulary(["a\nb"])?;
                let mut model = Sequential::new();
                model.add(Input::text([1]))?.add(lookup)?;
                model.to_bytes().map(|_| ())
            },
            &["a line for each", "`vocabulary`"],
        ),
    ];
    assert_refused(refusals);
}

/// A model whose vocabulary lies beside its configuration.
fn model() -> Result<Model> {
    let mut lookup = StringLookup::new().output_mode(OutputMode::MultiHot);
    lookup.set_vocabulary(["a", "b"])?;
    let mut model = Sequential::new();
    model.add(Input::text([1]))?.add(lookup)?.add(Dense::new(1))?;
    Ok(model.into())
}

/// That model with other files beside its configuration.
fn with_assets(assets: &[(&str, &[u8])]) -> Result<()> {
    let mut archive = KerasArchive::from_bytes(&model()?.to_bytes()?, "m.keras")?;
    let owned = |(path, bytes): &(&str, &[u8])| ((*path).to_owned(), bytes.to_vec());
    archive.assets = assets.iter().map(owned).collect::<BTreeMap<_, _>>();
    Model::from_bytes(&archive.to_bytes()?, "m.keras").map(|_| ())
}

#[test]
fn files() {
    const PATH: &str = "layers/string_lookup/vocabulary.txt";
    let refusals: &[Refusal] = &[
        ("no vocabulary", || with_assets(&[]), &["vocabulary.txt", "StringLookup", "missing"]),
        ("elsewhere", || with_assets(&[("vocabulary.txt", b"a\nb")]), &["missing"]),
        ("no UTF-8", || with_assets(&[(PATH, b"[UNK]\na\n\xff")]), &["vocabulary.txt", "UTF-8"]),
        ("a token less", || with_assets(&[(PATH, b"[UNK]\na")]), &["2 tokens", "says 3"]),
        ("a token twice", || with_assets(&[(PATH, b"[UNK]\na\na")]), &["\"a\" at 0 and at 1"]),
        ("empty", || with_assets(&[(PATH, b"")]), &["one token"]),
        ("empty lines", || with_assets(&[(PATH, b"\n\n\n")]), &["one token"]),
    ];
    assert_refused(refusals);
    with_assets(&[(PATH, b"[UNK]\r\na\r\nc\n\n")]).unwrap();
}
