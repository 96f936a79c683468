//! Convolutional LSTM layers: what they refuse, and how they stand in files.

use elman::layers::{Layer, layer_from_config};
use elman::prelude::*;
use serde_json::{Value, json};

fn error(layer: impl Layer, input: impl Into<Shape>) -> String {
    let mut model = Sequential::new();
    let added = model.add(layer.name("conv").batch_input_shape(input.into().with_batch(None)));
    added.err().expect("the layer must be refused").to_string()
}

#[test]
fn arguments_are_refused_by_name() {
    let conv = || ConvLstm2d::new(2, [3, 2]);
    let space = [4usize, 5, 6, 1];
    for (message, words) in [
        (error(ConvLstm2d::new(0, 1), space), ["filters", "positive"]),
        (error(ConvLstm2d::new(1, [2, 0]), space), ["kernel_size", "positive"]),
        (error(conv().strides([1, 0]), space), ["strides", "positive"]),
        (error(conv().dilation_rate(0), space), ["dilation_rate", "positive"]),
        (error(conv().strides(2).dilation_rate(2), space), ["dilation_rate", "strides = [2, 2]"]),
        (error(conv().activation(Activation::Glu), space), ["activation", "glu"]),
        (error(ConvLstm2d::new(1, [6, 1]), space), ["kernel_size = [6, 1]", "(None, 5, 6, 1)"]),
        (error(conv().dilation_rate([2, 6]), space), ["dilation_rate = [2, 6]", "window"]),
        (error(conv(), [4usize, 5, 6]), ["(batch, timesteps, rows, columns, channels)", "5 dim"]),
        (error(ConvLstm1d::new(1, usize::MAX), [4usize, 5, 1]), ["kernel_size", "at most"]),
        (
            error(ConvLstm2d::new(1 << 20, 1 << 20).padding(Padding::Same), space),
            ["kernel_size", "memory"],
        ),
    ] {
        assert!(message.contains("conv"), "{message}");
        assert!(words.iter().all(|word| message.contains(word)), "{words:?} in {message}");
    }
    let unknown = Shape::from([Some(4), None, Some(6), Some(1)]);
    assert!(error(conv(), unknown).contains("known"));
    assert!(error(conv(), [4usize, 5, 6, 0]).contains("not zero"));
}

#[test]
fn keys_are_refused_by_name() {
    let config = ConvLstm2d::new(2, 3).config();
    for (key, value, words) in [
        ("data_format", json!("channels_first"), ["channels_first", "channels_last"]),
        ("data_format", json!("rows_first"), ["data_format", "rows_first"]),
        ("padding", json!("causal"), ["padding", "causal"]),
        ("kernel_size", json!([3]), ["kernel_size", "2 numbers"]),
        ("strides", json!("wide"), ["strides", "a number"]),
        ("peephole", json!(true), ["peephole", "unknown"]),
    ] {
        let mut config = config.clone();
        config.insert(key.into(), value);
        let built = layer_from_config("ConvLSTM2D", &config)
            .and_then(|layer| layer.output_shapes(&[Shape::from([1, 4, 5, 6, 1])]));
        let error = built.unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{words:?} in {error}");
    }
}

/// Numbers, lists and other cases of letters mean what they mean to Keras; the space must be known,
/// the number of steps need not.
#[test]
fn configurations_are_read_as_keras_reads_them() {
    let config = json!({ "filters": 2, "kernel_size": 3, "strides": [2, 1], "padding": "SAME" });
    let layer = layer_from_config("ConvLSTM2D", config.as_object().unwrap()).unwrap();
    let config = layer.config();
    for (key, value) in [
        ("kernel_size", json!([3, 3])),
        ("strides", json!([2, 1])),
        ("dilation_rate", json!([1, 1])),
        ("padding", json!("same")),
        ("data_format", json!("channels_last")),
        ("seed", Value::Null),
    ] {
        assert_eq!(config[key], value, "{key}");
    }
    let input = Shape::from([None, None, Some(5), Some(6), Some(1)]);
    assert_eq!(layer.output_shapes(&[input]).unwrap()[0].to_string(), "(None, 3, 6, 2)");
}
