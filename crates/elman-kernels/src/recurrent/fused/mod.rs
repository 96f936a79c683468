//! The fast kernels: the time loop inside, weights packed, gates in place.
//!
//! # Layout
//!
//! Units are cut into blocks of one vector (SimpleRNN: up to four vectors). The pre-activations, `z`,
//! of the rows of one thread are `(blocks, bands, time, rows, row)`, where a band is a few rows of the
//! batch (see `bands`; for threads, `regions`): a row holds, for one block, a vector of every gate side
//! by side, so that the columns of one block are a panel that products read and write as it stands.
//! The projection of the input fills it, each step adds its recurrent product and applies the
//! activations; when saving, gates replace the pre-activations; backward replaces the gates with
//! their gradients, and the gradients of weights and input are products of it.
//!
//! | cell | row of `z` | columns of K use | columns of R use |
//! |---|---|---|---|
//! | SimpleRNN | up to 4 vectors of units | all | all |
//! | LSTM | i f c o | all | all |
//! | GRU, reset after | g z r g' | first three | last three |
//! | GRU, reset before | g z r - | first three | z r, then g |
//!
//! `g'` is `h R_g + b'_g`. Lanes beyond the last unit have zero weights, and are computed like the
//! others; only what leaves the kernels is cut.
//!
//! # Masked steps, and dropout
//!
//! Steps that a mask skips are not computed and not read: their places in `z` stay unwritten, and
//! the products of the gradients run over the others alone.
//!
//! Factors of dropout differ from row to row, so panels cannot hold them: products read copies of
//! x and h times the factors, of h one per mask and step. With one mask for all gates they are the
//! products above; with a mask for each gate each vector of a panel is multiplied for itself, with
//! its gate's copy. Backward the factors multiply what comes out of the products with K and R
//! transposed. The reset gate of the GRU without `reset_after` applies to the candidate's copy.
//!
//! Letters: x input, h state, c carry, z pre-activations and what replaces them, t step, b row of
//! the batch.

mod backward;
mod bands;
mod cells;
mod dropped;
mod flow;
mod forward;
mod gradients;
mod layout;
mod output;
mod pack;
mod plan;
mod project;
mod reduced;
mod regions;
mod single;
mod states;
mod step;
mod steps;
mod through;

pub(super) use backward::backward;
pub(super) use forward::forward;
pub(super) use pack::Fused;
pub(super) use plan::{Work, wavefront_pays};
pub(super) use single::{scratch, state_stride, step};
pub(super) use states::Tape;
