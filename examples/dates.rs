//! A translator with attention: dates as people write them, into dates as ISO 8601 has them.
//!
//! `cargo run --release --example dates [FOLDER]` learns, character by character, that
//! `the 3rd of March, 1987` is `1987-03-03`. An encoder reads the date both ways; a decoder starts
//! from the encoder's last states, looks back at its steps through attention, and writes one
//! character after another, each of which it is given in turn: in training the right ones, later
//! its own. It is measured on days that never occur in training, in any of the ways to write them,
//! and draws what it looks at while it writes.

#![forbid(unsafe_code)]

mod calendar;
mod files;

use std::error::Error;

use calendar::Date;
use elman::prelude::*;
use elman::random::Stream;
use elman::training::schedules::CosineDecay;
use ndarray::{Array2, Array3, ArrayD, Axis, Ix2, Ix3, Slice};

const TRAINING: usize = 16_000;
const HELD_OUT: usize = 1_000;
const EPOCHS: usize = 5;
const BATCH: usize = 64;
/// Of the decoder; half of them read each way in the encoder.
const UNITS: usize = 64;
/// The part of the held-out dates that must be translated right in every character.
const GOOD: f64 = 0.98;

/// What ISO dates consist of. The number behind the last of them stands for the beginning.
const DIGITS: &str = "0123456789-";
const START: usize = DIGITS.len();
const LENGTH: usize = "1987-03-03".len();

fn main() -> Result<(), Box<dyn Error>> {
    let folder = files::output_folder()?;
    let mut random = Stream::new(1, "dates");
    let days = calendar::all();
    let order = random.permutation(days.len());
    let (unseen, seen) = order.split_at(days.len() / 10);
    let mut draw = |from: &[usize], count: usize| -> Vec<Pair> {
        (0..count).map(|_| Pair::new(&days[from[random.below(from.len())]], &mut random)).collect()
    };
    let (training, held_out) = (draw(seen, TRAINING), draw(unseen, HELD_OUT));
    let alphabet = Alphabet::of(&training);

    let model = translator(&alphabet)?;
    let mut model =
        Functional::new([&model.source, &model.previous], &model.next).seed(1).build()?;
    let steps = (TRAINING.div_ceil(BATCH) * EPOCHS) as f64;
    let optimizer = Adam::new(CosineDecay::new(0.005, steps)).clipnorm(1.0);
    model.compile(optimizer, "sparse_categorical_crossentropy", &["accuracy"])?;
    let x = [Tensor::from(&alphabet.sources(&training)?), Tensor::from(&previous(&training))];
    model.fit(x, targets(&training), Fit::new().epochs(EPOCHS).batch_size(BATCH))?;
    model.save(folder.join("dates.keras"))?;

    let decoder = Decoder::new(&model, &alphabet)?;
    let (written, attention) = decoder.translate(&held_out, &alphabet)?;
    let right = written.iter().zip(&held_out).filter(|(iso, pair)| **iso == pair.iso).count();
    let wrong = written.iter().zip(&held_out).filter(|(iso, pair)| **iso != pair.iso);
    for (iso, pair) in written.iter().zip(&held_out).take(12).chain(wrong.take(12)) {
        let correction = if *iso == pair.iso { "" } else { &format!("  wrong: {}", pair.iso) };
        println!("{:52} {iso}{correction}", pair.written);
    }
    let part = right as f64 / held_out.len() as f64;
    println!("{right} of {HELD_OUT} dates of days never seen are right: {:.1} %", 100.0 * part);

    println!("written:\n  {}", folder.join("dates.keras").display());
    let shown = held_out.iter().position(|pair| pair.written.starts_with("the "));
    let shown = shown.ok_or("no date in words")?;
    let (from, to) = (letters(&held_out[shown].written), letters(&written[shown]));
    let weights = attention.index_axis(Axis(0), shown);
    let weights = weights.slice_axis(Axis(1), Slice::from(..from.len()));
    let rows: Vec<&str> = to.iter().map(String::as_str).collect();
    let columns: Vec<&str> = from.iter().map(String::as_str).collect();
    let title = "What the decoder looks at";
    let svg = elman::plot::attention(title, weights, &rows, &columns)?;
    files::write_chart(&folder, "dates_attention.svg", &svg)?;
    if part < GOOD {
        return Err(format!("{part} are right, less than {GOOD}").into());
    }
    Ok(())
}

