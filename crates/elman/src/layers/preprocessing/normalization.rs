//! Data with a mean of 0 and a variance of 1.

use serde::{Deserialize, Deserializer, Serialize};

use super::Numbers;
use super::adapt::Moments;
use crate::initializers::Initializer;
use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter, Weight};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Parameters, Result, Shape, Tensor, ops};

/// The least standard deviation that is divided by, Keras's `backend.epsilon()`.
const EPSILON: Float = 1e-7;

/// Shifts and scales data by a mean and a variance that are given or taken from data
/// ([`adapt`](Normalization::adapt)) before training.
///
/// ```text
/// y = (x - mean) / max(sqrt(variance), 1e-7)      with invert: y = x * max(sqrt(variance), 1e-7) + mean
/// ```
/// with a mean and a variance for each place along `axis`: for each feature, if it is the last.
///
/// - Shapes: any with a batch, unchanged. A mask passes.
/// - Weights: `mean` and `variance`, of the lengths of the axes, and `count`, a number that Keras
///   keeps for older files; none if mean and variance are arguments. Training changes none. A layer
///   that was not adapted has a mean of 0 and a variance of 1, as in Keras.
/// - Keras: `keras.layers.Normalization`, same defaults. The batch can't be among the axes here.
///
/// # Errors
/// An axis that the input doesn't have or whose length is unknown; a mean without a variance, or of
/// another shape; a mean that doesn't fit the axes; a negative variance; numbers that aren't finite.
///
/// ```
/// use elman::prelude::*;
/// let mut normalization = Normalization::new();
/// normalization.adapt(array![[0., 7., 4.], [2., 9., 6.], [0., 7., 4.], [2., 9., 6.]])?;
/// let mut model = Sequential::new();
/// model.add(normalization.input_shape([3]))?;
/// assert_eq!(model.predict(array![[0., 7., 4.]])?, array![[-1., -1., -1.]].into_dyn());
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Normalization")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Normalization {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "default_axis", deserialize_with = "list")]
    axis: Axes,
    #[serde(default)]
    invert: bool,
    #[serde(default)]
    mean: Option<Numbers>,
    #[serde(default)]
    variance: Option<Numbers>,
    #[serde(skip)]
    adapted: Option<Moments>,
    /// The weights: mean and variance.
    #[serde(skip)]
    weights: [Parameter; 2],
}

/// Keras writes the axes as a list.
fn default_axis() -> Axes {
    Axes::from([-1])
}

/// The axes as a list; null is none, a mean of all values.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Axes, D::Error> {
    let axes = Option::<Axes>::deserialize(deserializer)?;
    Ok(axes.map_or(Axes::from([]), |axes| Axes::from(axes.as_slice().to_vec())))
}

impl Default for Normalization {
    fn default() -> Self {
        Normalization {
            base: Base::default(),
            axis: default_axis(),
            invert: false,
            mean: None,
            variance: None,
            adapted: None,
            weights: [Parameter::default(); 2],
        }
    }
}

impl Normalization {
    /// For each place along the last axis, to be adapted.
    pub fn new() -> Normalization {
        Normalization::default()
    }

    /// The axis or axes along which each place has a mean and a variance of its own (-1). None,
    /// `[]`, takes all values together: Keras's `axis=None`.
    pub fn axis(mut self, axis: impl Into<Axes>) -> Normalization {
        self.axis = Axes::from(axis.into().as_slice().to_vec());
        self
    }

    /// The mean, together with a variance of the same shape, instead of adapting (none): a number,
    /// or an array that lies along the last of the axes.
    pub fn mean(mut self, mean: impl Into<Numbers>) -> Normalization {
        self.mean = Some(mean.into());
        self
    }

    /// The variance (none); see [`mean`](Normalization::mean).
    pub fn variance(mut self, variance: impl Into<Numbers>) -> Normalization {
        self.variance = Some(variance.into());
        self
    }

    /// Whether to turn normalized data back (false).
    pub fn invert(mut self, invert: bool) -> Normalization {
        self.invert = invert;
        self
    }

    /// Takes mean and variance from data, in place of those of an earlier call.
    ///
    /// # Errors
    /// Data that the layer can't take, of no samples, or with values that aren't finite; a layer
    /// whose mean and variance are arguments.
    pub fn adapt(&mut self, data: impl Into<Tensor>) -> Result<()> {
        self.adapt_batches([data.into()])
    }

