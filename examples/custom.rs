//! A layer, a loss, a metric, an optimizer and a callback of one's own, in a real training.
//!
//! `cargo run --release --example custom` learns the value of a noisy wave that nine out of ten
//! lie below, one step after its end. The layer's and the loss's gradients are checked first; the
//! program fails unless 87 to 93 % of unseen values lie below what is predicted, and the loss is
//! within a tenth of what the true quantile has.

#![forbid(unsafe_code)]

use std::error::Error;
use std::f64::consts::TAU;

use elman::gradcheck::GradCheck;
use elman::layers::{Base, Layer};
use elman::parameters::{Builder, Parameter};
use elman::prelude::*;
use elman::random::Stream;
use elman::training::Compile;
use elman::training::callbacks::Moment;
use elman::training::losses::{self, Evaluated, Loss};
use elman::training::metrics::Metric;
use elman::training::optimizers::{Optimizer, OptimizerBase, Part, Slot, Step};
use elman::{Context, Result};
use serde_json::{Map, Value, json};

const STEPS: usize = 12;
/// How many values should lie below.
const QUANTILE: f32 = 0.9;
/// Where that quantile lies of a normal distribution.
const DEVIATIONS: f64 = 1.2816;

fn main() -> Result<(), Box<dyn Error>> {
    let waves = |n: usize, name| waves(n, &mut Stream::new(1, name));
    let (train, test) = (waves(3000, "train")?, waves(2000, "test")?);

    // First: are the gradients right?
    let some = train.x.rows(0, 4);
    let of_layer = GradCheck::new().layer(AttentionPool::default(), &[some])?;
    let (y, p) = (train.y.rows(0, 20), test.y.rows(0, 20));
    // The loss has a kink where target and prediction meet, so steps must not reach it.
    let of_loss = GradCheck::new().largest_step(0.01).loss(&Pinball, &y, &p, None)?;
    println!("{of_layer}\n{of_loss}");
    if !(of_layer.is_ok() && of_loss.is_ok()) {
        return Err("wrong gradients".into());
    }

    let mut model = Sequential::new().seed(7);
    model.add(Gru::new(16).return_sequences(true).input_shape([STEPS, 1]))?;
    model.add(AttentionPool::default())?.add(Dense::new(1))?;
    print!("{}", model.summary());
    let optimizer = AdaBelief { base: OptimizerBase::new(0.0) };
    model.compile_with(Compile::new(optimizer, Pinball)?.metric(Coverage::default()));
    let mut rate = WarmUp { highest: 0.01, epochs: 2, rates: Vec::new() };
    let fit = Fit::new().epochs(20).batch_size(32).validation_split(0.1).callback(&mut rate);
    let history = model.fit(&train.x, &train.y, fit)?;
    println!("learning rates: {:.4?}", rate.rates);

    let logs = model.evaluate(&test.x, &test.y)?;
    let value = |key: &str| logs.iter().find(|(k, _)| k == key).map_or(f64::NAN, |(_, v)| *v);
    let (coverage, loss) = (value("coverage"), value("loss"));
    let best = losses::value_and_gradient(&Pinball, &test.y, &test.quantile, None)?.0;
    println!("after {} epochs, {:.1} % lie below", history.epochs().len(), 100.0 * coverage);
    println!("loss {loss:.4}, that of the true quantile {best:.4}");
    if !(0.87..=0.93).contains(&coverage) || loss > 1.1 * best {
        return Err("the training is worse than it should be".into());
    }
    Ok(())
}

/// Waves, what follows them, and the quantile that a forecast can know.
struct Waves {
    x: Tensor,
    y: Tensor,
    quantile: Tensor,
}

/// Sine waves of random height and phase; the noise of what follows grows with the height.
fn waves(n: usize, random: &mut Stream) -> Result<Waves> {
    let (mut x, mut y, mut quantile) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let (height, phase) = (0.5 + random.uniform(), TAU * random.uniform());
        let at = |t: usize| height * (phase + 0.5 * t as f64).sin();
        x.extend((0..STEPS).map(|t| at(t) as f32));
        let deviation = 0.2 * height;
        y.push((at(STEPS) + deviation * random.normal()) as f32);
        quantile.push((at(STEPS) + deviation * DEVIATIONS) as f32);
    }
    Ok(Waves {
        x: Tensor::new([n, STEPS, 1], x)?,
        y: Tensor::new([n, 1], y)?,
        quantile: Tensor::new([n, 1], quantile)?,
    })
}

/// A mean over time that looks where it matters: `a = softmax(x @ query)`, `y = Σ a_t x_t`.
#[derive(Clone, Default)]
struct AttentionPool {
    base: Base,
    query: Parameter,
}

