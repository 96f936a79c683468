//! A forecast that goes along with a series: one value comes, the states take it in, the next value
//! is forecast. The series is the yearly number of sunspots.
//!
//! `cargo run --release --example sensor [FOLDER]` learns from the years 1700 to 1949 with a
//! stateful model: it sees one window of years after another, its states go on from each to the
//! next, and they are reset between epochs. Then it steps through the years to 2008 one by one. A
//! copy of its states runs ahead on its own forecasts, some years beyond the last value seen. Half
//! way, model and states are written to files; what is read from them goes on with the same bits.

#![forbid(unsafe_code)]

mod files;

use std::error::Error;

use elman::prelude::*;
use elman::training::callbacks::LambdaCallback;
use elman::training::schedules::CosineDecay;
use ndarray::Array3;

/// How many years the model learns from.
const LEARNT: usize = 250;
/// How many years gradients flow back through; the states know what was before.
const WINDOW: usize = 16;
const UNITS: usize = 8;
const EPOCHS: usize = 50;
/// The deviation of what is added to the years in training, where the series has 1: 250 years are
/// few, and noise keeps the model from learning them by heart.
const NOISE: f64 = 0.1;
/// How many years ahead it forecasts.
const HORIZON: usize = 5;
/// About how long a cycle of sunspots takes.
const CYCLE: usize = 11;
/// The most that the errors may be of those of the better of two forecasts that need no learning:
/// one year ahead, and on average over the years to `HORIZON`.
const GOOD: [f64; 2] = [0.65, 0.9];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = files::output_folder()?;
    let (years, series) = read_sunspots()?;
    let scale = Scale::of(&series[..LEARNT]);
    let scaled: Vec<f32> = series.iter().map(|value| scale.apply(*value)).collect();

    // A batch of one: there is one series. The steps of a call are open: windows to learn from, one
    // value to step.
    let mut model = Sequential::with_name("sensor").seed(4);
    let shape = [Some(1), None, Some(1)];
    model.add(GaussianNoise::new(NOISE).batch_input_shape(shape))?;
    model.add(Gru::new(UNITS).return_sequences(true).stateful(true))?;
    model.add(Dense::new(1))?;
    let windows = (LEARNT - 1) / WINDOW;
    let optimizer = Adam::new(CosineDecay::new(0.01, (windows * EPOCHS) as f64)).clipnorm(1.0);
    model.compile(optimizer, "mse", &[])?;
    // Windows that follow each other up to the last year but one, and the year after each year.
    let first = LEARNT - 1 - windows * WINDOW;
    let window = |shift: usize| {
        Array3::from_shape_fn((windows, WINDOW, 1), |(i, t, _)| {
            scaled[first + i * WINDOW + t + shift]
        })
    };
    let fresh = LambdaCallback::new().on_epoch_begin(|_, model| {
        model.reset_states();
        Ok(())
    });
    let fit = Fit::new().epochs(EPOCHS).batch_size(1).shuffle(false).callback(fresh);
    let history = model.fit(window(0), window(1), fit.verbose(Verbose::Silent))?;
    println!("loss {:.4} after {EPOCHS} epochs", history.last("loss").ok_or("no epoch")?);

    // The states take in all that was learnt from, and then one year after the other.
    model.reset_states();
    let past = Array3::from_shape_fn((1, LEARNT - 1, 1), |(_, t, _)| scaled[t]);
    model.predict(&past)?;
    let unseen = LEARNT - 1..series.len() - 1;
    let half = unseen.start + unseen.len() / 2;
    let files = [folder.join("sensor.keras"), folder.join("sensor_states.npz")];
    let mut forecasts = Vec::new();
    for now in unseen.clone() {
        if now == half {
            model.save(&files[0])?;
            model.save_states(&files[1])?;
        }
        forecasts.push(step(&model, scaled[now])?);
    }
    let mut restored = load_model(&files[0])?;
    restored.load_states(&files[1])?;
    for now in half..unseen.end {
        if step(&restored, scaled[now])? != forecasts[now - unseen.start] {
            return Err(format!("{}: other bits than without a break", years[now]).into());
        }
    }
    println!("from {} on, files of model and states gave the same bits", years[half]);

    println!("\nRMSE over the years from {} on, never seen:", years[LEARNT]);
    println!("{:>16} {:>10} {:>12} {:>16}", "years ahead", "elman", "as now", "a cycle before");
    let mut parts = [0.0; HORIZON];
    for ahead in 1..=HORIZON {
        // Forecasts for the same years at every distance.
        let origins = unseen.start..series.len() - HORIZON;
        let error = |forecast: &dyn Fn(usize) -> f64| {
            let squares = origins.clone().map(|now| (forecast(now) - series[now + ahead]).powi(2));
            (squares.sum::<f64>() / origins.len() as f64).sqrt()
        };
        let learnt = error(&|now| scale.back(forecasts[now - unseen.start][ahead - 1]));
        let (naive, seasonal) =
            (error(&|now| series[now]), error(&|now| series[now + ahead - CYCLE]));
        println!("{ahead:16} {learnt:10.1} {naive:12.1} {seasonal:16.1}");
        parts[ahead - 1] = learnt / naive.min(seasonal);
    }

    let all = parts.iter().sum::<f64>() / HORIZON as f64;
    println!(
        "errors are {:.2} of the better simple forecast's one year ahead, {all:.2} over all years",
        parts[0]
    );
    println!("\nwritten:");
    files.iter().for_each(|file| println!("  {}", file.display()));
    let curve = |ahead: usize| -> Vec<(f64, f64)> {
        let known = unseen.clone().filter(|now| now + ahead < series.len());
        known
            .map(|now| (years[now + ahead], scale.back(forecasts[now - unseen.start][ahead - 1])))
            .collect()
    };
    let truth: Vec<(f64, f64)> = years.iter().copied().zip(series.iter().copied()).collect();
    let svg = elman::plot::lines(
        "Sunspots, forecast by a model that keeps its states",
        "year",
        "sunspots",
        &[
            ("truth", &truth[LEARNT - 1..]),
            ("one year ahead", &curve(1)),
            (&format!("{HORIZON} years ahead"), &curve(HORIZON)),
        ],
    )?;
    files::write_chart(&folder, "sensor.svg", &svg)?;
    if parts[0] > GOOD[0] || all > GOOD[1] {
        return Err(format!("errors must be at most {GOOD:?} of the simple forecasts'").into());
    }
    Ok(())
}

