//! Values of arguments, checked while the command line is read, and words for them.

use std::time::Duration;

use elman::training::{losses, metrics, optimizers};

/// A whole number of 1 or more.
pub fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a whole number of 1 or more is expected".into()),
        Ok(number) => Ok(number),
    }
}

/// A fraction of at least 0 and below 1.
pub fn fraction(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..1.0).contains(number));
    number.ok_or_else(|| "a number of at least 0 and below 1 is expected, such as 0.2".into())
}

/// A rate of at least 0.
pub fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "a number of at least 0 is expected, such as 0.001".into())
}

/// A time in seconds, above 0 and of an hour at most.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number| *number > 0.0 && *number <= 3600.0);
    let time = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    time.ok_or_else(|| "a number of seconds is expected, such as 0.5".into())
}

/// A whole number of at least 0.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a whole number of 0 or more is expected".into())
}

/// A class and its weight: `1:2.5`.
pub fn class_weight(text: &str) -> Result<(i64, f64), String> {
    let pair = text.split_once(':').and_then(|(class, weight)| {
        let weight = weight.trim().parse().ok().filter(|weight: &f64| weight.is_finite())?;
        Some((class.trim().parse().ok()?, weight))
    });
    pair.ok_or_else(|| "a class and its weight are expected, such as 1:2.5".into())
}

/// The name of an optimizer that exists.
pub fn optimizer(name: &str) -> elman::Result<String> {
    optimizers::get(name).map(|_| name.to_owned())
}

/// The name of a loss that exists.
pub fn loss(name: &str) -> elman::Result<String> {
    losses::get(name).map(|_| name.to_owned())
}

/// The name of a metric that exists.
pub fn metric(name: &str) -> elman::Result<String> {
    metrics::get(name).map(|_| name.to_owned())
}

/// A number of things in words: `1 output`, `3 outputs`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// A list in words: `.npy, .npz or .csv`.
pub fn alternatives(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
