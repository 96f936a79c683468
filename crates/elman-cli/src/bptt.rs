//! How gradients go back through time: what the command line and descriptions say of it.

use clap::Args;
use elman::training::{Checkpoints, Fit};

use crate::values::positive;

/// Arguments that replace what a description says.
#[derive(Args)]
pub struct ThroughTime {
    /// Let gradients flow at most so many steps back through time
    #[arg(long, value_name = "N", conflicts_with = "checkpointed_bptt", value_parser = positive, allow_negative_numbers = true)]
    truncated_bptt: Option<usize>,
    /// Keep the states of every N-th step (without N: every √T-th of T steps) and compute the steps
    /// between twice: the same training in less memory
    #[arg(long, value_name = "N", num_args = 0..=1, value_parser = positive, allow_negative_numbers = true)]
    checkpointed_bptt: Option<Option<usize>>,
}

/// A way other than plain backpropagation through time.
#[derive(Clone, Copy)]
pub enum Bptt {
    /// Gradients flow at most so many steps back.
    Truncated(usize),
    /// Steps are computed again; see `Fit::checkpointed_bptt`.
    Checkpointed(Checkpoints),
}

impl ThroughTime {
    /// What is given here, or else what a description says.
    pub fn or(&self, described: Option<Bptt>) -> Option<Bptt> {
        match (self.truncated_bptt, self.checkpointed_bptt) {
            (Some(steps), _) => Some(Bptt::Truncated(steps)),
            (None, Some(every)) => {
                let checkpoints = every.map_or(Checkpoints::SquareRoot, Checkpoints::Every);
                Some(Bptt::Checkpointed(checkpoints))
            }
            (None, None) => described,
        }
    }
}

impl Bptt {
    /// Trains in this way.
    pub fn apply<'a>(self, fit: Fit<'a>) -> Fit<'a> {
        match self {
            Bptt::Truncated(steps) => fit.truncated_bptt(steps),
            Bptt::Checkpointed(checkpoints) => fit.checkpointed_bptt(checkpoints),
        }
    }
}
