//! Models: layers put together, trained, used and described.

mod describe;
mod functional;
pub(crate) mod graph;
mod hidden_states;
mod layer_ref;
mod model;
mod nested;
pub(crate) mod network;
mod predict;
mod sequential;
mod states;
mod stream;
mod summary;
pub(crate) mod symbolic;
mod symbols;
mod wavefront;
mod work;

pub use functional::Functional;
pub use layer_ref::{LayerMut, LayerRef};
pub(crate) use model::Kind;
pub use model::Model;
pub use nested::Nested;
pub use sequential::Sequential;
pub use summary::{SummaryOptions, SummaryStyle};
pub(crate) use symbolic::wrong_kind;
pub use symbolic::{Apply, CallOptions, Shared, Symbolic, Symbols};
pub use symbols::{ModelSymbols, SymbolicCall};
pub use work::Work;