/// Gives the model one value; what it forecasts for the next `HORIZON` years.
fn step(model: &Model, value: f32) -> elman::Result<Vec<f32>> {
    let one = |value: f32| Array3::from_elem((1, 1, 1), value);
    let mut forecasts = vec![model.predict(one(value))?.sum()];
    // Its own forecasts change a copy of the states, not those that follow the truth.
    let mut states = model.states();
    while forecasts.len() < HORIZON {
        let last = Tensor::from(one(forecasts[forecasts.len() - 1]));
        let next = model.predict_with_states([last], &mut states)?;
        forecasts.push(next[0].sum());
    }
    Ok(forecasts)
}

/// Roots, since large numbers of sunspots vary more than small ones, with the mean 0 and the
/// deviation 1.
struct Scale {
    mean: f64,
    deviation: f64,
}

impl Scale {
    fn of(series: &[f64]) -> Scale {
        let n = series.len() as f64;
        let mean = series.iter().map(|value| value.sqrt()).sum::<f64>() / n;
        let squares = series.iter().map(|value| (value.sqrt() - mean).powi(2));
        Scale { mean, deviation: (squares.sum::<f64>() / n).sqrt() }
    }

    fn apply(&self, value: f64) -> f32 {
        ((value.sqrt() - self.mean) / self.deviation) as f32
    }

    fn back(&self, value: f32) -> f64 {
        (f64::from(value) * self.deviation + self.mean).max(0.0).powi(2)
    }
}

/// Years and their numbers of sunspots.
fn read_sunspots() -> Result<(Vec<f64>, Vec<f64>), Box<dyn Error>> {
    let (mut years, mut series): (Vec<f64>, Vec<f64>) = Default::default();
    for row in files::read_csv("sunspots.csv")? {
        let [year, sunspots] = &row[..] else {
            return Err("a row must hold a year and a number".into());
        };
        years.push(year.parse()?);
        series.push(sunspots.parse()?);
    }
    if series.len() < LEARNT + HORIZON {
        return Err(format!("{} years are too few", series.len()).into());
    }
    Ok((years, series))
}
