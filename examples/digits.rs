//! The main job on real data: handwritten digits, read row by row.
//!
//! `cargo run --release --example digits [FOLDER]` trains on the 1,797 digits of the UCI set, keeps
//! a fifth of them aside, saves the model as a `.keras` file, loads it again, and draws the
//! learning curve and the confusion matrix. Ctrl-C stops after the current batch.

#![forbid(unsafe_code)]

mod files;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use elman::prelude::*;
use elman::random::Stream;
use ndarray::{Array1, Array2, Array3, Axis};

const SEED: u64 = 1;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = files::output_folder()?;
    let (x, y) = read_digits()?;
    // A fifth is kept aside and only looked at once, at the end. A tenth of the rest shows, while
    // the model learns, how it does on digits that it does not learn from.
    let order = Stream::new(0, "split").permutation(y.len());
    let (test, rest) = order.split_at(y.len() / 5);
    let (validation, train) = rest.split_at(rest.len() / 10);
    let part = |indices: &[usize]| (x.select(Axis(0), indices), y.select(Axis(0), indices));
    let ((x_train, y_train), (x_test, y_test)) = (part(train), part(test));
    let (x_train, y_train) = with_shifted(x_train, y_train)?;
    let (x_validation, y_validation) = part(validation);

    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    ctrlc::set_handler(move || raised.store(true, Ordering::Relaxed))?;

    let mut model = Sequential::with_name("digits").seed(SEED);
    // Chosen by cross-validation within the training part: 98.7 % on average of four
    // folds, without the shifted copies.
    model.add(Bidirectional::new(Gru::new(96).return_sequences(true)).input_shape([8, 8]))?;
    model.add(Flatten::new())?;
    model.add(Dropout::new(0.4))?;
    model.add(Dense::new(10).activation(Activation::Softmax))?;
    println!("{}", model.summary());
    model.compile(Adam::new(0.002), "sparse_categorical_crossentropy", &["accuracy"])?;

    let start = Instant::now();
    let fit = |from, to| {
        Fit::new()
            .batch_size(64)
            .initial_epoch(from)
            .epochs(to)
            .validation_data(&x_validation, &y_validation)
            .stop_when(Arc::clone(&stop))
    };
    // First in large steps, then in small ones; the optimizer keeps its state.
    let mut history = model.fit(&x_train, &y_train, fit(0, 30))?;
    if history.stopped().is_none() {
        model.set_learning_rate(0.0002)?;
        history.extend(model.fit(&x_train, &y_train, fit(30, 40))?);
    }
    println!("trained {} epochs in {:.1} s", history.epochs().len(), start.elapsed().as_secs_f64());

    let path = folder.join("digits.keras");
    model.save(&path)?;
    let loaded = load_model(&path)?;
    let probabilities = loaded.predict(&x_test)?;
    if probabilities != model.predict(&x_test)? {
        return Err("the loaded model predicts something else".into());
    }

    let mut confusion = Array2::<usize>::zeros((10, 10));
    for (row, truth) in probabilities.outer_iter().zip(&y_test) {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i);
        confusion[[*truth as usize, best]] += 1;
    }
    let right = confusion.diag().sum();
    println!(
        "accuracy on {} digits never seen: {:.2} % ({right} right)",
        y_test.len(),
        100.0 * right as f64 / y_test.len() as f64
    );

    println!("written:\n  {}", path.display());
    if !history.epochs().is_empty() {
        files::write_chart(&folder, "digits_history.svg", &elman::plot::history(&history)?)?;
    }
    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let title = format!("Digits never seen: {right} of {} right", y_test.len());
    let matrix = elman::plot::confusion_matrix(&title, confusion.view(), &names)?;
    files::write_chart(&folder, "digits_confusion.svg", &matrix)?;
    Ok(())
}

/// The images, and copies of them moved by a pixel in each direction: a digit is the same digit
/// wherever it stands.
fn with_shifted(
    x: Array3<f32>,
    y: Array1<u8>,
) -> Result<(Array3<f32>, Array1<u8>), Box<dyn Error>> {
    let shifts = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)];
    let moved = |(down, right): (i32, i32)| {
        Array3::from_shape_fn(x.dim(), |(image, row, column)| {
            let from = (row as i32 - down, column as i32 - right);
            let inside = (0..8).contains(&from.0) && (0..8).contains(&from.1);
            if inside { x[[image, from.0 as usize, from.1 as usize]] } else { 0.0 }
        })
    };
    let images: Vec<Array3<f32>> = shifts.into_iter().map(moved).collect();
    let images: Vec<_> = images.iter().map(|image| image.view()).collect();
    let labels = vec![y.view(); shifts.len()];
    Ok((ndarray::concatenate(Axis(0), &images)?, ndarray::concatenate(Axis(0), &labels)?))
}

/// Images as sequences of eight rows of eight pixels, scaled to 0..1, and their labels.
fn read_digits() -> Result<(Array3<f32>, Array1<u8>), Box<dyn Error>> {
    let rows = files::read_csv("digits.csv")?;
    let mut pixels = Vec::with_capacity(rows.len() * 64);
    let mut labels = Vec::with_capacity(rows.len());
    for row in &rows {
        let (label, image) = row.split_last().ok_or("digits.csv has an empty line")?;
        for pixel in image {
            pixels.push(pixel.parse::<f32>()? / 16.0);
        }
        labels.push(label.parse()?);
    }
    Ok((Array3::from_shape_vec((rows.len(), 8, 8), pixels)?, Array1::from(labels)))
}