    /// Takes mean and variance from data that come in batches, of which one at a time is in memory.
    ///
    /// # Errors
    /// As [`adapt`](Normalization::adapt); no batch; batches whose samples differ in shape.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut normalization = Normalization::new().axis([]);
    /// normalization.adapt_batches([array![[1., 2.]], array![[3., 4.], [5., 9.]]])?;
    /// let mut model = Sequential::new();
    /// model.add(normalization.input_shape([2]))?;
    /// assert_eq!(model.weights()[0].data(), [4.0]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn adapt_batches(
        &mut self,
        batches: impl IntoIterator<Item = impl Into<Tensor>>,
    ) -> Result<()> {
        if self.mean.is_some() || self.variance.is_some() {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "mean",
                expected: "absent for adapt, which is to find it".into(),
                got: "a mean or a variance".into(),
            });
        }
        let mut all: Option<Moments> = None;
        for batch in batches {
            let batch = batch.into();
            let place = || format!("adapt of {}", self.place());
            if batch.is_text() {
                return Err(batch.wrong_kind(&self.place(), 0));
            }
            let shape = Shape::from(batch.shape());
            let axes = self.kept(&shape)?;
            if batch.is_empty() {
                return Err(Error::Mismatch {
                    place: place(),
                    what: "data".into(),
                    expected: "one or more samples".into(),
                    got: shape.to_string(),
                });
            }
            batch.check_finite(&place())?;
            let moments = Moments::of(&batch, &axes);
            match &mut all {
                None => all = Some(moments),
                Some(all) if all.shape == moments.shape => all.add(&moments),
                Some(all) => {
                    return Err(Error::Mismatch {
                        place: place(),
                        what: "a batch along `axis`".into(),
                        expected: Shape::from(&all.shape[..]).to_string(),
                        got: Shape::from(&moments.shape[..]).to_string(),
                    });
                }
            }
        }
        self.adapted = Some(all.ok_or_else(|| Error::Custom {
            place: format!("adapt of {}", self.place()),
            problem: "there is no batch".into(),
        })?);
        Ok(())
    }

    /// The axes that are kept, ascending.
    fn kept(&self, input: &Shape) -> Result<Vec<usize>> {
        let mut axes = self.axis.resolve(self, "axis", input.ndim())?;
        axes.sort_unstable();
        let wrong = |expected: &str| Error::InputShape {
            layer: self.place(),
            index: 0,
            expected: expected.into(),
            got: input.clone(),
        };
        if axes.first() == Some(&0) {
            return Err(wrong("one whose batch is not among `axis`; `axis` = [] takes all values"));
        }
        match axes.iter().all(|axis| input.dims()[*axis].is_some_and(|dim| dim > 0)) {
            true => Ok(axes),
            false => Err(wrong(&format!("known and positive lengths along the axes {axes:?}"))),
        }
    }

    /// The shape of the kept axes with ones for the others, without the batch.
    fn spread(axes: &[usize], input: &[usize]) -> Vec<usize> {
        let dim = |(axis, dim): (usize, &usize)| if axes.contains(&axis) { *dim } else { 1 };
        input.iter().enumerate().map(dim).skip(1).collect()
    }

    /// Checks that an argument lies along the last of the kept axes.
    fn check(
        &self,
        argument: &'static str,
        numbers: &Numbers,
        axes: &[usize],
        input: &Shape,
    ) -> Result<()> {
        numbers.check(self, argument)?;
        let own = numbers.shape();
        let fit = own.len() <= axes.len()
            && own
                .iter()
                .rev()
                .zip(axes.iter().rev())
                .all(|(n, axis)| *n == 1 || input.dims()[*axis] == Some(*n));
        if fit {
            return Ok(());
        }
        Err(Error::InvalidArgument {
            place: self.place(),
            argument,
            expected: format!("a number, or numbers along the axes {axes:?} of {input}"),
            got: format!("an array of shape {}", Shape::from(own)),
        })
    }

    fn check_arguments(&self, axes: &[usize], input: &Shape) -> Result<()> {
        let invalid = |argument, expected: &str, got: String| {
            let place = self.place();
            Err(Error::InvalidArgument { place, argument, expected: expected.into(), got })
        };
        match (&self.mean, &self.variance) {
            (None, None) => Ok(()),
            (Some(mean), Some(variance)) => {
                self.check("mean", mean, axes, input)?;
                self.check("variance", variance, axes, input)?;
                if mean.shape() != variance.shape() {
                    let got = Shape::from(variance.shape()).to_string();
                    return invalid("variance", "of the shape of `mean`", got);
                }
                match variance.values().iter().find(|v| **v < 0.0) {
                    Some(value) => invalid("variance", "numbers of 0 or more", value.to_string()),
                    None => Ok(()),
                }
            }
            (Some(_), None) => invalid("variance", "given together with `mean`", "none".into()),
            (None, Some(_)) => invalid("mean", "given together with `variance`", "none".into()),
        }
    }

    fn value(&self, x: Float, mean: Float, deviation: Float) -> Float {
        if self.invert { mean + x * deviation } else { (x - mean) / deviation }
    }

    /// What to subtract and to divide by, for each value of a sample.
    fn statistics(&self, input: &[usize], parameters: &Parameters) -> Result<[Vec<Float>; 2]> {
        let axes = self.kept(&input.into())?;
        let spread = Normalization::spread(&axes, input);
        let tensors = match (&self.mean, &self.variance) {
            (Some(mean), Some(variance)) => [mean, variance].map(|numbers| {
                let mut shape = vec![1; spread.len()];
                for (n, axis) in numbers.shape().iter().rev().zip(axes.iter().rev()) {
                    shape[axis - 1] = *n;
                }
                numbers.tensor(&shape)
            }),
            _ => self
                .weights
                .map(|weight| Tensor::from_parts(spread.clone(), parameters.get(weight).to_vec())),
        };
        let [mean, variance] =
            tensors.map(|tensor| ops::broadcast(&tensor, &input[1..]).data().to_vec());
        // NaN stays NaN, as in Keras.
        let least = |v: Float| if v < EPSILON { EPSILON } else { v };
        Ok([mean, variance.into_iter().map(|v| least(v.sqrt())).collect()])
    }
}

