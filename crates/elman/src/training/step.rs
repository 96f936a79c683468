//! One batch: forward, loss, backward, update.

use super::bptt::Bptt;
use super::data::Data;
use super::losses;
use super::running::Running;
use crate::models::Model;
use crate::parameters::Parameter;
use crate::{Context, Error, Float, Result};

/// Checks data before a training: the shapes of inputs, the number of targets, and their values as
/// far as the losses can tell.
pub(super) fn check(model: &Model, data: &Data) -> Result<()> {
    let outputs = model.network_on_batches_of(&data.x)?.output_shapes();
    let losses = model.compiled()?.losses_for(model, outputs.len())?;
    data.check_targets(outputs.len())?;
    for (output, (loss, shape)) in losses.iter().zip(&outputs).enumerate() {
        if let (Some(loss), Some(y)) = (loss, data.target(output)) {
            loss.check_targets(y, shape)
                .map_err(|error| data.locate(of_output(error, model, output, losses.len())))?;
        }
    }
    Ok(())
}

/// Computes loss and metrics of a batch; of the model, only the states of stateful layers go on.
pub(super) fn test(model: &Model, batch: &Data, running: &mut Running) -> Result<()> {
    let compiled = model.compiled()?;
    let network = model.network_on(&batch.x)?;
    let mut cx = Context::inference(network.parameters()).with_losses();
    let mut held = model.is_stateful().then(|| model.held.lock());
    if let Some(held) = &held {
        cx = cx.with_states((*held).clone());
    }
    let y_pred = network.forward(&batch.x, &mut cx)?;
    if let Some(mut held) = held.take() {
        // And not held any longer: metrics may ask the model.
        *held = cx.take_states();
    }
    let (mut total, mut values) = (0.0, Vec::new());
    let of_outputs = compiled.losses_for(model, y_pred.len())?;
    batch.check_targets(of_outputs.len())?;
    for (output, (loss, y_pred)) in of_outputs.iter().zip(&y_pred).enumerate() {
        let value = match (loss, batch.target(output)) {
            (Some(loss), Some(y)) => Some(
                losses::value(*loss, y, y_pred, batch.weights_of(output))
                    .map_err(|error| of_output(error, model, output, of_outputs.len()))?,
            ),
            _ => None,
        };
        total += value.unwrap_or(0.0) * compiled.loss_weight(output);
        values.push(value);
    }
    total += cx.losses() + network.parameters().penalty()?;
    running.update(model, total, &values, batch, &y_pred)
}

/// Trains on a batch. A loss that is not finite is an error, and nothing has changed then;
/// `epoch` and `number` say where, counted from 1.
pub(super) fn train(
    model: &mut Model,
    batch: &Data,
    running: &mut Running,
    bptt: Bptt,
    (epoch, number): (usize, usize),
) -> Result<()> {
    let compiled = model.compiled()?;
    let network = model.network_on(&batch.x)?;
    let seed = model.seed();
    let mut cx = Context::training(network.parameters(), seed, compiled.state.iterations())
        .with_states(model.states())
        .with_losses()
        .with_bptt(bptt);
    cx.set_wants_input_gradients(false);
    let y_pred = network.forward(&batch.x, &mut cx)?;
    let (mut total, mut values, mut upstream) = (0.0, Vec::new(), Vec::new());
    let of_outputs = compiled.losses_for(model, y_pred.len())?;
    batch.check_targets(of_outputs.len())?;
    for (output, (loss, y_pred)) in of_outputs.iter().zip(&y_pred).enumerate() {
        let (Some(loss), Some(y)) = (loss, batch.target(output)) else {
            values.push(None);
            upstream.push(None);
            continue;
        };
        let (value, mut gradient) =
            losses::value_and_gradient(*loss, y, y_pred, batch.weights_of(output))
                .map_err(|error| of_output(error, model, output, of_outputs.len()))?;
        let weight = compiled.loss_weight(output);
        if weight != 1.0 {
            gradient.data_mut().iter_mut().for_each(|g| *g *= weight as Float);
        }
        total += value * weight;
        values.push(Some(value));
        upstream.push(Some(gradient));
    }
    total += cx.losses() + network.parameters().penalty()?;
    if !total.is_finite() {
        return Err(Error::LossNotFinite { loss: total, epoch, batch: number });
    }
    network.backward(&upstream, &mut cx)?;
    let (states, recorded) = (cx.take_states(), cx.take_assigned());
    let mut gradients = cx.into_gradients();
    network.parameters().add_penalty_gradients(&mut gradients)?;
    running.update(model, total, &values, batch, &y_pred)?;
    *model.held.get_mut() = states;
    model.apply_gradients(&mut gradients, recorded)
}

/// An error of the loss of one output of several, with the output's name.
fn of_output(error: Error, model: &Model, output: usize, outputs: usize) -> Error {
    match model.output_names().get(output) {
        Some(name) if outputs > 1 => error.place(|place| format!("output `{name}`, {place}")),
        _ => error,
    }
}

impl Model {
    /// One step of the optimizer with these gradients, laid out like the weights, and what layers
    /// recorded meanwhile.
    fn apply_gradients(
        &mut self,
        gradients: &mut [Float],
        recorded: Vec<(Parameter, Vec<Float>)>,
    ) -> Result<()> {
        // Taken out for the step, since it and the weights are both changed.
        let mut compiled = self.compiled.take();
        let stepped = match (&mut compiled, self.built_mut()) {
            (Some(compiled), Ok(network)) => {
                let parameters = network.parameters_mut();
                // As in Keras, an optimizer without weights takes no step.
                let stepped = match parameters.entries().iter().any(|entry| entry.trainable) {
                    true => compiled.state.step(&*compiled.optimizer, parameters, gradients),
                    false => Ok(()),
                };
                stepped.and_then(|()| {
                    parameters.write(recorded);
                    parameters.constrain()
                })
            }
            (_, network) => network.map(|_| ()),
        };
        self.compiled = compiled;
        stepped
    }
}
