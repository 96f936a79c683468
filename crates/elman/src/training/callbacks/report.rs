//! What a training writes while it runs.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::{Callback, Moment};
use crate::Result;
use crate::models::Model;
use crate::training::{Logs, Verbose};

/// The reporter for that verbosity, if there is anything to write.
pub(crate) fn progress(verbose: Verbose) -> Option<Box<dyn Callback>> {
    match verbose {
        Verbose::Silent => None,
        Verbose::Lines => Some(Box::new(Lines::new())),
        Verbose::Bar => Some(bar()),
        Verbose::Auto if std::io::stderr().is_terminal() => Some(bar()),
        Verbose::Auto => Some(Box::new(Lines::new())),
    }
}

#[cfg(feature = "progress")]
fn bar() -> Box<dyn Callback> {
    Box::new(bar::Bar::default())
}

#[cfg(not(feature = "progress"))]
fn bar() -> Box<dyn Callback> {
    Box::new(Lines::new())
}

/// Writes a line. A training must not end because nobody reads what it tells of itself: a closed
/// pipe or a full disk is no reason to lose the model.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A line for each epoch, as Keras's `verbose=2`.
struct Lines {
    start: Instant,
}

impl Lines {
    fn new() -> Lines {
        Lines { start: Instant::now() }
    }
}

impl Callback for Lines {
    fn on_epoch_begin(
        &mut self,
        _epoch: usize,
        _model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.start = Instant::now();
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        _model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let took = self.start.elapsed();
        let (epochs, steps) = (moment.epochs, moment.steps);
        say(format_args!(
            "Epoch {}/{epochs}: {steps}/{steps} - {:.1}s - {}/step - {}",
            epoch + 1,
            took.as_secs_f64(),
            duration(took / steps.max(1) as u32),
            values(logs)
        ));
        Ok(())
    }
}

/// The logs as Keras prints them: `accuracy: 0.3393 - loss: 1.1479`.
fn values(logs: &Logs) -> String {
    let value = |(key, v): &(String, f64)| match v.abs() > 1e-3 {
        true => format!("{key}: {v:.4}"),
        false => format!("{key}: {}", scientific(*v)),
    };
    logs.iter().map(value).collect::<Vec<_>>().join(" - ")
}

/// A number as Python's `%.4e` writes it, with a sign and two digits or more in the exponent.
fn scientific(value: f64) -> String {
    let text = format!("{value:.4e}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text, // NaN
    }
}

/// A duration as Keras prints it: `3s`, `14ms`, `120us`.
fn duration(d: Duration) -> String {
    match d.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.0}s"),
        s if s >= 1e-3 => format!("{:.0}ms", s * 1e3),
        s => format!("{:.0}us", s * 1e6),
    }
}

#[cfg(feature = "progress")]
mod bar {
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

    use super::*;

    /// A bar for each epoch, as Keras's `verbose=1`.
    #[derive(Default)]
    pub(super) struct Bar {
        bar: Option<ProgressBar>,
        start: Option<Instant>,
    }

    impl Callback for Bar {
        fn on_epoch_begin(
            &mut self,
            epoch: usize,
            _: &mut Model,
            moment: &mut Moment,
        ) -> Result<()> {
            if moment.epochs > 1 {
                say(format_args!("Epoch {}/{}", epoch + 1, moment.epochs));
            }
            let bar = ProgressBar::with_draw_target(
                (moment.steps > 0).then_some(moment.steps as u64),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            let style =
                ProgressStyle::with_template("{pos}/{len} {bar:20.green/white} {eta} {msg}");
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("━━━"));
            }
            (self.bar, self.start) = (Some(bar), Some(Instant::now()));
            Ok(())
        }

        fn on_train_batch_end(
            &mut self,
            batch: usize,
            logs: &Logs,
            _: &mut Model,
            _: &mut Moment,
        ) -> Result<()> {
            if let Some(bar) = &self.bar {
                bar.set_message(values(logs));
                bar.set_position(batch as u64 + 1);
            }
            Ok(())
        }

        fn on_epoch_end(
            &mut self,
            _epoch: usize,
            logs: &mut Logs,
            _: &mut Model,
            moment: &mut Moment,
        ) -> Result<()> {
            let (Some(bar), Some(start)) = (self.bar.take(), self.start.take()) else {
                return Ok(());
            };
            // The finished line stays, with the validation's values and the time it took.
            bar.finish_and_clear();
            let took = start.elapsed();
            say(format_args!(
                "{steps}/{steps} ━━━━━━━━━━━━━━━━━━━━ {:.0}s {}/step - {}",
                took.as_secs_f64(),
                duration(took / moment.steps.max(1) as u32),
                values(logs),
                steps = moment.steps,
            ));
            Ok(())
        }

        fn on_train_end(&mut self, _: &mut Model, _: &mut Moment) -> Result<()> {
            if let Some(bar) = self.bar.take() {
                bar.abandon();
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_keras_writes_them() {
        // What `"%.4f" % v` and `"%.4e" % v` give in Python.
        let cases = [
            (1.14785, "1.1479"),
            (-0.25, "-0.2500"),
            (0.001, "1.0000e-03"),
            (-2.95361e-4, "-2.9536e-04"),
            (1.5e-120, "1.5000e-120"),
            (0.0, "0.0000e+00"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(values(&vec![("loss".into(), value)]), format!("loss: {text}"));
        }
    }
}
