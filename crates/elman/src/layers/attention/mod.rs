//! Layers by which one sequence looks at another.

mod additive_attention;
mod heads;
mod inputs;
mod luong;
mod multi_head;
mod onnx;
mod projection;
mod scores;
mod weighting;

pub use additive_attention::AdditiveAttention;
pub use luong::{Attention, ScoreMode};
pub use multi_head::MultiHeadAttention;
