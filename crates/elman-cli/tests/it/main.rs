//! The command on real files: what it writes, says and returns.

mod bench;
mod bptt;
mod callbacks;
mod description;
mod evaluate;
mod files;
mod fit;
mod fit_options;
mod fit_streams;
mod help;
#[cfg(unix)]
mod interrupt;
mod outputs;
mod plot;
mod predict;
#[cfg(unix)]
mod resume;
mod steps;
mod streams;
mod summary;
mod support;
mod workspace;
