//! The ways in which frames spell a sequence of labels, counted forwards and backwards.

use crate::Float;

/// Buffers for the frames of one sample after the other.
///
/// A path names a symbol for each frame; it spells the labels if it gives them once repeated
/// symbols are joined and blanks left out. The states are the labels with a blank before, between
/// and after them: at state `s` a path stays, goes on by one, or skips the blank between two
/// different labels. All probabilities are logarithms in f64: they underflow otherwise.
#[derive(Default)]
pub(super) struct Lattice {
    /// The symbol of each state.
    states: Vec<usize>,
    /// For each frame and state: how probable it is to be there, after this frame.
    forward: Vec<f64>,
    /// For each state: how probable it is to finish from there, after the current frame.
    backward: Vec<f64>,
    /// The next frame's `backward`, in the making.
    next: Vec<f64>,
    /// The logarithm of the sum of the exponentials of each frame's logits.
    log_totals: Vec<f64>,
}

/// The symbol that means none.
pub(super) const BLANK: usize = 0;

impl Lattice {
    /// The negative logarithm of the probability that the frames spell `labels`; `logits` has
    /// `classes` numbers for each frame. Writes its gradient where that is wanted.
    pub fn loss(
        &mut self,
        labels: &[usize],
        logits: &[Float],
        classes: usize,
        gradient: Option<&mut [Float]>,
    ) -> f64 {
        self.states.clear();
        self.states.push(BLANK);
        self.states.extend(labels.iter().flat_map(|label| [*label, BLANK]));
        self.log_totals.clear();
        self.log_totals.extend(logits.chunks_exact(classes).map(log_total));
        if self.log_totals.is_empty() {
            return 0.0; // No frames spell no labels.
        }
        self.go_forward(logits, classes);
        let states = self.states.len();
        let last = &self.forward[self.forward.len() - states..];
        let end = |back: usize| states.checked_sub(back).map_or(f64::NEG_INFINITY, |s| last[s]);
        let log_probability = log_sum([end(1), end(2), f64::NEG_INFINITY]);
        if let Some(gradient) = gradient {
            self.go_backward(logits, classes, log_probability, gradient);
        }
        -log_probability
    }

    /// The log probability of the symbol of a state in a frame.
    fn emits(&self, logits: &[Float], classes: usize, frame: usize, state: usize) -> f64 {
        f64::from(logits[frame * classes + self.states[state]]) - self.log_totals[frame]
    }

    /// Whether a path may come to a state from the one before the last.
    fn skips(&self, state: usize) -> bool {
        state >= 2 && self.states[state] != BLANK && self.states[state] != self.states[state - 2]
    }

    fn go_forward(&mut self, logits: &[Float], classes: usize) {
        let (states, frames) = (self.states.len(), self.log_totals.len());
        self.forward.clear();
        self.forward.resize(states * frames, f64::NEG_INFINITY);
        for state in 0..states.min(2) {
            self.forward[state] = self.emits(logits, classes, 0, state);
        }
        for frame in 1..frames {
            let before = (frame - 1) * states;
            for state in 0..states {
                let from = |back: usize| match state >= back {
                    true => self.forward[before + state - back],
                    false => f64::NEG_INFINITY,
                };
                let skip = if self.skips(state) { from(2) } else { f64::NEG_INFINITY };
                let came = log_sum([from(0), from(1), skip]);
                self.forward[frame * states + state] =
                    came + self.emits(logits, classes, frame, state);
            }
        }
    }

    /// Writes the gradient, frame by frame from the last: the softmax, less how probable each
    /// symbol is among the paths that spell the labels.
    fn go_backward(
        &mut self,
        logits: &[Float],
        classes: usize,
        log_probability: f64,
        gradient: &mut [Float],
    ) {
        let (states, frames) = (self.states.len(), self.log_totals.len());
        self.backward.clear();
        self.backward.resize(states, f64::NEG_INFINITY);
        self.backward[states.saturating_sub(2)..].fill(0.0);
        for frame in (0..frames).rev() {
            let at = frame * classes;
            let row = &mut gradient[at..at + classes];
            for (z, g) in logits[at..at + classes].iter().zip(&mut *row) {
                *g = (f64::from(*z) - self.log_totals[frame]).exp() as Float;
            }
            let forward = &self.forward[frame * states..(frame + 1) * states];
            for ((symbol, forward), backward) in self.states.iter().zip(forward).zip(&self.backward)
            {
                row[*symbol] -= (forward + backward - log_probability).exp() as Float;
            }
            self.next.clear();
            for state in 0..states {
                let to = |on: usize| match state + on < states {
                    true => {
                        let emitted = self.emits(logits, classes, frame, state + on);
                        self.backward[state + on] + emitted
                    }
                    false => f64::NEG_INFINITY,
                };
                let skips = state + 2 < states && self.skips(state + 2);
                let skip = if skips { to(2) } else { f64::NEG_INFINITY };
                self.next.push(log_sum([to(0), to(1), skip]));
            }
            std::mem::swap(&mut self.backward, &mut self.next);
        }
    }
}

fn log_total(logits: &[Float]) -> f64 {
    let max = f64::from(logits.iter().copied().fold(Float::NEG_INFINITY, Float::max));
    max + logits.iter().map(|z| (f64::from(*z) - max).exp()).sum::<f64>().ln()
}

/// `log(sum(exp(x)))`.
fn log_sum(x: [f64; 3]) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The symbols of a path with repetitions joined and blanks left out.
    fn spelled(path: &[usize]) -> Vec<usize> {
        let mut path = path.to_vec();
        path.dedup();
        path.retain(|symbol| *symbol != BLANK);
        path
    }

    /// The plain definition: the sum over all paths.
    fn reference(labels: &[usize], logits: &[Float], classes: usize) -> f64 {
        let frames = logits.len() / classes;
        let mut probability = 0.0;
        for mut number in 0..classes.pow(frames as u32) {
            let mut path = Vec::new();
            for _ in 0..frames {
                path.push(number % classes);
                number /= classes;
            }
            if spelled(&path) == labels {
                let frame = |(t, symbol): (usize, &usize)| {
                    let row = &logits[t * classes..(t + 1) * classes];
                    f64::from(row[*symbol]) - log_total(row)
                };
                probability += path.iter().enumerate().map(frame).sum::<f64>().exp();
            }
        }
        -probability.ln()
    }

    #[test]
    fn all_paths_are_counted_once() {
        let logits: Vec<Float> = (0..5 * 4u8).map(|i| Float::from(i * 7 % 11) / 4.0).collect();
        let mut lattice = Lattice::default();
        for labels in [&[][..], &[2], &[1, 2], &[3, 3], &[1, 1, 2], &[1, 2, 1], &[1, 2, 3, 1, 2]] {
            let got = lattice.loss(labels, &logits, 4, None);
            let expected = reference(labels, &logits, 4);
            assert!((got - expected).abs() < 1e-9, "{labels:?}: {got}, {expected}");
        }
        assert_eq!(lattice.loss(&[1, 1, 1], &logits[..16], 4, None), f64::INFINITY);
        assert_eq!(lattice.loss(&[], &[], 4, None), 0.0);
    }
}
