//! Logarithmic axes.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::axis::Scale;

/// An axis on which each factor has the same length. It ends at 1, 2 or 5 times a power of ten.
#[derive(Clone, Debug)]
pub(super) struct LogAxis {
    /// The ends, as places on [`ladder`].
    low: i32,
    high: i32,
    /// The most ticks there is room for.
    count: usize,
}

/// Steps of the ladder in a power of ten.
const RUNGS: [f64; 3] = [1.0, 2.0, 5.0];

/// 1, 2, 5, 10, 20, ...: the number at a place, which is negative below 1.
fn ladder(place: i32) -> f64 {
    let (exponent, rung) = (place.div_euclid(3), place.rem_euclid(3) as usize);
    match exponent {
        // 5 / 100 is the double nearest to 0.05; 5 * 0.01 is not.
        ..0 => RUNGS[rung] / 10f64.powi(-exponent),
        _ => RUNGS[rung] * 10f64.powi(exponent),
    }
}

/// Values that have a place: beyond this, powers of ten are no longer exact enough to compare.
const LARGEST: f64 = 1e15;

/// Whether a value has a place on a logarithmic axis.
pub(super) fn has_logarithm(value: f64) -> bool {
    (1.0 / LARGEST..=LARGEST).contains(&value)
}

impl LogAxis {
    /// An axis through these values with `count` ticks at most; `None` if no value has a place.
    pub fn new(values: impl Iterator<Item = f64>, count: usize) -> Option<LogAxis> {
        let (low, high) = values
            .filter(|value| has_logarithm(*value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return None;
        }
        let guess = |value: f64| 3 * value.log10().floor() as i32;
        let below = (0..=3).rev().map(|i| guess(low) + i).find(|place| ladder(*place) <= low);
        let above = (0..=4).map(|i| guess(high) + i).find(|place| ladder(*place) >= high);
        // Rounding may put the guess a power of ten too high or too low.
        let (low, high) = (below.unwrap_or(guess(low) - 1), above.unwrap_or(guess(high) + 4));
        let high = if low == high { high + 1 } else { high };
        Some(LogAxis { low, high, count: count.max(2) })
    }

    /// Where its ticks stand: at each step of the ladder, or at powers of ten.
    fn ticks(&self) -> Vec<f64> {
        let every = |step: i32| -> Vec<f64> {
            (self.low..=self.high).filter(|place| place.rem_euclid(step) == 0).map(ladder).collect()
        };
        let mut step = 1;
        loop {
            let ticks = every(step);
            if ticks.len() <= self.count {
                return ticks;
            }
            step = if step == 1 { 3 } else { step + 3 };
        }
    }
}

impl Scale for LogAxis {
    fn part(&self, value: f64) -> f64 {
        let (low, high) = (ladder(self.low).log10(), ladder(self.high).log10());
        (value.log10() - low) / (high - low)
    }
}

impl Ranged for LogAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.part(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks()
    }

    fn range(&self) -> Range<f64> {
        ladder(self.low)..ladder(self.high)
    }
}

impl ValueFormatter<f64> for LogAxis {
    fn format_ext(&self, value: &f64) -> String {
        match *value {
            v if !(1e-3..1e12).contains(&v) => format!("{v:e}"),
            v if v >= 1e9 => format!("{}G", v / 1e9),
            v if v >= 1e6 => format!("{}M", v / 1e6),
            v if v >= 1e4 => format!("{}k", v / 1e3),
            v => format!("{v}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], count: usize) -> Vec<String> {
        let axis = LogAxis::new(values.iter().copied(), count).unwrap();
        axis.ticks().iter().map(|tick| axis.format_ext(tick)).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&[1.0, 1e5], 8), ["1", "10", "100", "1000", "10k", "100k"]);
        assert_eq!(labels(&[8.0, 2048.0], 6), ["10", "100", "1000"]);
        assert_eq!(labels(&[1.0, 2.0], 8), ["1", "2"]);
        assert_eq!(labels(&[3.0, 3.0], 8), ["2", "5"]);
        assert_eq!(labels(&[5.0, 5.0], 8), ["5", "10"]);
        assert_eq!(labels(&[0.03, 0.3], 8), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(&[1e-7, 1e-6], 8), ["1e-7", "2e-7", "5e-7", "1e-6"]);
        assert_eq!(labels(&[2e6, 3e10], 4), ["10M", "100M", "1G", "10G"]);
        assert_eq!(labels(&[1e-9, 1e9], 4), ["1e-5", "1", "100k"]);
    }

    #[test]
    fn factors_have_the_same_length() {
        let axis = LogAxis::new([1.0, 1000.0].into_iter(), 8).unwrap();
        for (value, part) in [(1.0, 0.0), (10.0, 1.0 / 3.0), (100.0, 2.0 / 3.0), (1000.0, 1.0)] {
            assert!((axis.part(value) - part).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn every_range_of_positive_values_has_an_axis() {
        let values = [1e-15, 3e-12, 0.00999, 0.1, 1.0, 9.999999999, 10.0, 4e7, 1e15];
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
            let axis = LogAxis::new([a, b].into_iter(), 6).unwrap();
            assert!(axis.ticks().len() <= 6, "{a} {b}");
            for value in [a, b] {
                assert!((-1e-9..=1.0 + 1e-9).contains(&axis.part(value)), "{a} {b}: {axis:?}");
            }
        }
        let odd = [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e-16];
        assert!(LogAxis::new(odd.into_iter(), 6).is_none());
    }
}
