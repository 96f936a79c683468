//! The numeric kernels of elman: packed recurrent layers forward and backward, matrix products,
//! activations, threads.
//!
//! Numbers on slices: every function takes plain slices and the shapes the caller describes, and
//! writes into slices the caller owns. The crate knows no tensors, no layers and no files, and it
//! is the only crate of the workspace that contains `unsafe`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`Activation`] | every activation of Keras, forward and backward |
//! | [`gemm`](fn@gemm), [`PackedMatrix`] | matrix products, and products with a matrix packed once |
//! | [`forward`], [`forward_saving`], [`backward`] | SimpleRNN, LSTM and GRU over whole sequences |
//! | [`forward_stack`], [`stack_pays`] | layers upon each other, a thread each |
//! | [`step`] | one step of streams, whose states the caller holds |
//! | [`num_threads`], [`set_num_threads`] | how many threads the kernels may use |
//! | [`functions`] | `exp` and its like, the same on every platform |
//! | [`Isa`], [`active_isa`] | which instruction set was chosen |
//! | [`zeros`](fn@zeros) | memory for large buffers |
//! | [`calibration`] | what the machine does at best |
//!
//! # Reproducibility
//!
//! Every output is one chain of additions whose order depends on the shapes of the operands alone,
//! never on the number of threads. Outputs of the recurrent kernels are moreover bitwise equal for
//! any batch size, and step by step or as a sequence.
//!
//! # Preconditions
//!
//! Public functions assert the lengths of the slices they are given and panic with a plain
//! sentence otherwise: the caller (the `elman` crate) validates user input before it gets here.

// Tiles of registers are indexed by constants: iterators over them read worse and unroll worse.
#![allow(clippy::needless_range_loop)]
// Polynomial coefficients are written as they were fitted.
#![allow(clippy::excessive_precision)]
// The verification build has no vector instructions, so some of what serves them is unused there.
#![cfg_attr(feature = "f64", allow(dead_code))]

mod activation;
mod buffer;
mod cache;
pub mod calibration;
pub mod functions;
#[cfg(test)]
mod functions_tests;
mod gemm;
mod isa;
mod memory;
mod pool;
mod real;
mod recurrent;
mod simd;
mod threads;
mod tile;

pub use activation::Activation;
pub use gemm::{Matrix, PackedMatrix, gemm, gemm_packed};
pub use isa::{Isa, active_isa};
pub use memory::zeros;
pub use recurrent::{
    Cell, Gradients, OutputGradients, Outputs, Packed, Sequence, Step, StepRow, Tape, WeightFormat,
    Weights, backward, forward, forward_saving, forward_stack, stack_pays, step,
};
pub use threads::{num_threads, set_num_threads};

/// The source of [`functions`], for programs that compute the same.
pub const FUNCTIONS_SOURCE: &str = include_str!("functions.rs");

/// `exp(x)`, to the nearest number but for a few in a hundred million, and the same everywhere.
pub fn exp(x: Float) -> Float {
    real::Real::exp(x)
}

/// `exp(x) - 1`, likewise.
pub fn exp_m1(x: Float) -> Float {
    real::Real::exp_m1(x)
}

/// `ln(1 + x)`, likewise.
pub fn ln_1p(x: Float) -> Float {
    real::Real::ln_1p(x)
}

/// The number type of every kernel: `f32`, or `f64` where the sources are compiled a second time
/// to verify gradients by finite differences.
#[cfg(not(feature = "f64"))]
pub type Float = f32;

/// The number type of every kernel: this is the double precision build that verifies gradients by
/// finite differences.
#[cfg(feature = "f64")]
pub type Float = f64;
