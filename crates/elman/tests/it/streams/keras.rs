//! What Keras computed, step by step.

use elman::layers::Layer;
use elman::prelude::*;
use elman::{Error, load_model};

use super::check;
use crate::conformance::cases::{Array, cases};
use crate::support::{Report, TOLERANCE, fixture, fixture_path};

fn array((shape, values): &Array) -> Tensor {
    Tensor::new(shape.clone(), values.iter().map(|v| *v as f32).collect()).unwrap()
}

/// A value that marks steps to leave out, and that no input has.
const MARK: f32 = -77.25;

/// A layer alone in a model, behind a `Masking` where its case has a mask.
fn model_of(layer: Box<dyn Layer>, weights: &[Array], x: &Tensor, masked: bool) -> Option<Model> {
    let dims = x.shape()[1..].iter().map(|n| Some(*n)).collect::<Vec<_>>();
    let mut model = Sequential::new();
    model.add(Input::new(elman::Shape::from(dims))).unwrap();
    if masked {
        model.add(Masking::new().mask_value(f64::from(MARK))).unwrap();
    }
    // Layers that take a list are for functional models.
    model.add(layer).ok()?;
    if !weights.is_empty() {
        model.set_weights(weights.iter().map(array).collect::<Vec<_>>()).unwrap();
    }
    Some(model.into())
}

/// Every case of the fixtures that is a single layer over one sequence.
#[test]
fn layers_of_keras_stream() {
    let (mut streamed, mut problems) = (0, Vec::new());
    let mut classes = std::collections::BTreeMap::<String, usize>::new();
    for case in cases() {
        let Ok(mut layer) = serde_json::from_value::<Box<dyn Layer>>(case.layer.clone()) else {
            continue;
        };
        for (name, value) in case.arguments.as_object().into_iter().flatten() {
            layer.set_call_argument(name, value);
        }
        let ndim = case.inputs[0].values.0.len();
        if case.inputs.len() != 1 || ndim < 2 || ["InputLayer"].contains(&case.class()) {
            continue;
        }
        let mut x = array(&case.inputs[0].values);
        let mask = case.inputs[0].mask.as_ref().filter(|(shape, _)| shape.len() == 2 && ndim == 3);
        if let Some((_, used)) = mask {
            let width = x.width();
            for (step, used) in x.data_mut().chunks_mut(width).zip(used) {
                if *used == 0.0 {
                    step.fill(MARK);
                }
            }
        }
        let Some(model) = model_of(layer, &case.weights, &x, mask.is_some()) else { continue };
        match model.stream() {
            Err(Error::Stream { .. }) => continue,
            Err(error) => problems.push(format!("{}: {error}", case.name)),
            Ok(_) => {
                streamed += 1;
                *classes.entry(case.class().to_owned()).or_default() += 1;
                if let Err(problem) = check(&model, &[x]) {
                    problems.push(format!("{}: {problem}", case.name));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    println!("{streamed} cases: {classes:?}");
    assert!(streamed >= 300, "only {streamed} cases: {classes:?}");
    for class in STREAMING {
        assert!(classes.contains_key(*class), "no case of {class}");
    }
}

/// The classes that stream by themselves on the inputs of the fixtures.
const STREAMING: &[&str] = &[
    "SimpleRNN",
    "LSTM",
    "GRU",
    "RNN",
    "MinGRU",
    "MinLSTM",
    "ConvLSTM1D",
    "Dense",
    "Embedding",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "PReLU",
    "Softmax",
    "Dropout",
    "BatchNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "Conv1D",
    "TimeDistributed",
    "Masking",
    "Sequential",
    "Rescaling",
    "Normalization",
];

fn file(name: &str) -> Tensor {
    let array = elman_files::npy::read(&fixture_path(&format!("{name}.npy"))).unwrap();
    let data = array.to_f32();
    Tensor::new(array.shape, data).unwrap()
}

/// Whole models that Keras wrote, sequential and functional: bits as predicted, and, at the end of
/// each sequence, the numbers that Keras computed.
#[test]
fn models_of_keras_stream() {
    let mut report = Report::default();
    let mut streamed = Vec::new();
    for folder in ["models", "graphs", "layer_graphs"] {
        for case in fixture(&format!("{folder}/manifest.json"))["cases"].as_array().unwrap() {
            let name = format!("{folder}/{}", case["name"].as_str().unwrap());
            let Ok(model) = load_model(fixture_path(&format!("{name}.keras"))) else { continue };
            let mut stream = match model.stream() {
                Ok(stream) => stream,
                Err(error) => {
                    println!("{name}: {error}");
                    continue;
                }
            };
            let Some((inputs, expected)) = data_of(&name) else { continue };
            if let Err(problem) = check(&model, &inputs) {
                report.problem(format!("{name}: {problem}"));
                continue;
            }
            streamed.push(name.clone());
            let time = inputs[0].shape()[1];
            for t in 0..time {
                let steps: Vec<&[f32]> = inputs.iter().map(|x| super::step_of(x, 0, t)).collect();
                stream.step_all(&steps).unwrap();
            }
            for (i, expected) in expected.iter().enumerate() {
                let size = stream.output_sizes()[i];
                let row = &expected.data()[..expected.len() / expected.shape()[0]];
                let last = Tensor::new([size], row[row.len() - size..].to_vec()).unwrap();
                let got = Tensor::new([size], stream.output(i).to_vec()).unwrap();
                report.close(&format!("{name}: output {i}"), &got, &last, TOLERANCE);
            }
        }
    }
    println!("{streamed:?}");
    report.finish(10);
}

/// Inputs and outputs of a model, where the fixtures hold them and they can be a stream's.
fn data_of(name: &str) -> Option<(Vec<Tensor>, Vec<Tensor>)> {
    let exists = |name: &String| fixture_path(&format!("{name}.npy")).exists();
    let of = |kind: &str| -> Vec<Tensor> {
        let one = format!("{name}.{kind}");
        let numbered = (0..).map(|i| format!("{name}.{kind}{i}")).take_while(exists);
        std::iter::once(one.clone()).filter(exists).chain(numbered).map(|n| file(&n)).collect()
    };
    let (inputs, outputs) = (of("x"), of("y"));
    // Inputs of different lengths don't step together.
    let fits = inputs.iter().all(|x| x.shape()[1] == inputs[0].shape()[1]);
    (fits && !inputs.is_empty() && !outputs.is_empty()).then_some((inputs, outputs))
}
