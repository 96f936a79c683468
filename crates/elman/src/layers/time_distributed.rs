//! A layer applied to every step of a sequence.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Assets, Base, Layer, layer_from_object, layer_to_object};
use crate::onnx::{Edge, EdgeMask, Exporter, refuse as refuse_onnx};
use crate::parameters::Builder;
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Error, Mask, Result, Shape, Tensor};
use elman_files::onnx::ElementKind;

/// Applies a layer to every step of a sequence: `y[:, t] = layer(x[:, t])`.
///
/// All steps are one call of the wrapped layer on `batch * time` rows.
///
/// - Shapes: `(batch, time, …)` to `(batch, time, …)`, the layer's input and output shapes with the
///   time axis put in. Weights: the layer's.
/// - Mask: one of whole steps `(batch, time)` passes on; one within the steps, such as
///   `(batch, sentences, words)`, is the wrapped layer's, and a step counts behind it if anything
///   in it does.
/// - Keras: `keras.layers.TimeDistributed`. An `activity_regularizer` of the wrapped layer counts
///   for every step here; Keras 3 silently leaves it out, and so do models read from its files.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(TimeDistributed::new(Dense::new(2)).input_shape([5, 3]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 5, 2)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.TimeDistributed")]
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Config", into = "Config")]
pub struct TimeDistributed {
    base: Base,
    layer: Box<dyn Layer>,
    /// The layer's `activity_regularizer`, where Keras 3 wrote the file: it leaves it out.
    withheld: Option<Regularizer>,
}

/// The keys as Keras writes them.
#[derive(Serialize, Deserialize)]
struct Config {
    #[serde(flatten)]
    base: Base,
    layer: Value,
}

/// The key, beside the wrapped layer's, by which elman says that its `activity_regularizer` counts.
/// Keras doesn't read it.
const COUNTS_ACTIVITY: &str = "elman_counts_activity";

impl TryFrom<Config> for TimeDistributed {
    type Error = crate::Error;

    fn try_from(Config { base, layer: object }: Config) -> Result<TimeDistributed> {
        let mut layer = layer_from_object(&object)?;
        let withheld = match object.get(COUNTS_ACTIVITY) {
            Some(Value::Bool(true)) => None,
            _ => layer.base_mut().activity_regularizer.take(),
        };
        Ok(TimeDistributed { base, layer, withheld })
    }
}

impl From<TimeDistributed> for Config {
    fn from(TimeDistributed { base, mut layer, withheld }: TimeDistributed) -> Config {
        let counts = layer.base().activity_regularizer.is_some();
        if withheld.is_some() {
            layer.base_mut().activity_regularizer = withheld;
        }
        let mut layer = layer_to_object(&*layer);
        if counts {
            layer[COUNTS_ACTIVITY] = true.into();
        }
        Config { base, layer }
    }
}

impl std::fmt::Debug for TimeDistributed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TimeDistributed({})", self.layer.place())
    }
}

impl TimeDistributed {
    /// `layer` at every step.
    pub fn new(layer: impl Layer) -> TimeDistributed {
        let mut layer: Box<dyn Layer> = Box::new(layer);
        if layer.base().name.is_none() {
            layer.base_mut().name = Some(crate::names::automatic(layer.class_name()));
        }
        TimeDistributed { base: Base::default(), layer, withheld: None }
    }

    /// The wrapped layer's input: without the time axis.
    fn step_shape(&self, inputs: &[Shape]) -> Result<(Option<usize>, Shape)> {
        if self.layer.is_time_major() {
            return Err(Error::Unsupported {
                place: self.place(),
                option: format!("time_major = true of {} in it", self.layer.place()),
                advice: "the layer without this option can be used".into(),
            });
        }
        let input = single_input(self, inputs, 3..)?;
        let mut dims = input.dims().to_vec();
        let time = dims.remove(1);
        Ok((time, dims.into()))
    }
}

