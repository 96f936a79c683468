//! Layers of several inputs.

mod add;
mod average;
mod concatenate;
mod dot;
mod elementwise;
mod inputs;
mod maximum;
mod minimum;
mod multiply;
mod onnx;
mod stream;
mod subtract;

pub(crate) use inputs::KERAS_2_MASKS;

pub use add::Add;
pub use average::Average;
pub use concatenate::Concatenate;
pub use dot::Dot;
pub use elementwise::{Factor, Merge, MergeFunction};
pub use maximum::Maximum;
pub use minimum::Minimum;
pub use multiply::Multiply;
pub use subtract::Subtract;
