//! A model of text, character by character, that learns the Book of Genesis and writes on.
//!
//! `cargo run --release --example character [FOLDER]` learns from the first nine tenths of the King
//! James text and measures on the last tenth, in bits per character, beside models that count: how
//! often a character follows the one or the two before it. Then the same weights, in a model that
//! keeps its states between calls, write a passage one character at a time.

#![forbid(unsafe_code)]

mod files;

use std::collections::HashMap;
use std::error::Error;

use elman::prelude::*;
use elman::training::schedules::CosineDecay;
use ndarray::Array2;

/// How many characters gradients flow back through.
const WINDOW: usize = 100;
/// Characters between the starts of two windows: every character is seen with a long and a short
/// past.
const STRIDE: usize = 50;
const BATCH: usize = 32;
const UNITS: usize = 160;
const EPOCHS: usize = 8;
/// The most bits per character that are still a good result; counting needs almost 2.
const GOOD: f64 = 1.9;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = files::output_folder()?;
    let text = files::read_text("genesis.txt")?;
    let mut alphabet: Vec<char> = text.chars().collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let number: HashMap<char, usize> = alphabet.iter().enumerate().map(|(i, c)| (*c, i)).collect();
    let text: Vec<usize> = text.chars().map(|c| number[&c]).collect();
    let (learnt, unseen) = text.split_at(text.len() * 9 / 10);

    let mut model = layers(Sequential::with_name("character").seed(3), alphabet.len(), None)?;
    let loss = SparseCategoricalCrossentropy { from_logits: true, ..Default::default() };
    let steps = (windows(learnt, STRIDE).0.nrows().div_ceil(BATCH) * EPOCHS) as f64;
    let optimizer = Adam::new(CosineDecay::new(0.004, steps)).clipnorm(1.0);
    model.compile(optimizer, loss, &[])?;
    let (x, y) = windows(learnt, STRIDE);
    let validation = windows(unseen, WINDOW);
    let fit =
        Fit::new().epochs(EPOCHS).batch_size(BATCH).validation_data(&validation.0, &validation.1);
    let history = model.fit(&x, &y, fit)?;
    model.save(folder.join("character.keras"))?;

    let bits = history.last("val_loss").ok_or("no epoch")? / std::f64::consts::LN_2;
    println!("bits per character of {} never seen:", unseen.len());
    let mut best = f64::INFINITY;
    for context in 0..4 {
        let counted = count(learnt, unseen, context, alphabet.len());
        println!("  counting after {context} characters  {counted:.3}");
        best = best.min(counted);
    }
    println!("  elman (GRU, {UNITS} units)      {bits:.3}");

    let mut writer = layers(Sequential::new(), alphabet.len(), Some(1))?;
    writer.set_weights(model.weights())?;
    let start = "And Joseph said unto ";
    let written = write(&writer, start, 400, &alphabet, &number)?;
    println!("\n{start}{written}\n\nwritten:\n  {}", folder.join("character.keras").display());
    if bits > GOOD || bits > best {
        return Err(format!("{bits:.3} bits are more than {GOOD} or than {best:.3}").into());
    }
    Ok(())
}

/// Embedding, GRU, and the logits of the next character; for one text at a time with `batch`, its
/// states kept from call to call.
fn layers(
    mut model: Sequential,
    characters: usize,
    batch: Option<usize>,
) -> elman::Result<Sequential> {
    let shape = [batch, batch];
    model.add(Embedding::new(characters, 32).batch_input_shape(shape))?;
    model.add(Gru::new(UNITS).return_sequences(true).stateful(batch.is_some()))?;
    model.add(Dense::new(characters))?;
    Ok(model)
}

/// Windows of a text, and for each of their characters the one that follows it.
fn windows(text: &[usize], stride: usize) -> (Array2<f32>, Array2<f32>) {
    let count = (text.len() - 1 - WINDOW) / stride + 1;
    let at = |shift: usize| {
        Array2::from_shape_fn((count, WINDOW), |(i, t)| text[i * stride + t + shift] as f32)
    };
    (at(0), at(1))
}

/// The bits per character of a model that counts in `learnt` which character follows the `context`
/// characters before it, and, as far as it has seen too little of those, the fewer before it.
fn count(learnt: &[usize], unseen: &[usize], context: usize, characters: usize) -> f64 {
    let mut seen: HashMap<&[usize], HashMap<usize, f64>> = HashMap::new();
    for length in 0..=context {
        for window in learnt.windows(length + 1) {
            *seen.entry(&window[..length]).or_default().entry(window[length]).or_default() += 1.0;
        }
    }
    let probability = |past: &[usize], next: usize| {
        (0..=context).fold(1.0 / characters as f64, |shorter, length| {
            let Some(counts) = seen.get(&past[past.len() - length..]) else { return shorter };
            // As many sightings of anything new as there are different successors (Witten, Bell).
            let (all, different) = (counts.values().sum::<f64>(), counts.len() as f64);
            (counts.get(&next).unwrap_or(&0.0) + different * shorter) / (all + different)
        })
    };
    let windows = unseen.windows(context + 1);
    let n = windows.len() as f64;
    windows.map(|w| -probability(&w[..context], w[context]).log2()).sum::<f64>() / n
}

/// Feeds `start` to a model that keeps its states, and draws `length` characters from it, each of
/// which it sees in turn.
fn write(
    model: &Sequential,
    start: &str,
    length: usize,
    alphabet: &[char],
    number: &HashMap<char, usize>,
) -> Result<String, Box<dyn Error>> {
    // Below 1: likely characters become likelier still.
    const TEMPERATURE: f64 = 0.6;
    let read = |character: usize| model.predict(Array2::from_elem((1, 1), character as f32));
    let mut logits = None;
    for character in start.chars() {
        logits = Some(read(*number.get(&character).ok_or("a character that the text lacks")?)?);
    }
    let mut logits = logits.ok_or("nothing to start with")?;
    let (mut written, mut random) = (String::new(), 1_u64);
    for _ in 0..length {
        let weights: Vec<f64> =
            logits.iter().map(|logit| (f64::from(*logit) / TEMPERATURE).exp()).collect();
        // A linear congruential generator (Knuth's MMIX) writes the same passage each time.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut left = (random >> 11) as f64 / (1_u64 << 53) as f64 * weights.iter().sum::<f64>();
        let drawn = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        let drawn = drawn.unwrap_or(alphabet.len() - 1);
        written.push(alphabet[drawn]);
        logits = read(drawn)?;
    }
    Ok(written)
}
