//! Checking gradients that someone wrote by hand: those of a layer, a cell or a loss of one's own.
//!
//! Backward passes are written beside forward passes, and a mistake in one of them rarely shows: a
//! model with a wrong gradient still learns something. [`GradCheck`] holds the gradients against
//! differences: it moves a single weight or input a little up and down, watches a number that
//! depends on all outputs, and compares the slope.
//!
//! # What the numbers mean
//!
//! The number is the sum of all outputs, each times a random factor, added up in f64. Its slope is
//! taken over steps from [`largest_step`](GradCheck::largest_step) down to its 128th part, and
//! extrapolated to a step of zero (Ridders' method, which drops errors of the second, the fourth, …
//! order in the step). So large steps are exact enough, which matters in f32: outputs are rounded to
//! about 7 digits, and of the slope over a step of 1e-4 three would be left. How far apart the
//! extrapolated values are, and how much rounding can be in them, gives an error for each slope.
//!
//! A gradient is wrong if it differs from the slope by more than
//! [`tolerance`](GradCheck::tolerance) times the larger of the two, plus four times that error. The
//! default tolerance, 2e-3 in f32 and 1e-6 in f64, is far above what rounding does to gradients and
//! far below what mistakes do: a wrong sign, a term left out, even a factor of 1.01 is found.
//!
//! Where a function has a kink, as relu at 0, or jumps, slopes don't settle. They count as
//! [unsure](Report::unsure) instead of wrong; a check fails if more than a quarter of them are.
//!
//! ```
//! use elman::gradcheck::GradCheck;
//! use elman::prelude::*;
//!
//! let x = Tensor::new([2, 4, 3], (0..24).map(|i| (i as f32).sin()).collect())?;
//! let report = GradCheck::new().layer(Gru::new(5).return_sequences(true), &[x])?;
//! assert!(report.is_ok(), "{report}");
//! # Ok::<(), elman::Error>(())
//! ```

mod differences;
mod report;

use crate::cells::Cell;
use crate::layers::{Layer, Rnn};
use crate::parameters::Builder;
use crate::random::Stream;
use crate::training::losses::{self, Loss};
use crate::{Context, Error, Float, Parameters, Result, Shape, Tensor};
use differences::{Slope, slope};
use report::Entry;
pub use report::{Finding, Report};

/// How to check gradients; see the [module](self) for what the numbers mean.
#[derive(Clone, Debug)]
pub struct GradCheck {
    tolerance: f64,
    largest_step: f64,
    values: usize,
    seed: u64,
    training: bool,
    without_inputs: Vec<usize>,
}

impl Default for GradCheck {
    fn default() -> Self {
        GradCheck {
            tolerance: if size_of::<Float>() == 4 { 2e-3 } else { 1e-6 },
            largest_step: 0.1,
            values: 40,
            seed: 1,
            training: false,
            without_inputs: Vec::new(),
        }
    }
}

impl GradCheck {
    /// The defaults.
    pub fn new() -> GradCheck {
        GradCheck::default()
    }

    /// How far a gradient may be from the slope, relative to the larger of both (2e-3).
    pub fn tolerance(mut self, tolerance: f64) -> GradCheck {
        self.tolerance = tolerance;
        self
    }

    /// The largest step to move a value by (0.1). For a function that changes fast, take less.
    pub fn largest_step(mut self, step: f64) -> GradCheck {
        self.largest_step = step;
        self
    }

    /// How many values of each array to check, drawn at random where it has more (40).
    pub fn values(mut self, values: usize) -> GradCheck {
        self.values = values;
        self
    }

    /// The seed of the weights, of the factors of the outputs, of which values are checked, and of
    /// dropout (1).
    pub fn seed(mut self, seed: u64) -> GradCheck {
        self.seed = seed;
        self
    }

    /// Whether to check what a layer does in training, with the random numbers of one step (false).
    pub fn training(mut self, training: bool) -> GradCheck {
        self.training = training;
        self
    }

    /// Leaves an input out, counted from 0: whole numbers, such as those of an `Embedding`, have no
    /// gradient.
    pub fn without_input(mut self, input: usize) -> GradCheck {
        self.without_inputs.push(input);
        self
    }