impl Layer for TimeDistributed {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "TimeDistributed"
    }

    fn assets(&self) -> Result<Assets> {
        let mut assets = Assets::new();
        assets.extend_below("layer", self.layer.assets()?);
        Ok(assets)
    }

    fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        self.layer.load_assets(&assets.below("layer"))
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let (time, step) = self.step_shape(inputs)?;
        let outputs = self.layer.output_shapes(&[step])?;
        let with_time = |shape: &Shape| {
            let mut dims = shape.dims().to_vec();
            dims.insert(1, time);
            dims.into()
        };
        Ok(outputs.iter().map(with_time).collect())
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let (_, step) = self.step_shape(inputs)?;
        let (name, trainable) = (self.layer.base().name().to_owned(), self.layer.base().trainable);
        let layer = &mut self.layer;
        builder.layer("layer", &name, trainable, |builder| layer.build(&[step], builder))
    }

    fn warnings(&self) -> Vec<String> {
        let warning = || {
            format!(
                "the activity_regularizer of {} counts for nothing, as in Keras 3, where {} leaves \
                 it out",
                self.layer.place(),
                self.place()
            )
        };
        self.withheld.iter().map(|_| warning()).chain(self.layer.warnings()).collect()
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.base.trainable = trainable;
        self.layer.set_trainable(trainable);
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let mask = inputs.first().and_then(Tensor::mask);
        vec![mask.map(|mask| mask.any_beyond(2))]
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        if !x.is_sequence() {
            return Err(refuse(self, "its input is a whole sequence at every step"));
        }
        let (batch, time) = (x.shape().dims()[0], x.shape().dims()[1]);
        let outputs = self.layer.stream(&[x.clone().of_step()], builder)?;
        let with_time = |y: Flow| {
            let step = Shape::from(y.shape().dims()[1..].to_vec());
            y.with_shape(step.with_batch(time).with_batch(batch), true).masked_as(x)
        };
        Ok(outputs.into_iter().map(with_time).collect())
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let (x, e) = (&inputs[0], exporter);
        let shapes = self.output_shapes(std::slice::from_ref(&x.shape))?;
        let (_, step) = self.step_shape(std::slice::from_ref(&x.shape))?;
        let (rest, outer) = (e.ints(&[-1]), e.dims(&x.name, 0, 2));
        let inner = e.dims(&x.name, 2, i64::MAX);
        let folded = e.concat(&[&rest, &inner], 0);
        let mut folded = Edge::new(e.binary("Reshape", &x.name, &folded), step);
        if let Some(mask) = x.mask.as_ref().filter(|mask| mask.ndim > 2) {
            let inner = e.dims(&mask.name, 2, i64::MAX);
            let shape = e.concat(&[&rest, &inner], 0);
            let name = e.binary("Reshape", &mask.name, &shape);
            folded.mask = Some(EdgeMask { name, ndim: mask.ndim - 1 });
        }
        let mask = match &x.mask {
            Some(mask) if mask.ndim > 2 => {
                let counts = e.cast(&mask.name, ElementKind::F32);
                let axes: Vec<i64> = (2..mask.ndim as i64).collect();
                let any = e.reduce("ReduceMax", &counts, &axes, false);
                Some(EdgeMask { name: e.cast(&any, ElementKind::Bool), ndim: 2 })
            }
            mask => mask.clone(),
        };
        if self.layer.as_recurrent().is_some_and(|layer| layer.options().stateful) {
            return Err(refuse_onnx(self, "the layer in it is stateful"));
        }
        let name = self.layer.base().name();
        let outputs = e.within(name, |e| self.layer.onnx(&[folded], e))?;
        let mut unfolded = Vec::new();
        for (i, (y, shape)) in outputs.into_iter().zip(shapes).enumerate() {
            let inner = e.dims(&y.name, 1, i64::MAX);
            let whole = e.concat(&[&outer, &inner], 0);
            let y = Edge::new(e.binary("Reshape", &y.name, &whole), shape);
            unfolded.push(if i == 0 { y.with_mask(mask.clone()) } else { y });
        }
        Ok(unfolded)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let (batch, time) = (inputs[0].shape()[0], inputs[0].shape()[1]);
        // A mask within the steps (words of sentences) is the wrapped layer's business.
        let inner = inputs[0].mask().filter(|mask| mask.shape().len() > 2).map(Mask::fold);
        let step = fold(inputs[0].clone())?.replace_mask(inner);
        let assigned = cx.num_assigned();
        let outputs = cx
            .in_steps(time, |cx| self.layer.call(&[step], cx))
            .map_err(|error| error.at(|p| unfold_index(p, time)))?;
        // Here they are those of all steps together, in Keras of one step after the other.
        if cx.num_assigned() > assigned {
            return Err(Error::Unsupported {
                place: self.place(),
                option: format!("training of {}, which records statistics", self.layer.place()),
                advice: "without TimeDistributed, the layer takes sequences as they are".into(),
            });
        }
        cx.save((batch, time));
        outputs.into_iter().map(|y| unfold(y, batch, time)).collect()
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let (batch, time): (usize, usize) = cx.restore(self.class_name())?;
        let folded: Result<Vec<_>> =
            gradients.iter().cloned().map(|d| d.map(fold).transpose()).collect();
        let folded = folded?;
        let inputs = cx.in_steps(time, |cx| self.layer.call_backward(&folded, cx))?;
        inputs.into_iter().map(|d| d.map(|d| unfold(d, batch, time)).transpose()).collect()
    }
}

/// `(batch, time, …)` as `(batch * time, …)`.
fn fold(x: Tensor) -> Result<Tensor> {
    let mut shape = x.shape().to_vec();
    let time = shape.remove(1);
    shape[0] *= time;
    x.reshape(shape)
}

/// An index in what [`fold`] gave as one in what it was given.
fn unfold_index(index: &mut Vec<usize>, time: usize) {
    if let Some(row) = index.first_mut() {
        let (sample, step) = (*row / time.max(1), *row % time.max(1));
        *row = sample;
        index.insert(1, step);
    }
}

/// The inverse of [`fold`].
fn unfold(y: Tensor, batch: usize, time: usize) -> Result<Tensor> {
    let mut shape = y.shape().to_vec();
    shape[0] = batch;
    shape.insert(1, time);
    y.reshape(shape)
}
