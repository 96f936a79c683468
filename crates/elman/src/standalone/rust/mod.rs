//! The sources that programs in Rust are given as they stand; `functions` is the kernels' own.

mod activations;
mod arithmetic;
mod layers;
mod recurrent;

use elman_kernels::functions;