    /// Checks the gradients of a layer's trainable weights and of its inputs.
    ///
    /// The layer is built for the shapes of `inputs`, and its weights are moved by random amounts,
    /// since where biases start, at zero, some mistakes don't show. Penalties on outputs (activity
    /// regularizers) are a part of the number whose slope is taken, those on weights are not. An
    /// input whose gradient the layer gives as `None` must change nothing.
    ///
    /// # Errors
    /// What the layer refuses, and outputs that are not finite.
    pub fn layer(&self, layer: impl Into<Box<dyn Layer>>, inputs: &[Tensor]) -> Result<Report> {
        self.check()?;
        let mut layer = layer.into();
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        let mut parameters = Parameters::default();
        layer.output_shapes(&shapes)?;
        let name = layer.place();
        let mut builder = Builder::new(&mut parameters, "layer", "layer", 0, true, self.seed);
        layer.build(&shapes, &mut builder)?;
        let trainable: Vec<_> =
            parameters.entries().iter().filter(|entry| entry.trainable).cloned().collect();
        let mut noise = self.stream("weights");
        for entry in &trainable {
            let values = &mut parameters.values_mut()[entry.range.clone()];
            values.iter_mut().for_each(|w| *w += (0.3 * noise.normal()) as Float);
        }

        let mut cx = self.context(&parameters);
        let outputs = layer.call(inputs, &mut cx)?;
        let finite = outputs.iter().try_for_each(|y| y.check_finite(&name));
        finite?;
        let mut factors = self.stream("factors");
        let factor = |y: &Tensor| {
            let values = (0..y.len()).map(|_| factors.normal() as Float).collect();
            Tensor::from_parts(y.shape(), values)
        };
        let factors: Vec<Tensor> = outputs.iter().map(factor).collect();
        let given: Vec<_> = factors.iter().cloned().map(Some).collect();
        let of_inputs = layer.call_backward(&given, &mut cx)?;
        let of_weights = cx.into_gradients();

        let number = |parameters: &Parameters, inputs: &[Tensor]| -> Result<f64> {
            let mut cx = self.context(parameters);
            let outputs = layer.call(inputs, &mut cx)?;
            Ok(weighted_sum(&outputs, &factors) + cx.losses())
        };
        let rounding = rounding(&outputs, &factors);
        let mut report = Report::new(name, self.tolerance);
        for entry in &trainable {
            let gradient = &of_weights[entry.range.clone()];
            let what = format!("weight `{}`", entry.name);
            report.add(self.compare(what, &entry.shape, gradient, rounding, |i, move_by| {
                let mut moved = parameters.clone();
                let value = &mut moved.values_mut()[entry.range.start + i];
                let by = moved_by(value, move_by);
                Ok((by, number(&moved, inputs)?))
            })?);
        }
        for (n, input) in inputs.iter().enumerate() {
            if self.without_inputs.contains(&n) {
                continue;
            }
            let none = vec![0.0; input.len()];
            let gradient = of_inputs.get(n).and_then(Option::as_ref);
            let gradient = gradient.map_or(&none[..], Tensor::data);
            if gradient.len() != input.len() {
                return Err(Error::Mismatch {
                    place: report.name().into(),
                    what: format!("the gradient of input {n}"),
                    expected: Shape::from(input.shape()).to_string(),
                    got: format!("{} values", gradient.len()),
                });
            }
            let what = format!("input {n}");
            report.add(self.compare(what, input.shape(), gradient, rounding, |i, move_by| {
                let mut moved = inputs.to_vec();
                let by = moved_by(&mut moved[n].data_mut()[i], move_by);
                Ok((by, number(&parameters, &moved)?))
            })?);
        }
        Ok(report)
    }

    /// Checks the gradients of a cell, over time: those of a layer over it that gives all outputs
    /// and the states. `inputs` are a sequence and, if wanted, the first states.
    ///
    /// # Errors
    /// As [`GradCheck::layer`].
    pub fn cell(&self, cell: impl Cell + Clone, inputs: &[Tensor]) -> Result<Report> {
        self.layer(Rnn::over(cell).return_sequences(true).return_state(true), inputs)
    }

