//! `elman bench --growth`: how cost grows, along one axis at a time.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use elman::layers::LayerOptions;
use elman::prelude::{Gru, Initializer, Input, Lstm, Sequential, SimpleRnn};
use elman::{Model, Tensor};
use elman_files::atomic;
use serde_json::{Value, json};

use super::latency::Latencies;
use super::machine::Machine;
use super::memory_growth;
use crate::failure::Result;
use crate::terminal::Terminal;
use crate::values::count;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Axis {
    /// Time steps.
    Time,
    /// Sequences in a batch.
    Batch,
    /// Units of a layer, and as many features.
    Units,
    /// Layers on top of each other.
    Layers,
    /// Threads.
    Threads,
    /// Memory, with time steps.
    Memory,
}

/// The layers that are measured.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    SimpleRnn,
    Lstm,
    Gru,
}

/// Lengths of sequences.
pub const TIMES: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

const KINDS: [Kind; 3] = [Kind::SimpleRnn, Kind::Lstm, Kind::Gru];

/// One model and one call of it.
#[derive(Clone, Copy, Debug)]
struct Point {
    time: usize,
    batch: usize,
    units: usize,
    layers: usize,
    threads: usize,
}

impl Kind {
    /// Keras's name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SimpleRnn => "SimpleRNN",
            Kind::Lstm => "LSTM",
            Kind::Gru => "GRU",
        }
    }

    /// A stack of such layers that gives the last output, or all of them, compiled.
    pub fn model(self, units: usize, layers: usize, sequences: bool) -> Result<Model> {
        let mut model = Sequential::new().seed(1);
        model.add(Input::new([None, Some(units)]))?;
        for layer in 1..=layers {
            let (sequences, name) = (sequences || layer < layers, format!("layer_{layer}"));
            // Keras's default, orthogonal, takes minutes for the largest, and changes no time.
            macro_rules! add {
                ($layer:ident) => {
                    model.add(
                        $layer::new(units)
                            .recurrent_initializer(Initializer::glorot_uniform())
                            .return_sequences(sequences)
                            .name(&name),
                    )?
                };
            }
            match self {
                Kind::SimpleRnn => add!(SimpleRnn),
                Kind::Lstm => add!(Lstm),
                Kind::Gru => add!(Gru),
            };
        }
        model.compile("sgd", "mse", &[])?;
        Ok(model.into())
    }
}

impl Axis {
    /// How it is called in names of files, and on the axis of the picture.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Axis::Time => ("time", "time steps"),
            Axis::Batch => ("batch", "sequences in a batch"),
            Axis::Units => ("units", "units, and features"),
            Axis::Layers => ("layers", "layers"),
            Axis::Threads => ("threads", "threads"),
            Axis::Memory => ("memory", "time steps"),
        }
    }

    /// The points along it up to so many, and what stays the same, in words.
    fn points(self, threads: usize, most: usize) -> (Vec<(usize, Point)>, String) {
        let base = Point { time: 100, batch: 8, units: 128, layers: 1, threads };
        let doubling = |from: usize, to: usize| -> Vec<usize> {
            std::iter::successors(Some(from), |n| Some(2 * n)).take_while(|n| *n <= to).collect()
        };
        let (values, at): (Vec<usize>, fn(Point, usize) -> Point) = match self {
            Axis::Time | Axis::Memory => {
                let small = |point, time| Point { time, batch: 1, units: 64, ..point };
                (TIMES.to_vec(), small)
            }
            Axis::Batch => (doubling(1, 512), |point, batch| Point { batch, ..point }),
            Axis::Units => (doubling(8, 2048), |point, units| Point { units, time: 20, ..point }),
            Axis::Layers => (doubling(1, 16), |point, layers| Point { layers, ..point }),
            Axis::Threads => {
                let mut values = doubling(1, threads);
                if values.last() != Some(&threads) {
                    values.push(threads);
                }
                (values, |point, threads| Point { threads, batch: 32, units: 256, ..point })
            }
        };
        let one = at(base, 1);
        let parts = [
            (!matches!(self, Axis::Time), format!("{} steps", one.time)),
            (self != Axis::Batch, format!("batch {}", one.batch)),
            (self != Axis::Units, format!("{} units", one.units)),
            (self != Axis::Layers, count(one.layers, "layer")),
            (self != Axis::Threads, count(one.threads, "thread")),
        ];
        let parts = parts.into_iter().filter(|(is_fixed, _)| *is_fixed).map(|(_, words)| words);
        let fixed = parts.collect::<Vec<_>>().join(", ");
        let values = values.into_iter().filter(|value| *value <= most);
        (values.map(|value| (value, at(base, value))).collect(), fixed)
    }

    /// Measures along it, each figure for so long and up to so many, and writes `NAME.json` and
    /// `NAME.svg`.
    pub fn measure(
        self,
        folder: &Path,
        machine: &Machine,
        (time, most): (Duration, usize),
        terminal: &Terminal,
    ) -> Result<()> {
        let (name, label) = self.words();
        let (curves, title, unit) = match self {
            Axis::Memory => memory_growth::curves(machine.threads, most, terminal)?,
            _ => self.costs(self.points(machine.threads, most), time, terminal)?,
        };
        let document = json!({
            "machine": machine.json(),
            "axis": label,
            "unit": unit,
            "title": title,
            "curves": curves.iter().map(Curve::json).collect::<Vec<_>>(),
        });
        let series: Vec<(&str, &[(f64, f64)])> =
            curves.iter().map(|curve| (curve.name.as_str(), &curve.points[..])).collect();
        let svg = elman::plot::log_lines(&title, label, unit, &series)?;
        let (json, picture) = (format!("{name}.json"), format!("{name}.svg"));
        atomic::write(&folder.join(&json), format!("{document:#}\n").as_bytes())?;
        atomic::write(&folder.join(&picture), svg.as_bytes())?;
        terminal.note(format_args!("wrote {json} and {picture} to {}", folder.display()));
        Ok(())
    }

    fn costs(
        self,
        (points, fixed): (Vec<(usize, Point)>, String),
        time: Duration,
        terminal: &Terminal,
    ) -> Result<(Vec<Curve>, String, &'static str)> {
        let mut curves = Vec::new();
        for kind in KINDS {
            let (mut predict, mut train) = (Vec::new(), Vec::new());
            for (value, point) in &points {
                terminal.note(format_args!("{}, {} {value}", kind.name(), self.words().1));
                let (inference, training) = point.costs(kind, time)?;
                predict.push((*value as f64, 1e6 * inference));
                train.push((*value as f64, 1e6 * training));
            }
            curves.push(Curve { name: kind.name().into(), points: predict });
            curves.push(Curve { name: format!("{}, training", kind.name()), points: train });
        }
        Ok((curves, format!("A call and a step of training: {fixed}"), "microseconds"))
    }
}

