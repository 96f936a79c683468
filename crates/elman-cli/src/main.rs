//! The `elman` command.

fn main() {}
