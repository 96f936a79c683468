//! What steps compute, for programs that compute the same without elman.

use crate::activations::Activation;
use crate::{Float, Parameters};

/// What a [`Step`](super::Step) computes of one sequence: calls of the few functions that the
/// programs of [`Model::standalone`](crate::Model::standalone) have, in order.
///
/// Steps of the crate's own layers and cells make them; others have none, and models with them can
/// be streamed, but not written as programs.
#[derive(Clone, Debug, Default)]
pub struct Description {
    pub(crate) calls: Vec<Call>,
    /// The most numbers of scratch that a call needs.
    pub(crate) scratch: usize,
}

/// A description, or the reason why there is none, as a clause.
pub type Described = std::result::Result<Description, String>;

/// A call of a function.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The call is made only where the mask of this input is so.
    pub when: Option<(usize, bool)>,
    pub function: &'static str,
    pub arguments: Vec<Argument>,
    pub result: Answer,
}

/// What becomes of what a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It returns nothing.
    Nothing,
    /// The mask that the step makes.
    Mask,
    /// Whether it could use its input; else the program's step fails.
    Usable,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Input `i` of the step.
    Input(usize),
    /// Whether input `i` counts.
    Used(usize),
    /// Output `i`.
    Output(usize),
    /// Whether the output counts, by what was computed before.
    OutputUsed,
    /// State `i`.
    State(usize),
    /// Room for numbers.
    Scratch,
    /// Numbers that stay as they are; none is possible.
    Numbers(Vec<Float>),
    Doubles(Vec<f64>),
    Places(Vec<usize>),
    Count(usize),
    Number(Float),
    Double(f64),
    Flag(bool),
    /// A function that works on a row in place.
    Function(String),
}

impl Description {
    /// Adds a call.
    pub(crate) fn call(
        mut self,
        function: &'static str,
        arguments: impl IntoIterator<Item = Argument>,
    ) -> Description {
        let arguments = arguments.into_iter().collect();
        self.calls.push(Call { when: None, function, arguments, result: Answer::Nothing });
        self
    }

    /// Makes the last call one that is only made where the mask of an input is so.
    pub(crate) fn when(mut self, input: usize, used: bool) -> Description {
        if let Some(call) = self.calls.last_mut() {
            call.when = Some((input, used));
        }
        self
    }

    /// Says what the last call returns.
    pub(crate) fn returning(mut self, answer: Answer) -> Description {
        if let Some(call) = self.calls.last_mut() {
            call.result = answer;
        }
        self
    }

    /// Asks for room for so many numbers.
    pub(crate) fn with_scratch(mut self, numbers: usize) -> Description {
        self.scratch = self.scratch.max(numbers);
        self
    }

    /// Adds an activation of output 0, of this size, whose rows have this width. Not one that changes
    /// the width.
    pub(crate) fn activated(
        self,
        activation: Activation,
        size: usize,
        width: usize,
    ) -> Description {
        if activation == Activation::Linear {
            return self;
        }
        let function = Argument::plain(activation);
        let sizes = [size, width].map(Argument::Count);
        let arguments = [function, Argument::Output(0)].into_iter().chain(sizes);
        self.call("apply", arguments)
    }
}

impl Argument {
    /// An activation, as it is computed number by number.
    pub fn plain(activation: Activation) -> Argument {
        Argument::Function(activation.name().into())
    }

    /// An activation, as the recurrent kernels compute it.
    pub fn fast(activation: Activation) -> Argument {
        let name = activation.name();
        Argument::Function(match activation {
            Activation::Tanh | Activation::Sigmoid | Activation::Exponential => {
                format!("fast_{name}")
            }
            _ => name.into(),
        })
    }

    /// The values of a weight.
    pub fn weight(parameters: &Parameters, weight: crate::parameters::Parameter) -> Argument {
        Argument::Numbers(parameters.get(weight).to_vec())
    }
}

/// Why a step has no description, unless it says more.
pub(super) const UNDESCRIBED: &str = "it doesn't say in which simple functions it computes";