impl Point {
    /// The median seconds of a prediction and of a step of training.
    fn costs(self, kind: Kind, time: Duration) -> Result<(f64, f64)> {
        elman::set_num_threads(self.threads);
        let mut model = kind.model(self.units, self.layers, false)?;
        let size = self.batch * self.time * self.units;
        let numbers = (0..size).map(|i| (i % 97) as f32 / 97.0 - 0.5).collect();
        let x = Tensor::new([self.batch, self.time, self.units], numbers)?;
        let y = Tensor::zeros([self.batch, self.units]);
        let inference = Latencies::measure(time, || {
            std::hint::black_box(model.predict_in_batches([x.clone()], self.batch)?);
            Ok(())
        })?;
        let training = Latencies::measure(time, || {
            model.train_on_batch(x.clone(), y.clone())?;
            Ok(())
        })?;
        Ok((inference.median(), training.median()))
    }
}

/// A line of a picture.
pub struct Curve {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    fn json(&self) -> Value {
        json!({"name": self.name, "points": self.points})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_axis_changes_one_thing() {
        for axis in [Axis::Time, Axis::Batch, Axis::Units, Axis::Layers, Axis::Threads] {
            let (points, fixed) = axis.points(6, 100);
            assert!(points.len() >= 3, "{axis:?}");
            assert!(points.iter().all(|(value, _)| *value <= 100), "{axis:?}");
            assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0), "{axis:?}");
            for (value, point) in &points {
                let Point { time, batch, units, layers, threads } = *point;
                let along = match axis {
                    Axis::Time | Axis::Memory => time,
                    Axis::Batch => batch,
                    Axis::Units => units,
                    Axis::Layers => layers,
                    Axis::Threads => threads,
                };
                assert_eq!(along, *value, "{axis:?}");
            }
            assert_eq!(fixed.split(", ").count(), 4, "{fixed}");
        }
        assert_eq!(Axis::Threads.points(6, 100).0.last().map(|(n, _)| *n), Some(6));
    }

    #[test]
    fn stacks_are_of_the_kind() {
        for kind in KINDS {
            let model = kind.model(3, 2, true).unwrap();
            assert_eq!(model.output_shapes()[0].to_string(), "(None, None, 3)");
            assert!(model.summary().contains(kind.name()), "{kind:?}");
            let point = Point { time: 2, batch: 1, units: 3, layers: 2, threads: 1 };
            let (inference, training) = point.costs(kind, Duration::ZERO).unwrap();
            assert!(inference > 0.0 && training > 0.0);
        }
    }
}
