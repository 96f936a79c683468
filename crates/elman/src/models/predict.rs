//! Outputs for given inputs.

use ndarray::ArrayD;

use super::Model;
use super::network::Network;
use crate::parameters::Parameter;
use crate::{Context, Error, Float, Result, States, Tensor};

/// Outputs, and what layers recorded.
type Called = (Vec<ArrayD<Float>>, Vec<(Parameter, Vec<Float>)>);

/// How many rows `predict` computes at a time, to bound its memory.
const PREDICT_BATCH: usize = 256;

impl Model {
    /// The output for a batch of inputs `(batch, …)`; any `ndarray` array or view of numbers.
    ///
    /// A stateful model goes on from the states of its last call.
    ///
    /// # Errors
    /// An input of the wrong shape or with values that a layer can't use, an empty batch, and
    /// [`Error::Arity`] for a model with several outputs.
    pub fn predict(&self, x: impl Into<Tensor>) -> Result<ArrayD<Float>> {
        let mut outputs = self.predict_all([x.into()])?;
        if outputs.len() != 1 {
            return Err(Error::Arity {
                model: self.name().into(),
                what: "outputs",
                call: "predict",
                expected: 1,
                got: outputs.len(),
                advice: "predict_all",
            });
        }
        Ok(outputs.remove(0))
    }

    /// All outputs for a batch of all inputs.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn predict_all(&self, inputs: impl Into<Vec<Tensor>>) -> Result<Vec<ArrayD<Float>>> {
        let inputs = inputs.into();
        self.predict_watched(inputs, None, &mut |_| Ok(()))
    }

    /// As [`Model::predict_all`], computing `batch_size` rows at a time. The result doesn't depend
    /// on it, only memory and time do; a stateful model takes batches of its own size alone.
    ///
    /// # Errors
    /// As [`Model::predict`], and a batch size of 0.
    pub fn predict_in_batches(
        &self,
        inputs: impl Into<Vec<Tensor>>,
        batch_size: usize,
    ) -> Result<Vec<ArrayD<Float>>> {
        self.predict_watched(inputs, Some(batch_size), &mut |_| Ok(()))
    }

    /// As [`Model::predict_in_batches`], or without a size as [`Model::predict_all`], telling after
    /// each batch how many rows there are so far.
    ///
    /// # Errors
    /// As [`Model::predict_in_batches`], and those of `watch`.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Dense::new(1).input_shape([2]))?;
    /// let (x, mut rows) = (Tensor::zeros([5, 2]), Vec::new());
    /// model.predict_watched([x], Some(2), &mut |done| {
    ///     rows.push(done);
    ///     Ok(())
    /// })?;
    /// assert_eq!(rows, [2, 4, 5]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn predict_watched(
        &self,
        inputs: impl Into<Vec<Tensor>>,
        batch_size: Option<usize>,
        watch: &mut dyn FnMut(usize) -> Result<()>,
    ) -> Result<Vec<ArrayD<Float>>> {
        let inputs = inputs.into();
        let network = self.checked(&inputs)?;
        let batch_size = batch_size.unwrap_or_else(|| self.predicted_at_once(network, &inputs));
        if !self.is_stateful() {
            return predict(network, &inputs, batch_size, &mut States::default(), watch);
        }
        let mut held = self.held.lock();
        // A call that fails halfway leaves the states as they were.
        let mut states = held.clone();
        let outputs = predict(network, &inputs, batch_size, &mut states, watch)?;
        *held = states;
        Ok(outputs)
    }

    /// All outputs for a batch of all inputs, going on from the caller's `states` instead of the
    /// model's own: threads that share a model don't wait for each other, and each has its states.
    ///
    /// # Errors
    /// As [`Model::predict`], and states that are not of this model. The states are then as before.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(2).stateful(true).batch_input_shape([1, 1, 3]))?;
    /// let x = ndarray::Array3::<f32>::ones((1, 1, 3));
    /// let (mut ours, mut theirs) = (States::default(), States::default());
    /// let first = model.predict_with_states([(&x).into()], &mut ours)?;
    /// assert_ne!(model.predict_with_states([(&x).into()], &mut ours)?, first);
    /// assert_eq!(model.predict_with_states([(&x).into()], &mut theirs)?, first);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn predict_with_states(
        &self,
        inputs: impl Into<Vec<Tensor>>,
        states: &mut States,
    ) -> Result<Vec<ArrayD<Float>>> {
        let inputs = inputs.into();
        let network = self.checked(&inputs)?;
        states.check(network.parameters())?;
        let mut next = states.clone();
        let batch_size = self.predicted_at_once(network, &inputs);
        let outputs = predict(network, &inputs, batch_size, &mut next, &mut |_| Ok(()))?;
        *states = next;
        Ok(outputs)
    }

    /// All outputs for all inputs at once, as Keras's `model(x, training=training)`: with `true`,
    /// dropout and noise are active, in another way in each call, and normalization is that of the
    /// batch; without a value, calls that were [given one](super::CallOptions) are heeded.
    ///
    /// Moving means, which Keras records here as well, stay as they are; see [`Model::call_mut`].
    ///
    /// # Errors
    /// As [`Model::predict`].
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Dropout::new(0.5).input_shape([100]))?;
    /// let ones = Tensor::new([1, 100], vec![1.0; 100])?;
    /// let noisy = |model: &Sequential| model.call([ones.clone()], Some(true));
    /// assert_ne!(noisy(&model)?, noisy(&model)?);
    /// assert_eq!(model.call([ones.clone()], None)?[0], model.predict(ones)?);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn call(
        &self,
        inputs: impl Into<Vec<Tensor>>,
        training: Option<bool>,
    ) -> Result<Vec<ArrayD<Float>>> {
        Ok(self.called(inputs.into(), training)?.0)
    }

    /// As [`Model::call`], and what layers record while they are called as in training, such as the
    /// moving means of [`BatchNormalization`](crate::layers::BatchNormalization), is written, as in
    /// Keras.
    ///
    /// # Errors
    /// As [`Model::predict`]; nothing has changed then.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(BatchNormalization::new().momentum(0.5).input_shape([1]))?;
    /// let x = Tensor::new([2, 1], vec![1.0, 3.0])?;
    /// model.call_mut([x], Some(true))?;
    /// assert_eq!(model.weights()[2].data(), [1.0]); // moving_mean, on its way to 2
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn call_mut(
        &mut self,
        inputs: impl Into<Vec<Tensor>>,
        training: Option<bool>,
    ) -> Result<Vec<ArrayD<Float>>> {
        let (outputs, recorded) = self.called(inputs.into(), training)?;
        self.built_mut()?.parameters_mut().write(recorded);
        Ok(outputs)
    }

    /// Whether [`Model::call_mut`] may change the model: whether a layer records something.
    pub fn records(&self) -> bool {
        self.parameters().is_ok_and(|parameters| {
            parameters.entries().iter().any(|entry| !entry.is_trained && !entry.frozen)
        })
    }

    /// The outputs, and what was recorded.
    fn called(&self, inputs: Vec<Tensor>, training: Option<bool>) -> Result<Called> {
        let network = self.checked(&inputs)?;
        let cx = Context::inference(network.parameters());
        let mut cx = cx.called(training, crate::random::entropy());
        let mut held = self.is_stateful().then(|| self.held.lock());
        if let Some(held) = &held {
            cx = cx.with_states((*held).clone());
        }
        let outputs = network.forward(&inputs, &mut cx)?;
        if let Some(held) = &mut held {
            **held = cx.take_states();
        }
        Ok((outputs.into_iter().map(Tensor::into_array).collect(), cx.take_assigned()))
    }

    /// How many rows to compute at a time.
    fn predicted_at_once(&self, network: &Network, inputs: &[Tensor]) -> usize {
        match network.is_time_major() {
            // Rows are steps, which must not be torn apart.
            true => inputs[0].shape()[0],
            false => self.stateful_batch().unwrap_or(PREDICT_BATCH),
        }
    }

    /// The network, built for these inputs if it isn't yet, once they have been checked.
    fn checked(&self, inputs: &[Tensor]) -> Result<&Network> {
        crate::training::samples("predict", inputs)?;
        self.network_on(inputs)
    }
}

