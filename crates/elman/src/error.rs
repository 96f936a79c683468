//! The one error type of the crate.

use crate::Shape;

/// What can go wrong, told so that the reader can mend it: where, what was expected, what came.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument of a layer, optimizer or call has a value that it can't have.
    #[error("{place}: argument `{argument}` must be {expected}, got {got}")]
    InvalidArgument {
        /// The layer, optimizer or call, by name and class.
        place: String,
        /// The argument, under Keras's name.
        argument: &'static str,
        /// What values are possible.
        expected: String,
        /// The value that came.
        got: String,
    },
    /// An option of Keras that elman doesn't compute yet. It is refused rather than ignored.
    #[error("{place}: {option} is not supported yet; {advice}")]
    Unsupported {
        /// The layer or file part.
        place: String,
        /// The option and its value.
        option: String,
        /// What to do instead.
        advice: String,
    },
    /// A layer got an input of a shape that it can't take.
    #[error("input {index} of {layer} has shape {got}, expected {expected}")]
    InputShape {
        /// The layer, by name and class.
        layer: String,
        /// Which of its inputs, from 0.
        index: usize,
        /// The shape that the layer takes.
        expected: String,
        /// The shape that came.
        got: Shape,
    },
    /// A layer or a model got text where it takes numbers, or the other way round.
    #[error("input {index} of {layer}, of shape {shape}, is {got}, expected {expected}")]
    InputKind {
        /// The layer, by name and class.
        layer: String,
        /// Which of its inputs, from 0.
        index: usize,
        /// `text` or `numbers`.
        expected: &'static str,
        /// `text` or `numbers`.
        got: &'static str,
        /// The shape of what came.
        shape: Shape,
    },
    /// A layer got the wrong number of inputs.
    #[error("{layer} takes {expected}, got {got}")]
    InputCount {
        /// The layer, by name and class.
        layer: String,
        /// How many it takes.
        expected: String,
        /// How many came.
        got: usize,
    },
    /// A value in the data is outside of what the layer or loss can use.
    #[error("{place}: value {value} at position {position:?} is not {expected}")]
    Value {
        /// The layer, loss or argument.
        place: String,
        /// Its index in the array that was given: `[3, 0]`.
        position: Vec<usize>,
        /// The value.
        value: f64,
        /// What values are possible.
        expected: String,
    },
    /// Arrays that belong together have different shapes.
    #[error("{place}: {what} has shape {got}, expected {expected}")]
    Mismatch {
        /// The call or loss.
        place: String,
        /// The array.
        what: String,
        /// The shape that would fit.
        expected: String,
        /// The shape that came.
        got: String,
    },
    /// The model has no weights yet because its input shape is unknown.
    #[error(
        "model {model} is not built: give its first layer an `input_shape`, call `build`, \
         or call the model on data first"
    )]
    NotBuilt {
        /// The model's name.
        model: String,
    },
    /// A layer can't work step by step, as in [`Model::stream`](crate::Model::stream).
    #[error("{layer} can't work step by step: {reason}")]
    Stream {
        /// The layer, by name and class.
        layer: String,
        /// Why.
        reason: String,
    },
    /// A layer can't be exported, as in [`Model::save_onnx`](crate::Model::save_onnx).
    #[error("{layer} can't be exported to ONNX: {reason}")]
    Onnx {
        /// The layer, by name and class.
        layer: String,
        /// Why.
        reason: String,
    },
    /// A layer can't be part of a program that computes a model without elman, as
    /// [`Model::standalone`](crate::Model::standalone) writes them.
    #[error("{layer} can't be part of a standalone model: {reason}")]
    Standalone {
        /// The layer, by name.
        layer: String,
        /// Why.
        reason: String,
    },
    /// Training was asked of a model without optimizer and loss.
    #[error(
        "model {model} is not compiled{reason}: call `compile` with an optimizer and a loss first"
    )]
    NotCompiled {
        /// The model's name.
        model: String,
        /// Why a loaded model's own compilation can't be used, in parentheses; else empty.
        reason: String,
    },
    /// The model has another number of inputs or outputs than the call assumes.
    #[error("model {model} has {got} {what}, {call} takes {expected}: use {advice}")]
    Arity {
        /// The model's name.
        model: String,
        /// `inputs` or `outputs`.
        what: &'static str,
        /// The call.
        call: &'static str,
        /// How many the call takes.
        expected: usize,
        /// How many the model has.
        got: usize,
        /// The call to use instead.
        advice: &'static str,
    },
    /// No layer, or no class, of that name exists.
    #[error("{what} `{name}` is unknown; known are: {known}")]
    Unknown {
        /// What kind of thing was looked for.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// Two layers of a model have the same name.
    #[error("model {model} has a layer named `{name}` already; give one of them another `name`")]
    DuplicateName {
        /// The model's name.
        model: String,
        /// The name that both have.
        name: String,
    },
    /// A configuration (JSON or TOML) is not what Keras writes.
    #[error("{place}: {problem}")]
    Config {
        /// Where in the configuration, as a path of keys.
        place: String,
        /// What is wrong there and what is expected.
        problem: String,
    },
    /// A weight in a file does not fit the layer that it is meant for.
    #[error("weight `{weight}` of {layer} has shape {got} in {file}, the layer needs {expected}")]
    WeightShape {
        /// The file, or `set_weights`.
        file: String,
        /// The layer, by name and class.
        layer: String,
        /// The weight's name.
        weight: String,
        /// The shape that the layer needs.
        expected: Shape,
        /// The shape that came.
        got: Shape,
    },
    /// A layer has another number of weights in a file than it needs.
    #[error("{layer} needs {expected} weights ({names}), {file} holds {got}")]
    WeightCount {
        /// The file, or `set_weights`.
        file: String,
        /// The layer, by name and class.
        layer: String,
        /// The names of the weights that it needs.
        names: String,
        /// How many it needs.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The loss became NaN or infinite while training.
    #[error(
        "the loss became {loss} in epoch {epoch}, batch {batch}: check the data for extreme \
         values, or lower the learning rate; the model keeps the weights it had before that batch"
    )]
    LossNotFinite {
        /// The value of the loss.
        loss: f64,
        /// The epoch, from 1.
        epoch: usize,
        /// The batch, from 1.
        batch: usize,
    },
    /// What a user's own callback, data or layer ended a call with.
    #[error("{place}: {problem}")]
    Custom {
        /// What failed.
        place: String,
        /// Why.
        problem: String,
    },
    /// A layer's `backward` asked the tape for something that its `forward` did not save.
    #[error("{layer}: backward found no saved {expected} on the tape; forward must save it last")]
    Tape {
        /// The layer that asked, or `-`.
        layer: String,
        /// The type that it asked for.
        expected: &'static str,
    },
    /// Reading or writing a file failed.
    #[error(transparent)]
    File(#[from] elman_files::Error),
}

impl Error {
    /// The same error with another position, where what was refused is a part of what was given.
    pub(crate) fn at(mut self, change: impl FnOnce(&mut Vec<usize>)) -> Error {
        if let Error::Value { position, .. } = &mut self {
            change(position);
        }
        self
    }

    /// The same error of data, with more of the place where it was found.
    pub(crate) fn place(mut self, change: impl FnOnce(&str) -> String) -> Error {
        if let Error::Value { place, .. } | Error::Mismatch { place, .. } = &mut self {
            *place = change(place);
        }
        self
    }
}

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;
