//! How gradients go back through time.

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

#[cfg(test)]
mod tests {
    use super::*;

    fn borders(bptt: Bptt, time: usize) -> Vec<(usize, bool)> {
        bptt.segments(time).iter().map(|segment| (segment.start, segment.cut)).collect()
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
