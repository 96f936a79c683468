//! Checks of numbers that the user gives to optimizers and schedules.

use std::fmt::Display;

use crate::{Error, Result};

/// An error that names the argument, unless `ok`.
pub(super) fn require(
    ok: bool,
    place: &str,
    argument: &'static str,
    expected: &str,
    got: impl Display,
) -> Result<()> {
    match ok {
        true => Ok(()),
        false => Err(Error::InvalidArgument {
            place: place.into(),
            argument,
            expected: expected.into(),
            got: got.to_string(),
        }),
    }
}

/// Any number but NaN and the infinities.
pub(super) fn finite(place: &str, argument: &'static str, value: f64) -> Result<()> {
    require(value.is_finite(), place, argument, "a finite number", value)
}

/// 0 or more.
pub(super) fn not_negative(place: &str, argument: &'static str, value: f64) -> Result<()> {
    let ok = value.is_finite() && value >= 0.0;
    require(ok, place, argument, "a number of 0 or more", value)
}

/// More than 0.
pub(super) fn positive(place: &str, argument: &'static str, value: f64) -> Result<()> {
    require(value.is_finite() && value > 0.0, place, argument, "a number above 0", value)
}

/// From 0 to 1, both included.
pub(super) fn fraction(place: &str, argument: &'static str, value: f64) -> Result<()> {
    require((0.0..=1.0).contains(&value), place, argument, "a number from 0 to 1", value)
}

/// From 0 to less than 1: the decay of a mean whose start is corrected for.
pub(super) fn decay(place: &str, argument: &'static str, value: f64) -> Result<()> {
    let expected = "a number from 0 to less than 1";
    require((0.0..1.0).contains(&value), place, argument, expected, value)
}