/// A date in both ways.
struct Pair {
    written: String,
    iso: String,
}

impl Pair {
    fn new(date: &Date, random: &mut Stream) -> Pair {
        Pair { written: date.written(random), iso: date.iso() }
    }
}

/// The characters of written dates, numbered from 1; 0 is padding.
struct Alphabet(Vec<char>);

impl Alphabet {
    fn of(pairs: &[Pair]) -> Alphabet {
        let mut characters: Vec<char> =
            pairs.iter().flat_map(|pair| pair.written.chars()).collect();
        characters.sort_unstable();
        characters.dedup();
        Alphabet(characters)
    }

    /// Written dates as numbers, padded to the longest.
    fn sources(&self, pairs: &[Pair]) -> Result<Array2<f32>, Box<dyn Error>> {
        let longest = pairs.iter().map(|pair| pair.written.len()).max().unwrap_or(0);
        let mut sources = Array2::zeros((pairs.len(), longest));
        for (mut row, pair) in sources.rows_mut().into_iter().zip(pairs) {
            for (number, character) in row.iter_mut().zip(pair.written.chars()) {
                let place = self.0.binary_search(&character);
                *number =
                    place.map_err(|_| format!("no training date has a {character}"))? as f32 + 1.0;
            }
        }
        Ok(sources)
    }
}

/// ISO dates as numbers: what the decoder is to write.
fn targets(pairs: &[Pair]) -> Array2<f32> {
    Array2::from_shape_fn((pairs.len(), LENGTH), |(i, t)| {
        let character = pairs[i].iso.as_bytes()[t] as char;
        DIGITS.find(character).unwrap_or(START) as f32
    })
}

/// What the decoder has written before each step.
fn previous(pairs: &[Pair]) -> Array2<f32> {
    let targets = targets(pairs);
    Array2::from_shape_fn(targets.dim(), |(i, t)| match t {
        0 => START as f32,
        t => targets[[i, t - 1]],
    })
}

fn letters(text: &str) -> Vec<String> {
    text.chars().map(String::from).collect()
}

/// The tensors of the whole, of which the models are parts.
struct Translator {
    source: Symbolic,
    /// What the encoder says of every character, and its last states, from which the decoder starts.
    encoded: Symbolic,
    states: [Symbolic; 2],
    previous: Symbolic,
    next: Symbolic,
}

fn translator(alphabet: &Alphabet) -> elman::Result<Translator> {
    let source = Input::new([None]).name("source").symbolic();
    let characters = Embedding::new(alphabet.0.len() + 1, 24).mask_zero(true).name("characters");
    let encoder = Lstm::new(UNITS / 2).return_sequences(true).return_state(true);
    let read =
        Bidirectional::new(encoder).name("encoder").apply_all(&characters.apply(&source)?)?;
    let both =
        |name: &str, a: usize, b: usize| Concatenate::new().name(name).apply([&read[a], &read[b]]);
    let states = [both("h", 1, 3)?, both("c", 2, 4)?];
    let previous = Input::new([LENGTH]).name("previous").symbolic();
    let decoded = decode(&previous, &read[0], [&states[0], &states[1]])?;
    let [encoded, next] = [read[0].clone(), decoded.next];
    Ok(Translator { source, encoded, states, previous, next })
}

/// The tensors of some steps of the decoder.
struct Decoded {
    next: Symbolic,
    states: [Symbolic; 2],
    attention: Symbolic,
}

