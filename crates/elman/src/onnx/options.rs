//! How a model is exported.

use std::ops::RangeInclusive;

use crate::{Error, Result};

/// How [`Model::save_onnx`](crate::Model::save_onnx) writes a model.
///
/// ```
/// let options = elman::OnnxOptions::new().opset(21).states(true);
/// assert_eq!(options.get_opset(), 21);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnnxOptions {
    pub(super) opset: i64,
    pub(super) states: bool,
}

impl Default for OnnxOptions {
    fn default() -> Self {
        OnnxOptions { opset: 17, states: false }
    }
}

impl OnnxOptions {
    /// The versions of ONNX's operators that models can be written for. Recurrent operators are
    /// the same in all of them.
    pub const OPSETS: RangeInclusive<i64> = 14..=22;

    /// For opset 17, without states.
    pub fn new() -> OnnxOptions {
        OnnxOptions::default()
    }

    /// The version of ONNX's operators (17): one of [`OnnxOptions::OPSETS`].
    pub fn opset(mut self, opset: i64) -> OnnxOptions {
        self.opset = opset;
        self
    }

    /// Whether the states of recurrent layers are inputs and outputs of the graph (false): what a
    /// layer named `lstm` starts from as `lstm/h` and `lstm/c`, what it ends with as `lstm/h_next`
    /// and `lstm/c_next`. So a program can go on where a sequence ended; zeros start a new one.
    pub fn states(mut self, states: bool) -> OnnxOptions {
        self.states = states;
        self
    }

    /// The version of ONNX's operators.
    pub fn get_opset(&self) -> i64 {
        self.opset
    }

    pub(super) fn check(&self) -> Result<()> {
        if OnnxOptions::OPSETS.contains(&self.opset) {
            return Ok(());
        }
        let (first, last) = (OnnxOptions::OPSETS.start(), OnnxOptions::OPSETS.end());
        Err(Error::InvalidArgument {
            place: "export to ONNX".into(),
            argument: "opset",
            expected: format!("an integer from {first} to {last}"),
            got: self.opset.to_string(),
        })
    }

    /// The oldest version of the format that knows the operators.
    pub(super) fn ir_version(&self) -> i64 {
        match self.opset {
            ..=14 => 7,
            15..=18 => 8,
            19..=20 => 9,
            _ => 10,
        }
    }
}
