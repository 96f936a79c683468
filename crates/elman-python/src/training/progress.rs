//! What trainings write while they run, to Python's `sys.stdout`.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use elman::training::Logs;
use elman::training::callbacks::{Callback, Moment};
use elman::{Model, Result};
use pyo3::prelude::*;

use super::failure::Failure;
use crate::error::{OrRaise, invalid};

/// Keras's bar is so wide.
const WIDTH: usize = 20;

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    /// A bar that grows, redrawn at most so often.
    Bar(Duration),
    /// Keras's two lines for each epoch.
    Lines,
    /// One line for each epoch.
    OneLine,
}

impl Style {
    /// The style of a name; none for `silent`.
    pub fn of(name: &str, interval: f64) -> PyResult<Option<Style>> {
        Ok(match name {
            "silent" => None,
            "bar" => Some(Style::Bar(Duration::from_secs_f64(interval.clamp(0.0, 3600.0)))),
            "lines" => Some(Style::Lines),
            "line" => Some(Style::OneLine),
            other => return Err(invalid("verbose", "\"auto\", 0, 1 or 2", other)),
        })
    }
}

/// Writes the progress of a training.
pub struct Progress {
    style: Style,
    failure: Failure,
    start: Instant,
    /// When the bar was drawn last.
    drawn: Option<Instant>,
    /// The time after the first step, which is longer than the others.
    first: Option<Instant>,
    /// The columns that the bar took last.
    width: usize,
}

impl Progress {
    pub fn new(style: Style, failure: &Failure) -> Progress {
        let start = Instant::now();
        Progress { style, failure: failure.clone(), start, drawn: None, first: None, width: 0 }
    }

    fn say(&self, text: &str) -> Result<()> {
        say(text).map_err(|exception| self.failure.keep("progress", exception))
    }

    fn begin(&mut self) {
        (self.start, self.drawn, self.first, self.width) = (Instant::now(), None, None, 0);
    }

    /// The time of a step, without the first where there are others.
    fn step(&self, current: usize) -> Duration {
        match (self.first, current) {
            (Some(first), 2..) => first.elapsed() / (current - 1) as u32,
            _ => self.start.elapsed() / current.max(1) as u32,
        }
    }

    /// Draws the bar: the line so far, in the place of the one before.
    fn draw(&mut self, current: usize, target: usize, logs: &Logs, is_last: bool) -> Result<()> {
        let step = self.step(current);
        let mut visible = String::new();
        let mut line = String::new();
        if target > 0 {
            let digits = target.to_string().len();
            let count = format!("{current:digits$}/{target}");
            let full = if is_last { WIDTH } else { WIDTH * current.min(target) / target };
            let (done, left) = ("━".repeat(full), "━".repeat(WIDTH - full));
            let _ =
                write!(line, "\x1b[1m{count}\x1b[0m \x1b[32m{done}\x1b[0m\x1b[37m{left}\x1b[0m");
            let _ = write!(visible, "{count} {done}{left}");
        } else {
            let _ = write!(line, "{current:7}/Unknown");
            visible.clone_from(&line);
        }
        let time = match is_last || target == 0 {
            true => format!("{:.0}s", self.start.elapsed().as_secs_f64()),
            false => clock(step * target.saturating_sub(current) as u32),
        };
        let rest = format!(" {}/step{}", duration(step), values(logs));
        let _ = write!(line, " \x1b[1m{time}\x1b[0m{rest}");
        let _ = write!(visible, " {time}{rest}");
        let width = visible.chars().count();
        let blank = " ".repeat(self.width.saturating_sub(width));
        self.width = width;
        self.drawn = Some(Instant::now());
        self.say(&format!("\r{line}{blank}{}", if is_last { "\n" } else { "" }))
    }

    /// Draws the bar after so many steps of a call that takes longer than its interval.
    pub fn advance(&mut self, steps: usize, target: usize, logs: &dyn Fn() -> Logs) -> Result<()> {
        let Style::Bar(interval) = self.style else { return Ok(()) };
        if steps == 1 {
            self.first = Some(Instant::now());
        }
        match self.drawn.unwrap_or(self.start).elapsed() < interval {
            true => Ok(()),
            false => self.draw(steps, target, &logs(), false),
        }
    }

