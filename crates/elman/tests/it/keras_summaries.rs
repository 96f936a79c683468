//! The summaries that Keras 3 and Keras 2 printed, byte for byte.

use elman::prelude::*;
use serde_json::{Value, json};

use crate::support::{Report, fixture};

#[test]
fn summaries_are_those_of_keras() {
    let fixture = fixture("summaries.json");
    let cases = fixture["cases"].as_array().unwrap();
    let (mut report, mut compared) = (Report::default(), 0);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        match summary(case) {
            Err(error) => report.problem(format!("{name}: {error}")),
            Ok(text) => {
                compared += 1;
                // Keras 2 prints line by line, so that the last has no line break of its own.
                let end = if case["style"] == "keras2" { "\n" } else { "" };
                let expected = format!("{}{end}", case["text"].as_str().unwrap());
                if text != expected {
                    report.problem(format!("{name}:\n{text}\nKeras:\n{expected}"));
                }
            }
        }
    }
    report.finish(0);
    assert_eq!(compared, 81, "summaries");
}

/// The summary of a model with the history that a case tells of.
fn summary(case: &Value) -> elman::Result<String> {
    let mut model = Model::from_json(&case["model"])?;
    let frozen: Vec<_> = model.layers().iter().filter(|layer| !layer.base().trainable).collect();
    let names: Vec<_> = frozen.iter().map(|layer| layer.base().name()).collect();
    assert_eq!(json!(names), case["frozen"], "the layers that the configuration says are frozen");
    if let Some(shape) = case["build"].get("call") {
        model.predict(Tensor::zeros(dims(shape)))?;
    }
    if let Some(shape) = case["build"].get("build") {
        model.build(serde_json::from_value::<Shape>(shape.clone()).unwrap())?;
    }
    if let Some(shape) = case["build"].get("fit") {
        let shape = dims(shape);
        let y = Tensor::zeros([shape[0], 1]);
        model.compile("sgd", "mse", &[])?;
        let fit = Fit::new().batch_size(4).verbose(Verbose::Silent);
        model.fit(Tensor::zeros(shape), y, fit)?;
    }
    if let Some(optimizer) = case["compiled_and_built"].get("optimizer") {
        model.compile_from_json(&json!({ "optimizer": optimizer, "loss": "mse" }))?;
        if case["compiled_and_built"]["trained"] == true {
            let of_two = |shape: Shape| {
                let dims = shape.dims().iter().enumerate();
                let dims: Vec<usize> =
                    dims.map(|(i, d)| if i == 0 { 2 } else { d.unwrap() }).collect();
                Tensor::zeros(dims)
            };
            let (x, y) = (model.input_shape().unwrap(), model.output_shape().unwrap());
            model.train_on_batch(of_two(x), of_two(y))?;
        }
    }
    let mut options = SummaryOptions::new().style(match case["style"].as_str() {
        Some("keras3") => SummaryStyle::Keras3,
        Some("keras2") => SummaryStyle::Keras2,
        other => panic!("style {other:?}"),
    });
    if let Some(length) = case["line_length"].as_u64() {
        options = options.line_length(length as usize);
    }
    if let Some(width) = case.get("console_width").and_then(Value::as_u64) {
        options = options.console_width(width as usize);
    }
    model.summary_with(&options.show_trainable(case["show_trainable"] == true))
}

fn dims(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).collect()
}
