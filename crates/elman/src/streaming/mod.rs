//! Models that run step by step, as data come: sessions, and how layers take part in them.
//!
//! [`Model::stream`](crate::Model::stream) makes a [`Stream`], which takes one step after the other
//! and carries the states; [`Model::streams`](crate::Model::streams) makes [`Streams`], many
//! sequences at times of their own that step together. What they give is, bit by bit, what
//! `predict` gives for the whole sequence.
//!
//! A layer says how it works step by step in [`Layer::stream`](crate::layers::Layer::stream): it
//! adds [`Step`]s to a [`StreamBuilder`], from [`Flow`]s, which are the values of the model as a
//! stream sees them. Layers whose outputs depend on steps that have not come yet refuse.

mod builder;
mod call;
mod dense;
mod description;
mod flow;
mod map;
mod program;
mod session;
mod sessions;
mod states;

pub use builder::StreamBuilder;
pub use call::{Inputs, Outputs, StateShape, States, Step, StepCall, StepRow};
pub(crate) use dense::Product;
pub(crate) use description::{Answer, Argument};
pub use description::{Described, Description};
pub use flow::Flow;
pub(crate) use flow::refuse;
pub(crate) use program::{Op, Program};
pub use session::Stream;
pub use sessions::Streams;
pub use states::StreamStates;
