//! Layers that prepare data: what they know of it comes from their arguments or from data that they
//! were adapted to, never from training.

mod adapt;
mod integer_lookup;
mod lookup;
mod normalization;
mod numbers;
mod rescaling;
mod string_lookup;
mod text_vectorization;

pub use integer_lookup::IntegerLookup;
pub use lookup::{OovMethod, OutputMode};
pub use normalization::Normalization;
pub use numbers::Numbers;
pub use rescaling::Rescaling;
pub use string_lookup::StringLookup;
pub use text_vectorization::{Ngrams, Split, Standardize, TextVectorization};