impl Layer for AttentionPool {
    fn class_name(&self) -> &'static str {
        "AttentionPool"
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        match inputs {
            [x] if x.ndim() == 3 => Ok(vec![[x.dims()[0], x.last()].into()]),
            _ => Err(elman::Error::Custom {
                place: self.place(),
                problem: format!("takes one (batch, time, features), got {inputs:?}"),
            }),
        }
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let features = inputs[0].last().unwrap_or(0);
        self.query = builder.add("query", &[features, 1], &Initializer::glorot_uniform())?;
        Ok(())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let (x, query) = (&inputs[0], cx.value(self.query));
        let (batch, time, features) = (x.shape()[0], x.shape()[1], x.width());
        let mut weights = Vec::with_capacity(batch * time);
        let mut y = vec![0.0; batch * features];
        for (x, y) in x.data().chunks(time * features).zip(y.chunks_mut(features)) {
            let scores: Vec<f32> = x.chunks(features).map(|x| dot(x, query)).collect();
            let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let raised: Vec<f32> = scores.iter().map(|score| (score - max).exp()).collect();
            let sum: f32 = raised.iter().sum();
            for (x, raised) in x.chunks(features).zip(&raised) {
                let weight = raised / sum;
                y.iter_mut().zip(x).for_each(|(y, x)| *y += weight * x);
                weights.push(weight);
            }
        }
        cx.save((x.clone(), weights));
        Ok(vec![Tensor::new([batch, features], y)?])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let (x, weights): (Tensor, Vec<f32>) = cx.restore("AttentionPool")?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (time, features) = (x.shape()[1], x.width());
        let query = cx.value(self.query);
        let [d_query] = cx.gradients([self.query]);
        let mut dx = Vec::with_capacity(x.len());
        let samples = x.data().chunks(time * features).zip(weights.chunks(time));
        for ((x, weights), dy) in samples.zip(dy.data().chunks(features)) {
            let d_weights: Vec<f32> = x.chunks(features).map(|x| dot(x, dy)).collect();
            let mean = dot(weights, &d_weights);
            for ((x, weight), d_weight) in x.chunks(features).zip(weights).zip(&d_weights) {
                let d_score = weight * (d_weight - mean);
                dx.extend(dy.iter().zip(query).map(|(dy, q)| weight * dy + d_score * q));
                d_query.iter_mut().zip(x).for_each(|(d, x)| *d += d_score * x);
            }
        }
        Ok(vec![Some(Tensor::new(x.shape(), dx)?)])
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The loss that is least at a quantile: too low costs `QUANTILE`, too high `1 - QUANTILE`.
#[derive(Clone)]
struct Pinball;

impl Loss for Pinball {
    fn class_name(&self) -> &'static str {
        "Pinball"
    }

    fn config(&self) -> Value {
        json!({})
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        let (shape, width) = (y_pred.shape(), y_pred.width());
        let misses = y_true.data().iter().zip(y_pred.data()).map(|(y, p)| y - p);
        let slope = |miss: &f32| if *miss > 0.0 { QUANTILE } else { QUANTILE - 1.0 };
        let misses: Vec<f32> = misses.collect();
        let mean = |row: &[f32]| row.iter().map(|m| m * slope(m)).sum::<f32>() / width as f32;
        let values = misses.chunks(width).map(mean).collect();
        let gradient = misses.iter().map(|m| -slope(m) / width as f32).collect();
        Ok(Evaluated::new(
            Tensor::new(&shape[..shape.len() - 1], values)?,
            Tensor::new(shape, gradient)?,
        ))
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(self.clone())
    }
}

/// How many of the true values lie below what is predicted.
#[derive(Clone, Default)]
struct Coverage {
    below: f64,
    all: f64,
}

impl Metric for Coverage {
    fn name(&self) -> &str {
        "coverage"
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, _: Option<&Tensor>) -> Result<()> {
        let pairs = y_true.data().iter().zip(y_pred.data());
        self.below += pairs.filter(|(y, p)| y < p).count() as f64;
        self.all += y_true.len() as f64;
        Ok(())
    }

    fn result(&self) -> f64 {
        if self.all > 0.0 { self.below / self.all } else { 0.0 }
    }

    fn reset(&mut self) {
        *self = Coverage::default();
    }

    fn to_object(&self) -> Value {
        json!(self.name())
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

/// AdaBelief: as Adam, but steps are large where gradients are what their mean led to expect.
#[derive(Clone)]
struct AdaBelief {
    base: OptimizerBase,
}

impl Optimizer for AdaBelief {
    fn class_name(&self) -> &'static str {
        "AdaBelief"
    }

    fn base(&self) -> &OptimizerBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut OptimizerBase {
        &mut self.base
    }

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("mean"), Slot::zeros("surprise")]
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (b1, b2, epsilon) = (0.9_f32, 0.999_f32, 1e-8_f32);
        let steps = step.number as f32;
        let (mean_of, surprise_of) = (1.0 - b1.powf(steps), 1.0 - b2.powf(steps));
        let [means, surprises] = part.take_slots();
        let slots = means.iter_mut().zip(surprises);
        for ((w, g), (mean, surprise)) in part.weights.iter_mut().zip(part.gradients).zip(slots) {
            *mean += (1.0 - b1) * (g - *mean);
            *surprise = b2 * *surprise + (1.0 - b2) * (g - *mean).powi(2) + epsilon;
            let size = (*surprise / surprise_of).sqrt() + epsilon;
            *w -= step.learning_rate * (*mean / mean_of) / size;
        }
    }

    fn clone_optimizer(&self) -> Box<dyn Optimizer> {
        Box::new(self.clone())
    }
}

/// A learning rate that rises over some epochs and then falls to nothing.
struct WarmUp {
    highest: f64,
    epochs: usize,
    rates: Vec<f64>,
}

impl Callback for WarmUp {
    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let (now, all) = ((epoch + 1) as f64, moment.epochs as f64 + 1.0);
        let rising = now / self.epochs as f64;
        let rate = self.highest * rising.min(1.0) * (1.0 - now / all);
        self.rates.push(rate);
        model.set_learning_rate(rate)
    }
}