    /// Checks the gradient of a loss with respect to the predictions.
    ///
    /// # Errors
    /// What the loss refuses.
    ///
    /// ```
    /// use elman::gradcheck::GradCheck;
    /// use elman::prelude::*;
    /// let (y, p) = (array![[0., 1.], [1., 0.]].into(), array![[0.3, 0.7], [0.6, 0.4]].into());
    /// let report = GradCheck::new().loss(&CategoricalCrossentropy::default(), &y, &p, None)?;
    /// assert!(report.is_ok(), "{report}");
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn loss(
        &self,
        loss: &dyn Loss,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<Report> {
        self.check()?;
        let (value, gradient) = losses::value_and_gradient(loss, y_true, y_pred, sample_weight)?;
        let mut report = Report::new(format!("loss {}", loss.class_name()), self.tolerance);
        // The values are in f32 before they are reduced.
        let rounding = ROUNDINGS * f64::from(Float::EPSILON) * value.abs();
        let what = "y_pred".to_owned();
        report.add(self.compare(
            what,
            y_pred.shape(),
            gradient.data(),
            rounding,
            |i, move_by| {
                let mut moved = y_pred.clone();
                let by = moved_by(&mut moved.data_mut()[i], move_by);
                Ok((by, losses::value_and_gradient(loss, y_true, &moved, sample_weight)?.0))
            },
        )?);
        Ok(report)
    }

    fn check(&self) -> Result<()> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        for (argument, value) in
            [("tolerance", self.tolerance), ("largest_step", self.largest_step)]
        {
            if !positive(value) {
                return Err(Error::InvalidArgument {
                    place: "GradCheck".into(),
                    argument,
                    expected: "a positive number".into(),
                    got: value.to_string(),
                });
            }
        }
        Ok(())
    }

    fn stream(&self, purpose: &str) -> Stream {
        Stream::new(self.seed, &format!("gradcheck {purpose}"))
    }

    fn context<'m>(&self, parameters: &'m Parameters) -> Context<'m> {
        let cx = match self.training {
            true => Context::training(parameters, self.seed, 0),
            false => Context::differentiable(parameters),
        };
        cx.with_losses()
    }

    /// Compares gradients with slopes. `number` moves value `i` by about so much and gives by how
    /// much it was moved, and the number.
    fn compare(
        &self,
        what: String,
        shape: &[usize],
        gradient: &[Float],
        rounding: f64,
        number: impl Fn(usize, f64) -> Result<(f64, f64)>,
    ) -> Result<Vec<Entry>> {
        let mut order = self.stream(&what).permutation(gradient.len());
        order.truncate(self.values);
        order.sort_unstable();
        let entry = |i: usize| -> Result<Entry> {
            let Slope { value, error } =
                slope(self.largest_step, rounding, |step| number(i, step))?;
            Ok(Entry {
                what: what.clone(),
                index: index(i, shape),
                analytic: f64::from(gradient[i]),
                numeric: value,
                error,
            })
        };
        order.into_iter().map(entry).collect()
    }
}

/// How many roundings of one output to reckon with: a layer's outputs are sums.
const ROUNDINGS: f64 = 4.0;

/// How much rounding of the outputs can be in the number: by the rule of random errors.
fn rounding(outputs: &[Tensor], factors: &[Tensor]) -> f64 {
    let squares = outputs
        .iter()
        .zip(factors)
        .flat_map(|(y, u)| y.data().iter().zip(u.data()).map(|(y, u)| f64::from(*y * *u).powi(2)));
    ROUNDINGS * f64::from(Float::EPSILON) * squares.sum::<f64>().sqrt()
}

fn weighted_sum(outputs: &[Tensor], factors: &[Tensor]) -> f64 {
    let products = outputs.iter().zip(factors).flat_map(|(y, u)| {
        y.data().iter().zip(u.data()).map(|(y, u)| f64::from(*y) * f64::from(*u))
    });
    products.sum()
}

/// Moves a value, as far as its type can tell; gives by how much.
fn moved_by(value: &mut Float, by: f64) -> f64 {
    let before = *value;
    *value = (f64::from(before) + by) as Float;
    f64::from(*value) - f64::from(before)
}

/// The index of value `i` of an array.
fn index(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|dim| {
            let at = i % dim.max(&1);
            i /= dim.max(&1);
            at
        })
        .collect();
    index.reverse();
    index
}
