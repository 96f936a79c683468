//! Models: layers put together, trained, used and described.

mod layer_ref;
mod model;
pub(crate) mod network;
mod predict;
mod sequential;
mod states;
mod summary;

pub use layer_ref::{LayerMut, LayerRef};
pub use model::Model;
pub use sequential::Sequential;
pub use summary::{SummaryOptions, SummaryStyle};