impl Layer for Normalization {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Normalization"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        let axes = self.kept(input)?;
        self.check_arguments(&axes, input)?;
        if let Some(adapted) = &self.adapted
            && !axes
                .iter()
                .map(|axis| input.dims()[*axis])
                .eq(adapted.shape.iter().map(|n| Some(*n)))
        {
            return Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: format!(
                    "the lengths {} along the axes {axes:?} that the layer was adapted to",
                    Shape::from(&adapted.shape[..])
                ),
                got: input.clone(),
            });
        }
        Ok(vec![input.clone()])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        if self.mean.is_some() {
            return Ok(());
        }
        let input = single_input(self, inputs, 1..)?;
        let axes = self.kept(input)?;
        let shape: Vec<usize> = axes.iter().filter_map(|axis| input.dims()[*axis]).collect();
        for (i, (name, start)) in
            [("mean", Initializer::Zeros), ("variance", Initializer::Ones)].iter().enumerate()
        {
            self.weights[i] = builder.add(name, &shape, Weight::from(start).not_trained())?;
        }
        builder.add("count", &[], Weight::from(&Initializer::Zeros).not_trained().integer())?;
        if let Some(Moments { mean, variance, .. }) = &self.adapted {
            for (weight, values) in self.weights.iter().zip([mean, variance]) {
                let copy = |(w, value): (&mut Float, &f64)| *w = *value as Float;
                builder.change(*weight, |weight| weight.iter_mut().zip(values).for_each(copy));
            }
        }
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let axes = self.kept(x.shape())?;
        if x.is_sequence() && axes.contains(&1) {
            return Err(refuse(self, "it has statistics for each step"));
        }
        // A step of a sequence as a sequence of one.
        let input = [&[1; 2][..x.first_axis()], &x.step_shape()].concat();
        let [mean, deviation] = self.statistics(&input, builder.parameters())?;
        let layer = self.clone();
        let statistics = [&mean, &deviation].map(|numbers| Numbers(numbers.clone()));
        let arguments = std::iter::once(Input(0)).chain(statistics);
        let sizes = [x.step_size(), mean.len()].map(Count);
        let arguments = arguments.chain([Output(0)]).chain(sizes).chain([Flag(self.invert)]);
        let description = Description::default().call("standardize", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            let numbers = mean.iter().zip(&deviation).cycle();
            for ((x, y), (mean, deviation)) in x.iter().zip(y).zip(numbers) {
                *y = layer.value(*x, *mean, *deviation);
            }
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let shape: Vec<usize> = inputs[0].shape.dims().iter().map(|dim| dim.unwrap_or(1)).collect();
        let statistics = self.statistics(&shape, exporter.parameters())?;
        let [mean, deviation] = statistics
            .map(|values| exporter.tensor("statistic", &Tensor::from_parts(&shape[1..], values)));
        let x = &inputs[0].name;
        let y = match self.invert {
            true => {
                let scaled = exporter.binary("Mul", x, &deviation);
                exporter.binary("Add", &scaled, &mean)
            }
            false => {
                let centred = exporter.binary("Sub", x, &mean);
                exporter.binary("Div", &centred, &deviation)
            }
        };
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let mut y = inputs[0].clone();
        let [mean, deviation] = self.statistics(y.shape(), cx.parameters())?;
        for row in y.data_mut().chunks_mut(mean.len().max(1)) {
            for (y, (mean, deviation)) in row.iter_mut().zip(mean.iter().zip(&deviation)) {
                *y = self.value(*y, *mean, *deviation);
            }
        }
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let mut dx = dy.clone();
        let [_, deviation] = self.statistics(dy.shape(), cx.parameters())?;
        for row in dx.data_mut().chunks_mut(deviation.len().max(1)) {
            for (dx, deviation) in row.iter_mut().zip(&deviation) {
                *dx = if self.invert { *dx * deviation } else { *dx / deviation };
            }
        }
        Ok(vec![Some(dx)])
    }
}
