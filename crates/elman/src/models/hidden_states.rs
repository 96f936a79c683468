//! What recurrent layers compute at every step.

use ndarray::ArrayD;

use super::Model;
use crate::{Context, Error, Float, Result, Tensor, ops};

impl Model {
    /// The names of the layers that run over time, in the model's order: those that
    /// [`hidden_states`](Model::hidden_states) can look into.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Bidirectional::new(Lstm::new(3).return_sequences(true)).name("a"))?;
    /// model.add(Dropout::new(0.5))?.add(Gru::new(2).name("b"))?;
    /// assert_eq!(model.recurrent_layers(), ["a", "b"]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn recurrent_layers(&self) -> Vec<&str> {
        let recurrent = self.layers().iter().filter(|layer| layer.with_all_steps().is_some());
        recurrent.map(|layer| layer.base().name()).collect()
    }

    /// The outputs of a recurrent layer at every step, `(batch, time, units)`, in the order of time,
    /// whether or not the layer returns sequences or reads backwards. Of a layer that is called
    /// several times, those of its first call; a stateful layer starts from zeros.
    ///
    /// # Errors
    /// As [`Model::predict`]; a layer that doesn't exist or doesn't run over time.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).name("memory").input_shape([5, 2]))?.add(Dense::new(1))?;
    /// let x = ndarray::Array3::<f32>::ones((1, 5, 2));
    /// assert_eq!(model.hidden_states("memory", [(&x).into()])?.shape(), [1, 5, 3]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn hidden_states(
        &self,
        layer: &str,
        inputs: impl Into<Vec<Tensor>>,
    ) -> Result<ArrayD<Float>> {
        let inputs = inputs.into();
        crate::training::samples("hidden_states", &inputs)?;
        let network = self.network_on(&inputs)?;
        let index = self.index_of(layer)?;
        let found = &self.layers()[index];
        let Some(all_steps) = found.with_all_steps() else {
            let known = self.recurrent_layers().join(", ");
            return Err(Error::InvalidArgument {
                place: "hidden_states".into(),
                argument: "layer",
                expected: match &known[..] {
                    "" => "a recurrent layer, of which the model has none".into(),
                    known => format!("a recurrent layer: {known}"),
                },
                got: found.place(),
            });
        };
        let mut cx = Context::inference(network.parameters());
        let Some(inputs) = network.graph().inputs_of(index, &inputs, &mut cx)? else {
            return Err(Error::NotBuilt { model: self.name().into() });
        };
        let states = all_steps.call(&inputs, &mut cx)?.remove(0);
        let states = match found.is_time_major() {
            true => ops::permute(&states, &[1, 0, 2]),
            false => states,
        };
        let is_backward = found.as_recurrent().is_some_and(|layer| layer.options().go_backwards);
        Ok(if is_backward { ops::reverse_time(&states) } else { states }.into_array())
    }
}
