//! elman, through its public API: a model that predicts and streams; for training, the kernels with
//! what a step of training does around them, packing the changed weights.

mod training;

use std::hint::black_box;

use elman::prelude::*;
use elman::streaming::Stream;
use protocol::{Arrays, Peer, Result, Workload, serve, threads};
use training::Training;

#[derive(Default)]
struct Elman {
    work: Option<Work>,
}

enum Work {
    Stream { stream: Box<Stream>, x: Vec<f32>, step: Vec<f32> },
    Predict { model: Sequential, x: Tensor },
    Train(Training),
    Fit { model: Sequential, x: Tensor, y: Tensor, batch: usize },
}

fn main() -> Result<()> {
    elman_kernels::set_num_threads(threads());
    serve(Elman::default())
}

fn model(work: &Workload, arrays: &Arrays) -> Result<Sequential> {
    let (inputs, units) = (work.inputs, work.units);
    let fits = work.kind == "FIT";
    let mut model = Sequential::new();
    model.add(Input::new([None, Some(inputs)]))?;
    match work.cell.as_str() {
        "rnn" => model.add(SimpleRnn::new(units).return_sequences(!fits))?,
        "lstm" => model.add(Lstm::new(units).return_sequences(!fits))?,
        _ => model.add(Gru::new(units).return_sequences(!fits))?,
    };
    let columns = arrays.kernel.len() / inputs;
    let bias = if work.cell == "gru" { vec![2, columns] } else { vec![columns] };
    let mut weights = vec![
        Tensor::new([inputs, columns], arrays.kernel.clone())?,
        Tensor::new([units, columns], arrays.recurrent_kernel.clone())?,
        Tensor::new(bias, arrays.bias.clone())?,
    ];
    if fits {
        model.add(Dense::new(1))?;
        weights.push(Tensor::new([units, 1], arrays.dense_kernel.clone())?);
        weights.push(Tensor::new([1], arrays.dense_bias.clone())?);
        model.compile("adam", "mse", &[])?;
    }
    model.set_weights(weights)?;
    Ok(model)
}

/// The loss of an epoch.
fn fit(model: &mut Sequential, x: &Tensor, y: &Tensor, batch: usize) -> Result<f32> {
    let options = Fit::new().batch_size(batch).shuffle(false).verbose(Verbose::Silent);
    let history = model.fit(x, y, options)?;
    Ok(history.last("loss").ok_or("no loss")? as f32)
}

impl Peer for Elman {
    fn version(&self) -> String {
        format!("elman {} ({:?})", elman::VERSION, elman_kernels::active_isa())
    }

    fn peak(&self) -> Option<f64> {
        let time = std::time::Duration::from_millis(300);
        Some(elman_kernels::calibration::multiply_add_rate(threads(), time).value)
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        self.work = match work.kind.as_str() {
            "STREAM" => {
                let mut stream = Box::new(model(work, &arrays)?.stream()?);
                stream.set_threads(threads());
                let step = arrays.x[..work.inputs].to_vec();
                Some(Work::Stream { stream, x: arrays.x, step })
            }
            "TRAIN" => Some(Work::Train(Training::new(work, arrays))),
            "FIT" => {
                let model = model(work, &arrays)?;
                let samples = arrays.y.len();
                let x = Tensor::new([samples, work.time, work.inputs], arrays.x)?;
                Some(Work::Fit {
                    model,
                    x,
                    y: Tensor::new([samples, 1], arrays.y)?,
                    batch: work.batch,
                })
            }
            _ => {
                let model = model(work, &arrays)?;
                let x = Tensor::new([work.batch, work.time, work.inputs], arrays.x)?;
                Some(Work::Predict { model, x })
            }
        };
        Ok(self.work.is_some())
    }

    fn call(&mut self) -> Result<()> {
        match &mut self.work {
            Some(Work::Stream { stream, step, .. }) => {
                black_box(stream.step(step)?);
            }
            Some(Work::Predict { model, x }) => drop(model.predict(&*x)?),
            Some(Work::Train(training)) => training.step(),
            Some(Work::Fit { model, x, y, batch }) => {
                fit(model, x, y, *batch)?;
            }
            None => return Err("nothing prepared".into()),
        }
        Ok(())
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        match &mut self.work {
            Some(Work::Stream { stream, x, step }) => {
                stream.reset();
                let mut outputs = Vec::new();
                for step in x.chunks(step.len()) {
                    outputs.extend_from_slice(stream.step(step)?);
                }
                Ok(outputs)
            }
            Some(Work::Predict { model, x }) => Ok(model.predict(&*x)?.into_iter().collect()),
            Some(Work::Train(training)) => {
                training.step();
                Ok(training.gradients())
            }
            Some(Work::Fit { model, x, y, batch }) => Ok(vec![fit(model, x, y, *batch)?]),
            None => Err("nothing prepared".into()),
        }
    }
}