/// The outputs in batches, one after the other, which carry `states` on.
fn predict(
    network: &Network,
    inputs: &[Tensor],
    batch_size: usize,
    states: &mut States,
    watch: &mut dyn FnMut(usize) -> Result<()>,
) -> Result<Vec<ArrayD<Float>>> {
    crate::training::check_batch_size("predict", batch_size)?;
    let samples = inputs[0].shape()[0];
    let mut forward = |batch: &[Tensor]| {
        let mut cx = Context::inference(network.parameters()).with_states(std::mem::take(states));
        let outputs = network.forward(batch, &mut cx)?;
        *states = cx.take_states();
        Ok::<_, Error>(outputs)
    };
    if samples <= batch_size {
        let outputs = forward(inputs)?.into_iter().map(Tensor::into_array).collect();
        watch(samples)?;
        return Ok(outputs);
    }
    let mut collected: Vec<Vec<Float>> = Vec::new();
    let mut shapes = Vec::new();
    for start in (0..samples).step_by(batch_size) {
        let end = samples.min(start + batch_size);
        let batch: Vec<Tensor> = inputs.iter().map(|x| x.rows(start, end)).collect();
        let outputs = forward(&batch)
            .map_err(|error| error.at(|p| p.iter_mut().take(1).for_each(|p| *p += start)))?;
        collected.resize_with(outputs.len(), Vec::new);
        let before: Vec<Vec<usize>> = shapes;
        shapes = outputs.iter().map(|y| y.shape().to_vec()).collect();
        // Texts of a batch are as long as its longest, unless a layer gives them a length.
        if let Some((old, new)) = before.iter().zip(&shapes).find(|(old, new)| old[1..] != new[1..])
        {
            return Err(Error::Mismatch {
                place: "predict".into(),
                what: format!("an output for the batch of samples from {start} on"),
                expected: format!(
                    "{} but for the samples, as before: with an `output_sequence_length` all \
                     batches are alike",
                    crate::Shape::from(&old[..])
                ),
                got: crate::Shape::from(&new[..]).to_string(),
            });
        }
        for (all, output) in collected.iter_mut().zip(&outputs) {
            all.extend_from_slice(output.data());
        }
        watch(end)?;
    }
    let whole = |(mut shape, data): (Vec<usize>, Vec<Float>)| {
        let row: usize = shape[1..].iter().product();
        // Of sequences whose rows are steps, there may be others than samples.
        shape[0] = data.len().checked_div(row).unwrap_or(samples);
        Tensor::from_parts(shape, data).into_array()
    };
    Ok(shapes.into_iter().zip(collected).map(whole).collect())
}
