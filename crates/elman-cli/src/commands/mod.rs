//! The subcommands.

pub mod evaluate;
pub mod fit;
pub mod predict;
pub mod summary;
