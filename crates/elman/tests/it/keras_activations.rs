//! Every activation on a grid with all its kinks, and its gradient, against Keras.

use std::collections::BTreeSet;

use elman::activations::{self, Activation};
use elman::layers::{ActivationLayer, Layer, layer_from_config};
use serde_json::{Value, json};

use crate::support::{Built, Report, TOLERANCE, fixture, tensor};

/// What Keras calls an activation but can't use as one without further arguments.
const NOT_A_LAYERS: &str = "threshold";

#[test]
fn activations_equal_keras() {
    let mut report = Report::default();
    let fixture = fixture("activations.json");
    let cases = fixture["cases"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(3 * 29);
    let theirs: BTreeSet<_> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    let mut ours: BTreeSet<_> =
        Activation::ALL.iter().map(|activation| activation.name()).collect();
    // Keras 3 has it no more; what it computes is in `old_files`.
    assert!(ours.remove("hard_sigmoid_keras2"));
    assert_eq!(ours, theirs, "elman's names and Keras's");
    let error = activations::get(NOT_A_LAYERS).unwrap_err().to_string();
    assert!(error.contains("activation `threshold` is unknown"), "{error}");
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let activation = activations::get(name)?;
    let (x, expected) = (tensor(&case["x"]), tensor(&case["y"]));
    let y = activations::apply(activation, &x)?;
    report.close(&format!("{name}: value"), &y, &expected, TOLERANCE);
    let inputs = [x];
    let layer = Built::new(Box::new(ActivationLayer::new(activation)), &inputs)?;
    let (outputs, gradients, _) = layer.gradients(&inputs, &[tensor(&case["upstream"])])?;
    report.close(&format!("{name}: value of the layer"), &outputs[0], &expected, TOLERANCE);
    let gradient = gradients[0].as_ref().expect("a gradient of the input");
    let mut expected = tensor(&case["dx"]);
    if activation == Activation::Celu {
        // Keras on TensorFlow adds a part for x >= 0 and one for x <= 0, so that its derivative
        // of celu at 0 is 2. It is 1, as on Keras's other backends.
        let at_zero = inputs[0].data().iter().map(|x| if *x == 0.0 { 0.5 } else { 1.0 });
        expected.data_mut().iter_mut().zip(at_zero).for_each(|(dx, factor)| *dx *= factor);
    }
    report.close(&format!("{name}: gradient"), gradient, &expected, TOLERANCE);
    Ok(())
}

#[test]
fn arguments_are_names() {
    for (argument, expected) in [
        (json!(null), Activation::Linear),
        (json!("swish"), Activation::Silu),
        (json!("hard_swish"), Activation::HardSilu),
    ] {
        let config = layer("Dense", &argument).unwrap().config();
        assert_eq!(activations::get(config["activation"].as_str().unwrap()).unwrap(), expected);
    }
    let function = json!({ "class_name": "function", "config": "my_function" });
    for (argument, word) in [(json!("tahn"), "tahn"), (function, "my_function")] {
        let error = layer("LSTM", &argument).err().unwrap().to_string();
        assert!(error.contains(word), "{error}");
    }
}

fn layer(class: &str, activation: &Value) -> elman::Result<Box<dyn Layer>> {
    let config = json!({ "units": 4, "activation": activation });
    let mut config = config.as_object().unwrap().clone();
    if class == "Activation" {
        config.remove("units");
    }
    layer_from_config(class, &config)
}