    /// The last words on an epoch or an evaluation of so many steps.
    pub fn finish(&mut self, steps: usize, logs: &Logs) -> Result<()> {
        match self.style {
            Style::Bar(_) => self.draw(steps, steps, logs, true),
            Style::Lines | Style::OneLine => {
                let took = self.start.elapsed();
                let step = duration(took / steps.max(1) as u32);
                let seconds = took.as_secs_f64();
                self.say(&format!(
                    "{steps}/{steps} - {seconds:.0}s - {step}/step{}\n",
                    values(logs)
                ))
            }
        }
    }
}

/// The progress of what Python does batch by batch.
#[pyclass(frozen, module = "elman._elman")]
pub struct Bar {
    progress: Option<Mutex<Progress>>,
    target: usize,
    failure: Failure,
}

impl Bar {
    fn tell(&self, tell: impl FnOnce(&mut Progress) -> Result<()>) -> PyResult<()> {
        let Some(progress) = &self.progress else { return Ok(()) };
        let told = tell(&mut progress.lock().unwrap_or_else(PoisonError::into_inner));
        self.failure.or(told.or_raise())
    }
}

#[pymethods]
impl Bar {
    /// One of a style, over so many steps.
    #[new]
    fn new(style: &str, interval: f64, target: usize) -> PyResult<Bar> {
        let failure = Failure::default();
        let style = Style::of(style, interval)?;
        let progress = style.map(|style| Mutex::new(Progress::new(style, &failure)));
        Ok(Bar { progress, target, failure })
    }

    fn advance(&self, steps: usize) -> PyResult<()> {
        self.tell(|progress| progress.advance(steps, self.target, &Logs::new))
    }

    fn finish(&self, steps: usize) -> PyResult<()> {
        self.tell(|progress| progress.finish(steps, &Logs::new()))
    }
}

/// Writes to `sys.stdout`, whatever that is now.
fn say(text: &str) -> PyResult<()> {
    Python::attach(|py| {
        let out = py.import("sys")?.getattr("stdout")?;
        if out.is_none() {
            return Ok(());
        }
        out.call_method1("write", (text,))?;
        out.call_method0("flush")?;
        Ok(())
    })
}

impl Callback for Progress {
    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Model, moment: &mut Moment) -> Result<()> {
        self.begin();
        match self.style {
            Style::OneLine => Ok(()),
            _ if moment.epochs > 1 => self.say(&format!("Epoch {}/{}\n", epoch + 1, moment.epochs)),
            _ => Ok(()),
        }
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        _: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let Style::Bar(interval) = self.style else { return Ok(()) };
        self.first.get_or_insert_with(Instant::now);
        match self.drawn {
            Some(drawn) if drawn.elapsed() < interval => Ok(()),
            _ => self.draw(batch + 1, moment.steps, logs, false),
        }
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        _: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        if self.style == Style::OneLine {
            self.say(&format!("Epoch {}/{} - ", epoch + 1, moment.epochs))?;
        }
        self.finish(moment.steps, logs)
    }
}

/// The logs as Keras prints them: ` - accuracy: 0.3393 - loss: 1.1479`.
fn values(logs: &Logs) -> String {
    let mut text = String::new();
    for (key, value) in logs {
        let _ = match value.abs() > 1e-3 || !value.is_finite() {
            true => write!(text, " - {key}: {value:.4}"),
            false => write!(text, " - {key}: {}", scientific(*value)),
        };
    }
    text
}

/// A number as Python's `%.4e` writes it, with a sign and two digits or more in the exponent.
fn scientific(value: f64) -> String {
    let text = format!("{value:.4e}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text,
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

/// The time that is left, as Keras prints it: `12s`, `1:05`, `1:00:07`.
fn clock(left: Duration) -> String {
    match left.as_secs() {
        s @ 0..=60 => format!("{s}s"),
        s @ 61..=3600 => format!("{}:{:02}", s / 60, s % 60),
        s => format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    }
}
