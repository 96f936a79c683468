//! What can't work step by step is refused, with the layer and the reason.

use elman::layers::Layer;
use elman::prelude::*;
use elman::{Error, Result};

fn refused(layer: impl Into<Box<dyn Layer>>, input: &[usize]) -> String {
    let dims: Vec<Option<usize>> = input.iter().map(|n| Some(*n)).collect();
    let mut model = Sequential::new();
    model.add(Input::new(elman::Shape::from(dims))).unwrap();
    model.add(layer).unwrap();
    match model.stream() {
        Err(error @ Error::Stream { .. }) => error.to_string(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn layers_that_look_ahead_are_refused_by_name() {
    let refusals = [
        (refused(Bidirectional::new(Lstm::new(2)), &[5, 3]), "(Bidirectional)", "from its end"),
        (refused(Gru::new(2).go_backwards(true).name("back"), &[5, 3]), "\"back\"", "go_backwards"),
        (refused(Conv1d::new(2, 3), &[5, 3]), "(Conv1D)", "causal"),
        (refused(Conv1d::new(2, 3).padding(Padding::Same), &[5, 3]), "(Conv1D)", "causal"),
        (
            refused(Conv1d::new(2, 3).padding(Padding::Causal).strides(2), &[6, 3]),
            "(Conv1D)",
            "strides",
        ),
        (refused(GlobalAveragePooling1d::new(), &[5, 3]), "(GlobalAveragePooling1D)", "all steps"),
        (refused(MaxPooling1d::new(2), &[6, 3]), "(MaxPooling1D)", "fewer"),
        (refused(Flatten::new(), &[5, 3]), "(Flatten)", "time"),
        (refused(Dense::new(2), &[5]), "(Dense)", "last axis"),
        (refused(LayerNormalization::new().axis([1, 2]), &[5, 3]), "(LayerNormalization)", "last"),
        (refused(BatchNormalization::new().axis(1), &[5, 3]), "(BatchNormalization)", "each step"),
        (refused(Prelu::new(), &[5, 3]), "(PReLU)", "share axis 1"),
        (refused(Softmax::new().axis(1), &[5, 3]), "(Softmax)", "last"),
        (refused(ZeroPadding1d::new(1), &[5, 3]), "(ZeroPadding1D)", "more steps"),
    ];
    for (message, layer, reason) in refusals {
        assert!(message.contains(layer) && message.contains(reason), "{message}");
        assert!(message.contains("can't work step by step"), "{message}");
    }
}

#[test]
fn graphs_that_look_ahead_are_refused() -> Result<()> {
    // The last output of an encoder, at every step of a decoder.
    let x = Input::new([5, 3]).symbolic();
    let last = Lstm::new(4).apply(&x)?;
    let again = RepeatVector::new(5).apply(&last)?;
    let model = Functional::new(&x, &Gru::new(2).apply(&again)?).build()?;
    let error = model.stream().unwrap_err().to_string();
    assert!(error.contains("(RepeatVector)"), "{error}");
    // The last states of one sequence as the first of another.
    let (x, y) = (Input::new([5, 3]).symbolic(), Input::new([4, 3]).symbolic());
    let states = Gru::new(2).return_state(true).apply_all(&x)?;
    let decoded = Gru::new(2).name("decoder").apply([&y, &states[1]])?;
    let error = Functional::new([&x, &y], &decoded).build()?.stream().unwrap_err().to_string();
    assert!(error.contains("\"decoder\"") && error.contains("initial states"), "{error}");
    // A sequence of one step, repeated over another.
    let (x, y) = (Input::new([5, 3]).symbolic(), Input::new([1, 3]).symbolic());
    let sum = Add::new().apply([&x, &y])?;
    let error = Functional::new([&x, &y], &sum).build()?.stream().unwrap_err().to_string();
    assert!(error.contains("(Add)") && error.contains("one step"), "{error}");
    Ok(())
}

#[test]
fn a_model_without_weights_is_not_built() {
    let mut model = Sequential::new();
    model.add(Lstm::new(3)).unwrap();
    assert!(matches!(model.stream(), Err(Error::NotBuilt { .. })));
}

#[test]
fn a_layer_of_ones_own_says_that_it_doesnt_say() {
    let message = refused(Attentive(elman::layers::Base::default()), &[5, 3]);
    assert!(message.contains("Attentive") && message.contains("doesn't say"), "{message}");
}

#[test]
fn a_layer_of_ones_own_with_too_few_outputs_is_refused() {
    let message = refused(Forgetful(elman::layers::Base::default()), &[5, 3]);
    assert!(message.contains("Forgetful") && message.contains("number of outputs"), "{message}");
}

/// A layer that gives what comes, and what else it has to say.
macro_rules! unchanging {
    ($name:ident $(, $stream:item)?) => {
        #[derive(Clone)]
        struct $name(elman::layers::Base);

        impl Layer for $name {
            fn class_name(&self) -> &'static str {
                stringify!($name)
            }
            $($stream)?
            fn base(&self) -> &elman::layers::Base {
                &self.0
            }
            fn base_mut(&mut self) -> &mut elman::layers::Base {
                &mut self.0
            }
            fn config(&self) -> serde_json::Map<String, serde_json::Value> {
                serde_json::Map::new()
            }
            fn output_shapes(&self, inputs: &[elman::Shape]) -> Result<Vec<elman::Shape>> {
                Ok(inputs.to_vec())
            }
            fn forward(&self, inputs: &[Tensor], _: &mut elman::Context) -> Result<Vec<Tensor>> {
                Ok(inputs.to_vec())
            }
            fn backward(
                &self,
                gradients: &[Option<Tensor>],
                _: &mut elman::Context,
            ) -> Result<Vec<Option<Tensor>>> {
                Ok(gradients.to_vec())
            }
            fn clone_layer(&self) -> Box<dyn Layer> {
                Box::new(self.clone())
            }
        }
    };
}

unchanging!(Attentive);
unchanging!(
    Forgetful,
    fn stream(
        &self,
        _: &[elman::streaming::Flow],
        _: &mut elman::streaming::StreamBuilder,
    ) -> Result<Vec<elman::streaming::Flow>> {
        Ok(Vec::new())
    }
);
