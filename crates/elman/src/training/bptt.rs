//! How gradients go back through time.

use std::fmt;

use serde_json::{Value, json};

use crate::{Error, Result};

/// How gradients go back through the steps of recurrent layers: see [`Fit::truncated_bptt`] and
/// [`Fit::checkpointed_bptt`]. The default is plain backpropagation through time.
///
/// [`Fit::truncated_bptt`]: super::Fit::truncated_bptt
/// [`Fit::checkpointed_bptt`]: super::Fit::checkpointed_bptt
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bptt {
    /// How many steps back gradients flow at most; `None` for all.
    pub truncate: Option<usize>,
    /// What is kept of the steps until the gradients come.
    pub checkpoints: Checkpoints,
}

/// What recurrent layers keep of their steps for backpropagation through time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checkpoints {
    /// The gates of every step: the fastest, and most memory.
    #[default]
    Everything,
    /// The states after every ⌈√T⌉-th of T steps; those between are computed again. The gates of
    /// ⌈√T⌉ steps and ⌈√T⌉ states are in memory at once, which is the least there can be.
    SquareRoot,
    /// The states after every so many steps; those between are computed again.
    Every(usize),
}

/// A part of the steps of a sequence, in the order of processing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub start: usize,
    pub end: usize,
    /// Whether no gradient of the states leaves it for the steps before.
    pub cut: bool,
}

impl Bptt {
    pub(super) fn check(&self) -> Result<()> {
        let zero = |argument| Error::InvalidArgument {
            place: "fit".into(),
            argument,
            expected: "a positive number of steps".into(),
            got: "0".into(),
        };
        match self {
            Bptt { truncate: Some(0), .. } => Err(zero("truncated_bptt")),
            Bptt { checkpoints: Checkpoints::Every(0), .. } => Err(zero("checkpointed_bptt")),
            _ => Ok(()),
        }
    }

    /// For a backup.
    pub(crate) fn to_json(self) -> Value {
        let checkpoints = match self.checkpoints {
            Checkpoints::Everything => Value::Null,
            Checkpoints::SquareRoot => json!(true),
            Checkpoints::Every(steps) => json!(steps),
        };
        json!({ "truncated": self.truncate, "checkpointed": checkpoints })
    }

    /// What a backup says; one that says nothing is of plain backpropagation.
    pub(crate) fn from_json(value: &Value) -> Bptt {
        let steps = |key: &str| value[key].as_u64().map(|steps| steps as usize);
        let checkpoints = match steps("checkpointed") {
            Some(steps) => Checkpoints::Every(steps),
            None if value["checkpointed"] == json!(true) => Checkpoints::SquareRoot,
            None => Checkpoints::Everything,
        };
        Bptt { truncate: steps("truncated"), checkpoints }
    }

    /// Whether the steps of a segment are computed again when their gradients come.
    pub(crate) fn recomputes(&self) -> bool {
        self.checkpoints != Checkpoints::Everything
    }

    /// The segments of a sequence of so many steps; none where it goes as a whole.
    pub(crate) fn segments(&self, time: usize) -> Vec<Segment> {
        let every = match self.checkpoints {
            Checkpoints::Everything => None,
            Checkpoints::SquareRoot => Some((time as f64).sqrt().ceil() as usize),
            Checkpoints::Every(steps) => Some(steps),
        };
        // Both are counted from the end, where the gradients come from: the last segment is whole.
        let is_border = |at: usize, steps: Option<usize>| {
            steps.is_some_and(|steps| steps > 0 && (time - at).is_multiple_of(steps))
        };
        let mut segments = Vec::new();
        let mut start = 0;
        for at in 1..=time {
            let cut = is_border(at, self.truncate);
            if at == time || cut || is_border(at, every) {
                segments.push(Segment { start, end: at, cut: false });
                start = at;
            }
        }
        for segment in segments.iter_mut().skip(1) {
            segment.cut = is_border(segment.start, self.truncate);
        }
        if segments.len() < 2 { Vec::new() } else { segments }
    }
}

/// What differs from plain backpropagation, to be added to a sentence; otherwise nothing.
impl fmt::Display for Bptt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(steps) = self.truncate {
            write!(f, ", with truncated_bptt {steps}")?;
        }
        match self.checkpoints {
            Checkpoints::Everything => Ok(()),
            Checkpoints::SquareRoot => write!(f, ", with checkpointed_bptt"),
            Checkpoints::Every(steps) => write!(f, ", with checkpointed_bptt {steps}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn borders(bptt: Bptt, time: usize) -> Vec<(usize, bool)> {
        bptt.segments(time).iter().map(|segment| (segment.start, segment.cut)).collect()
    }

    #[test]
    fn a_backup_keeps_all_of_it() {
        for checkpoints in [Checkpoints::Everything, Checkpoints::SquareRoot, Checkpoints::Every(3)]
        {
            for truncate in [None, Some(4)] {
                let bptt = Bptt { truncate, checkpoints };
                assert_eq!(Bptt::from_json(&bptt.to_json()), bptt);
            }
        }
        assert_eq!(Bptt::from_json(&Value::Null), Bptt::default());
    }

    #[test]
    fn segments_are_counted_from_the_end() {
        let plain = Bptt::default();
        assert!(plain.segments(9).is_empty());
        let truncated = Bptt { truncate: Some(4), ..plain };
        assert_eq!(borders(truncated, 9), [(0, false), (1, true), (5, true)]);
        assert!(truncated.segments(4).is_empty());
        let rooted = Bptt { checkpoints: Checkpoints::SquareRoot, ..plain };
        assert_eq!(borders(rooted, 10), [(0, false), (2, false), (6, false)]);
        let both = Bptt { truncate: Some(4), checkpoints: Checkpoints::Every(3) };
        assert_eq!(borders(both, 8), [(0, false), (2, false), (4, true), (5, false)]);
        for time in [0, 1] {
            assert!(both.segments(time).is_empty() && rooted.segments(time).is_empty());
        }
    }
}
