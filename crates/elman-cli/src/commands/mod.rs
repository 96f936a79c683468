//! The subcommands.

pub mod bench;
pub mod convert;
pub mod diff;
pub mod evaluate;
pub mod export;
pub mod fit;
pub mod inspect;
pub mod plot;
pub mod predict;
pub mod stream;
pub mod summary;
pub mod verify;