fn decode(
    previous: &Symbolic,
    encoded: &Symbolic,
    [h, c]: [&Symbolic; 2],
) -> elman::Result<Decoded> {
    let digits = Embedding::new(START + 1, 12).name("digits").apply(previous)?;
    let decoder = Lstm::new(UNITS).return_sequences(true).return_state(true).name("decoder");
    let decoded = decoder.apply_all([&digits, h, c])?;
    let attention =
        Attention::new().use_scale(true).return_attention_scores(true).name("attention");
    let seen = attention.apply_all([&decoded[0], encoded])?;
    let all = Concatenate::new().name("all").apply([&decoded[0], &seen[0]])?;
    let next = Dense::new(DIGITS.len()).activation(Activation::Softmax).name("next").apply(&all)?;
    let states = [decoded[1].clone(), decoded[2].clone()];
    Ok(Decoded { next, states, attention: seen[1].clone() })
}

/// The encoder, and the decoder as a model of one step that gives its states out.
struct Decoder {
    encoder: Model,
    step: Model,
}

impl Decoder {
    /// Both with the weights of a trained translator.
    fn new(trained: &Model, alphabet: &Alphabet) -> elman::Result<Decoder> {
        let Translator { source, encoded, states, .. } = translator(alphabet)?;
        let [h, c] = &states;
        let mut encoder = Functional::new(&source, [&encoded, h, c]).build()?;
        let state = || Input::new([UNITS]).symbolic();
        let (previous, h, c) = (Input::new([1]).symbolic(), state(), state());
        let encoded = Input::new([None, Some(UNITS)]).symbolic();
        let one = decode(&previous, &encoded, [&h, &c])?;
        let outputs = [&one.next, &one.states[0], &one.states[1], &one.attention];
        let mut step = Functional::new([&previous, &encoded, &h, &c], outputs).build()?;
        for part in [&mut encoder, &mut step] {
            let names: Vec<String> =
                part.layers().iter().map(|layer| layer.base().name().to_owned()).collect();
            for name in names {
                if part.layer(&name)?.count_params() > 0 {
                    part.layer_mut(&name)?.set_weights(trained.layer(&name)?.weights())?;
                }
            }
        }
        Ok(Decoder { encoder, step })
    }

    /// ISO dates, always with the likeliest next character, and the attention
    /// `(date, character, character of the source)`.
    fn translate(
        &self,
        pairs: &[Pair],
        alphabet: &Alphabet,
    ) -> Result<(Vec<String>, Array3<f32>), Box<dyn Error>> {
        let sources = alphabet.sources(pairs)?;
        let padded = sources.map(|number| *number != 0.0);
        let [encoded, mut h, mut c]: [ArrayD<f32>; 3] = self
            .encoder
            .predict_all([Tensor::from(&sources)])?
            .try_into()
            .map_err(|_| "outputs")?;
        let encoded = Tensor::from(encoded).with_mask(padded)?;
        let mut last = Array2::from_elem((pairs.len(), 1), START as f32);
        let mut written = vec![String::new(); pairs.len()];
        let mut attention = Array3::zeros((pairs.len(), LENGTH, sources.ncols()));
        for t in 0..LENGTH {
            let inputs = [Tensor::from(&last), encoded.clone(), (&h).into(), (&c).into()];
            let [next, next_h, next_c, looks]: [ArrayD<f32>; 4] =
                self.step.predict_all(inputs)?.try_into().map_err(|_| "outputs")?;
            (h, c) = (next_h, next_c);
            let next = next.index_axis_move(Axis(1), 0).into_dimensionality::<Ix2>()?;
            for (i, probabilities) in next.rows().into_iter().enumerate() {
                let likeliest = (0..DIGITS.len())
                    .max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]))
                    .unwrap_or(0);
                written[i].push(DIGITS.as_bytes()[likeliest] as char);
                last[[i, 0]] = likeliest as f32;
            }
            let looks = looks.into_dimensionality::<Ix3>()?;
            attention.index_axis_mut(Axis(1), t).assign(&looks.index_axis(Axis(1), 0));
        }
        Ok((written, attention))
    }
}
