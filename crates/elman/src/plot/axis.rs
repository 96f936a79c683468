//! Axes: their range, where their ticks stand and how those are written.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// What curves are drawn along.
pub(super) trait Scale: Ranged<ValueType = f64> + ValueFormatter<f64> + Clone {
    /// Where a value lies, from 0 to 1.
    fn part(&self, value: f64) -> f64;
}

/// Values beyond this are not drawn: the difference of two of them would not be finite.
const LARGEST: f64 = 1e300;

/// A range below this part of its values is too narrow to tell its ticks apart.
const NARROWEST: f64 = 1e-9;

/// An axis through some values, with ticks at round numbers.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: Step,
}

/// The distance of ticks: 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug)]
struct Step {
    digit: f64,
    exponent: i32,
}

impl Step {
    fn size(self) -> f64 {
        // 5 / 100 is the double nearest to 0.05; 5 * 0.01 is not.
        match self.exponent {
            e @ ..0 => self.digit / 10f64.powi(-e),
            e => self.digit * 10f64.powi(e),
        }
    }
}

/// Whether a value can be drawn.
pub(super) fn is_drawn(value: f64) -> bool {
    value.abs() <= LARGEST
}

impl Axis {
    /// An axis through these values and a `margin` of their range beyond them, with `count` ticks
    /// at most; `None` if there is no value to draw.
    pub fn new(values: impl Iterator<Item = f64>, margin: f64, count: usize) -> Option<Axis> {
        Axis::with_steps_of(0.0, values, margin, count)
    }

    /// An axis whose ticks are whole numbers.
    pub fn of_whole_numbers(values: impl Iterator<Item = f64>, count: usize) -> Option<Axis> {
        Axis::with_steps_of(1.0, values, 0.0, count)
    }

    fn with_steps_of(
        least: f64,
        values: impl Iterator<Item = f64>,
        margin: f64,
        count: usize,
    ) -> Option<Axis> {
        let (low, high) = values
            .filter(|value| is_drawn(*value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return None;
        }
        let (span, largest) = (high - low, low.abs().max(high.abs()));
        let pad = match span > largest * NARROWEST && span > 1.0 / LARGEST {
            true => margin * span,
            false if least > 0.0 || largest <= 1.0 / LARGEST => 0.5,
            false => 0.5 * largest,
        };
        let (low, high) = (low - pad, high + pad);
        Some(Axis { low, high, step: step(high - low, least, count) })
    }

    /// Its range.
    pub fn span(&self) -> Range<f64> {
        self.low..self.high
    }

    /// Where its ticks stand.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let Step { digit, exponent } = self.step;
        let size = self.step.size();
        // A tick that rounding puts beside the end belongs to the axis.
        let inside = 1e-6;
        let (first, last) =
            ((self.low / size - inside).ceil() as i64, (self.high / size + inside).floor() as i64);
        (first..=last).map(move |i| Step { digit: digit * i as f64, exponent }.size())
    }

    /// A tick in words, all with as many decimals as their distance needs.
    pub fn label(&self, value: f64) -> String {
        let largest = self.ticks().map(f64::abs).fold(0.0, f64::max);
        if value == 0.0 || largest == 0.0 {
            return "0".into();
        }
        let magnitude = largest.log10().floor() as i32;
        let decimals = |step: i32| (-step).max(0) as usize;
        match magnitude {
            // Wider than the axis has room for.
            ..-4 | 7.. => {
                let mantissa = value / 10f64.powi(magnitude);
                format!("{mantissa:.*}e{magnitude}", decimals(self.step.exponent - magnitude))
            }
            _ => format!("{value:.*}", decimals(self.step.exponent)),
        }
    }
}

/// The smallest step of `least` or more that leaves at most `count` ticks on that length.
fn step(length: f64, least: f64, count: usize) -> Step {
    let per_tick = (length / count.max(1) as f64).max(least);
    let exponent = per_tick.log10().floor() as i32;
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| Step { digit, exponent });
    // Rounding must not skip a step that fits exactly.
    let fits = |step: &Step| step.size() >= per_tick * (1.0 - 1e-9);
    match steps.into_iter().find(fits) {
        Some(Step { digit: 10.0, .. }) | None => Step { digit: 1.0, exponent: exponent + 1 },
        Some(step) => step,
    }
}

impl Scale for Axis {
    fn part(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.part(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks().collect()
    }

    fn range(&self) -> Range<f64> {
        self.span()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], whole: bool) -> Vec<String> {
        let values = values.iter().copied();
        let axis = match whole {
            true => Axis::of_whole_numbers(values, 10),
            false => Axis::new(values, 0.0, 6),
        };
        let axis = axis.unwrap();
        axis.ticks().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn ticks_are_round_and_alike() {
        assert_eq!(labels(&[0.0, 1.0], false), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&[0.09, 0.28], false), ["0.10", "0.15", "0.20", "0.25"]);
        assert_eq!(labels(&[-30.0, 70.0], false), ["-20", "0", "20", "40", "60"]);
        assert_eq!(labels(&[364.1, 373.9], false), ["366", "368", "370", "372"]);
        assert_eq!(labels(&[2e-9, 5.1e-9], false), ["2e-9", "3e-9", "4e-9", "5e-9"]);
        assert_eq!(
            labels(&[1.0e8, 1.2e8], false),
            ["1.00e8", "1.05e8", "1.10e8", "1.15e8", "1.20e8"]
        );
        assert_eq!(labels(&[7.0, 7.0], false), ["4", "6", "8", "10"]);
    }

    #[test]
    fn epochs_are_whole() {
        assert_eq!(labels(&[1.0], true), ["1"]);
        assert_eq!(labels(&[1.0, 2.0], true), ["1", "2"]);
        assert_eq!(labels(&[1.0, 4.0], true), ["1", "2", "3", "4"]);
        assert_eq!(labels(&[1.0, 40.0], true), ["5", "10", "15", "20", "25", "30", "35", "40"]);
    }

    #[test]
    fn every_range_has_an_axis() {
        let values = [0.0, 1e-320, 1e-300, 1e-12, 0.1, 1.0, 1.0 + 1e-15, 1e9, 1e300];
        let signed = || values.iter().flat_map(|v| [*v, -v]);
        for (a, b) in signed().flat_map(|a| signed().map(move |b| (a, b))) {
            for (margin, count) in [(0.0, 6), (0.05, 10)] {
                let axis = Axis::new([a, b].into_iter(), margin, count).unwrap();
                let ticks = axis.ticks().count();
                assert!(ticks <= count + 1, "{a} {b}: {ticks} ticks");
                for value in [a, b] {
                    let at = axis.map(&value, (0, 1000));
                    assert!((-1..=1001).contains(&at), "{a} {b}: {at}");
                }
            }
        }
        let odd = [f64::NAN, f64::INFINITY, -1e301];
        assert!(Axis::new(odd.into_iter(), 0.0, 6).is_none());
    }
}
