//! The subcommands.

pub mod evaluate;
pub mod fit;
pub mod plot;
pub mod predict;
pub mod summary;
