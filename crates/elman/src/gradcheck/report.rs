//! What a check found.

use std::fmt;

/// How many findings a report shows.
const SHOWN: usize = 12;
/// Slopes that may be wrong by more than this part of what they are compared with say nothing.
const UNSURE: f64 = 0.05;
/// The part of all slopes that may say nothing.
const MAY_BE_UNSURE: f64 = 0.25;

/// A value that was compared.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub what: String,
    pub index: Vec<usize>,
    pub analytic: f64,
    pub numeric: f64,
    pub error: f64,
}

/// A gradient that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Of what: ``weight `kernel` ``, `input 0` or `y_pred`.
    pub what: String,
    /// Where in that array.
    pub index: Vec<usize>,
    /// The gradient that the backward pass gave.
    pub analytic: f64,
    /// The slope by differences.
    pub numeric: f64,
    /// How wrong the slope may be.
    pub error: f64,
}

/// What a check found. Displayed, it names the worst.
#[derive(Clone, Debug)]
pub struct Report {
    name: String,
    tolerance: f64,
    checked: usize,
    unsure: usize,
    wrong: Vec<Finding>,
}

impl Report {
    pub(super) fn new(name: String, tolerance: f64) -> Report {
        Report { name, tolerance, checked: 0, unsure: 0, wrong: Vec::new() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Takes in the values of one array.
    pub(super) fn add(&mut self, entries: Vec<Entry>) {
        let count = entries.len().max(1) as f64;
        let mean = entries.iter().map(|e| e.numeric * e.numeric).sum::<f64>() / count;
        // What slopes are of in this array: an error that is small beside that doesn't matter.
        let usual = mean.sqrt();
        for Entry { what, index, analytic, numeric, error } in entries {
            self.checked += 1;
            let size = analytic.abs().max(numeric.abs());
            let uncertain = 4.0 * error;
            // Written so that a gradient that is NaN is wrong.
            let is_right = (analytic - numeric).abs() <= self.tolerance * size + uncertain;
            if !is_right {
                self.wrong.push(Finding { what, index, analytic, numeric, error });
            } else if uncertain > UNSURE * size.max(usual) && uncertain > f64::EPSILON {
                self.unsure += 1;
            }
        }
    }

    /// Whether no gradient is wrong, and differences could tell so.
    pub fn is_ok(&self) -> bool {
        self.wrong.is_empty() && self.unsure as f64 <= MAY_BE_UNSURE * self.checked as f64
    }

    /// How many values were compared.
    pub fn checked(&self) -> usize {
        self.checked
    }

    /// How many slopes didn't settle, so that they say nothing of the gradient: by a kink near the
    /// value, by a jump, or by too large or small a step.
    pub fn unsure(&self) -> usize {
        self.unsure
    }

    /// The gradients that are wrong.
    pub fn wrong(&self) -> &[Finding] {
        &self.wrong
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { name, checked, unsure, wrong, .. } = self;
        write!(f, "{name}: {checked} gradients checked, {} wrong, {unsure} unsure", wrong.len())?;
        if !self.is_ok() && wrong.is_empty() {
            write!(f, "; too many slopes don't settle: is the function smooth there?")?;
        }
        let mut worst: Vec<&Finding> = wrong.iter().collect();
        worst.sort_by(|a, b| difference(b).total_cmp(&difference(a)));
        for Finding { what, index, analytic, numeric, error } in worst.iter().take(SHOWN) {
            write!(f, "\n  {what} at {index:?}: {analytic:.6e}, ")?;
            write!(f, "differences give {numeric:.6e} (±{error:.0e})")?;
        }
        match wrong.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

fn difference(finding: &Finding) -> f64 {
    (finding.analytic - finding.numeric).abs()
}
