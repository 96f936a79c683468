//! A forecast of a real series: the weekly CO2 record of Mauna Loa, four weeks ahead.
//!
//! `cargo run --release --example forecast [FOLDER]` learns from the first four fifths of the
//! record, 1958 to 1993, and forecasts each week of the last fifth from what was known four weeks
//! before. It compares with forecasts that need no learning and draws forecast and truth.

#![forbid(unsafe_code)]

mod files;

use std::error::Error;

use elman::prelude::*;
use ndarray::{Array2, Array3};

/// How many weeks ahead.
const HORIZON: usize = 4;
/// How many weeks the model sees: a year and a quarter.
const WINDOW: usize = 64;
const YEAR: usize = 52;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = files::output_folder()?;
    let (years, series) = read_co2()?;
    let cut = series.len() * 4 / 5;

    // The model sees how far each of the last weeks was from the present one, and learns how far
    // the week to come will be. One scale, from the training part alone, serves both.
    let scale = deviation(&series[..cut]);
    let seen = series.as_slice();
    let window = |t: usize| seen[t + 1 - WINDOW..=t].iter().map(move |v| (v - seen[t]) / scale);
    let build = |range: std::ops::Range<usize>| -> Result<_, Box<dyn Error>> {
        let x: Vec<f32> = range.clone().flat_map(&window).map(|v| v as f32).collect();
        let y: Vec<f32> =
            range.clone().map(|t| ((series[t + HORIZON] - series[t]) / scale) as f32).collect();
        let n = range.len();
        Ok((Array3::from_shape_vec((n, WINDOW, 1), x)?, Array2::from_shape_vec((n, 1), y)?))
    };
    // Every target of training lies before the cut, every target of the test behind it.
    let (x_train, y_train) = build(WINDOW - 1..cut - HORIZON)?;
    let test = cut - HORIZON..series.len() - HORIZON;
    let (x_test, _) = build(test.clone())?;

    let mut model = Sequential::with_name("forecast").seed(1);
    model.add(Gru::new(32).input_shape([WINDOW, 1]))?;
    model.add(Dense::new(1))?;
    model.compile(Adam::new(0.003), "mse", &["mae"])?;
    let stopping = EarlyStopping::new("val_loss").patience(10).restore_best_weights(true);
    let fit = Fit::new().epochs(60).validation_split(0.1).callback(stopping);
    let history = model.fit(&x_train, &y_train, fit)?;
    model.save(folder.join("forecast.keras"))?;

    let predicted = model.predict(&x_test)?;
    let learnt: Vec<f64> =
        test.clone().zip(&predicted).map(|(t, p)| series[t] + f64::from(*p) * scale).collect();
    let of = |f: &dyn Fn(usize) -> f64| test.clone().map(f).collect::<Vec<f64>>();
    let truth = of(&|t| series[t + HORIZON]);
    let forecasts = [
        ("elman (GRU)", learnt),
        ("naive: as now", of(&|t| series[t])),
        ("seasonal: as a year before", of(&|t| series[t + HORIZON - YEAR])),
        ("seasonal with drift", of(&|t| series[t + HORIZON - YEAR] + series[t] - series[t - YEAR])),
    ];
    println!("{HORIZON} weeks ahead, {} weeks never seen, ppm:", truth.len());
    println!("{:28} {:>8} {:>8}", "", "RMSE", "MAE");
    let errors = forecasts.each_ref().map(|(name, forecast)| {
        let (rmse, mae) = error(forecast, &truth);
        println!("{name:28} {rmse:8.3} {mae:8.3}");
        rmse
    });
    for (i, name) in [(1, "naive"), (2, "seasonal-naive"), (3, "seasonal-with-drift")] {
        println!("RMSE {:.0} % below the {name} forecast's", 100.0 * (1.0 - errors[0] / errors[i]));
    }
    if errors[0] >= errors[1] || errors[0] >= errors[2] {
        return Err("the model does not beat the forecasts that need no learning".into());
    }

    println!("written:\n  {}", folder.join("forecast.keras").display());
    let curve = |values: &[f64]| -> Vec<(f64, f64)> {
        let forecast = test.clone().map(|t| years[t + HORIZON]).zip(values.iter().copied());
        forecast.skip(test.len() - 3 * YEAR).collect()
    };
    let svg = elman::plot::lines(
        "CO2 at Mauna Loa, forecast four weeks ahead",
        "year",
        "ppm",
        &[("truth", &curve(&truth)), ("forecast", &curve(&forecasts[0].1))],
    )?;
    files::write_chart(&folder, "forecast.svg", &svg)?;
    files::write_chart(&folder, "forecast_history.svg", &elman::plot::history(&history)?)?;
    Ok(())
}

/// The record as years and ppm, with its missing weeks filled by straight lines.
fn read_co2() -> Result<(Vec<f64>, Vec<f64>), Box<dyn Error>> {
    let (mut years, mut series): (Vec<f64>, Vec<f64>) = Default::default();
    let mut missing = 0;
    for row in files::read_csv("mauna_loa_co2.csv")? {
        let [date, value] = &row[..] else {
            return Err("a row must hold a date and a value".into());
        };
        years.push(year_of(date)?);
        if value.is_empty() {
            missing += 1;
            continue;
        }
        let value: f64 = value.parse()?;
        let last = series.last().copied().unwrap_or(value);
        let step = (value - last) / f64::from(missing + 1);
        series.extend((1..=missing).map(|i| last + step * f64::from(i)));
        series.push(value);
        missing = 0;
    }
    years.truncate(series.len());
    Ok((years, series))
}

/// A date such as `1958-03-29` as a number of years, to a day or two.
fn year_of(date: &str) -> Result<f64, Box<dyn Error>> {
    let parts: Vec<f64> = date.split('-').map(str::parse).collect::<Result<_, _>>()?;
    let [year, month, day] = parts[..] else { return Err(format!("{date} is no date").into()) };
    Ok(year + (month - 1.0) / 12.0 + (day - 1.0) / 365.25)
}

/// The standard deviation of the change over a quarter of a year.
fn deviation(series: &[f64]) -> f64 {
    let changes: Vec<f64> = series.windows(14).map(|w| w[13] - w[0]).collect();
    let mean = changes.iter().sum::<f64>() / changes.len() as f64;
    (changes.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / changes.len() as f64).sqrt()
}

/// Root mean square error and mean absolute error.
fn error(forecast: &[f64], truth: &[f64]) -> (f64, f64) {
    let differences = || forecast.iter().zip(truth).map(|(f, t)| f - t);
    let n = truth.len() as f64;
    let square = differences().map(|d| d * d).sum::<f64>() / n;
    (square.sqrt(), differences().map(f64::abs).sum::<f64>() / n)
}
