//! The basics of recurrent networks, step by step.
//!
//! `cargo run --release --example notebook` shows one layer and its table in three ways of giving
//! the input shape, a recurrent network written out by hand beside the layer that holds the same
//! weights, a deep network and bidirectional ones. It fails if the two computations differ.

#![forbid(unsafe_code)]

mod numpy;

use std::error::Error;

use elman::prelude::*;
use elman::random::Stream;
use ndarray::{Array1, Array2, Array3, Axis};

/// f32 arithmetic in another order differs by a few units in the last place.
const TOLERANCE: f64 = 1e-6;

fn main() -> Result<(), Box<dyn Error>> {
    one_layer()?;
    by_hand()?;
    deep()?;
    bidirectional()?;
    Ok(())
}

/// The model's table in the style of the time, and a forward pass.
fn show(model: &Sequential, batch: usize, timesteps: usize, features: usize) -> elman::Result<()> {
    print!("{}", model.summary_with(&SummaryOptions::new().style(SummaryStyle::Keras27))?);
    let x = Array3::<f32>::ones((batch, timesteps, features));
    println!("output of a batch of {batch}: {:?}\n", model.predict(&x)?.shape());
    Ok(())
}

fn one_layer() -> elman::Result<()> {
    println!("# One recurrent layer, its input shape given in three ways\n");
    let mut model = Sequential::new();
    model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
    show(&model, 8, 2, 10)?;

    let mut model = Sequential::new();
    model.add(SimpleRnn::new(3).input_length(2).input_dim(10))?;
    show(&model, 8, 2, 10)?;

    let mut model = Sequential::new();
    model.add(SimpleRnn::new(3).batch_input_shape([8, 2, 10]))?;
    show(&model, 8, 2, 10)
}

fn by_hand() -> Result<(), Box<dyn Error>> {
    println!("# The same, written out by hand\n");
    let (timesteps, features, units) = (10, 4, 8);
    let mut stream = Stream::new(0, "notebook");
    let mut random =
        |rows, columns| Array2::from_shape_simple_fn((rows, columns), || stream.uniform());
    let inputs: Array2<f64> = random(timesteps, features);
    let wx = random(units, features);
    let wh = random(units, units);
    let b = random(1, units).remove_axis(Axis(0));
    let mut hidden = Array1::<f64>::zeros(units);
    println!("initial hidden state: {}", numpy::vector(&hidden));
    println!("shape of Wx: {:?}", wx.dim());
    println!("shape of Wh: {:?}", wh.dim());
    println!("shape of b: ({},)", b.len());

    let mut states = Array2::<f64>::zeros((timesteps, units));
    for (t, x) in inputs.outer_iter().enumerate() {
        // h_t = tanh(Wx x_t + Wh h_{t-1} + b)
        hidden = (wx.dot(&x) + wh.dot(&hidden) + &b).mapv(f64::tanh);
        states.row_mut(t).assign(&hidden);
    }
    println!(
        "hidden states of all {timesteps} steps, {:?}:\n{}\n",
        states.dim(),
        numpy::matrix(&states)
    );

    let mut model = Sequential::new();
    model.add(SimpleRnn::new(units).return_sequences(true).input_shape([timesteps, features]))?;
    let name = model.layers()[0].base().name().to_owned();
    // Keras multiplies from the other side, so its kernels are the transposes.
    model.layer_mut(&name)?.set_weights([
        Tensor::from(wx.t()),
        Tensor::from(wh.t()),
        Tensor::from(&b),
    ])?;
    let layer = model.predict(inputs.insert_axis(Axis(0)))?;
    let layer: Array2<f32> = layer.index_axis_move(Axis(0), 0).into_dimensionality()?;
    println!("the same from the SimpleRNN layer with these weights:\n{}", numpy::matrix(&layer));
    let difference = states
        .iter()
        .zip(&layer)
        .map(|(by_hand, by_layer)| (by_hand - f64::from(*by_layer)).abs())
        .fold(0.0, f64::max);
    println!("largest difference: {difference:.1e}\n");
    if difference > TOLERANCE || difference.is_nan() {
        return Err(format!("the two computations differ by {difference:e}").into());
    }
    Ok(())
}

fn deep() -> elman::Result<()> {
    println!("# A deep recurrent network\n");
    elman::clear_session();
    let mut model = Sequential::new();
    model.add(SimpleRnn::new(8).input_length(10).input_dim(5).return_sequences(true))?;
    model.add(SimpleRnn::new(8).return_sequences(true))?;
    show(&model, 8, 10, 5)
}

fn bidirectional() -> elman::Result<()> {
    let layer = || Bidirectional::new(SimpleRnn::new(8).return_sequences(true));
    println!("# A bidirectional recurrent network\n");
    elman::clear_session();
    let mut model = Sequential::new();
    model.add(layer().input_shape([10, 5]))?;
    show(&model, 8, 10, 5)?;

    println!("# Four bidirectional layers\n");
    elman::clear_session();
    let mut model = Sequential::new();
    model.add(layer().input_shape([10, 5]))?;
    for _ in 0..3 {
        model.add(layer())?;
    }
    show(&model, 8, 10, 5)
}
