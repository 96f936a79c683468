//! elman, through its public API: a model that predicts and streams; for training, the kernels with
//! what a step of training does around them, packing the changed weights.

mod training;

use elman::prelude::*;
use protocol::{Arrays, Peer, Result, Workload, serve, threads};
use training::Training;

#[derive(Default)]
struct Elman {
    work: Option<Work>,
}

enum Work {
    Predict { model: Sequential, x: Tensor },
    Train(Training),
}

fn main() -> Result<()> {
    elman_kernels::set_num_threads(threads());
    serve(Elman::default())
}

fn model(work: &Workload, arrays: &Arrays) -> Result<Sequential> {
    let (inputs, units) = (work.inputs, work.units);
    let mut model = Sequential::new();
    let layer = Input::new([None, Some(inputs)]);
    model.add(layer)?;
    match work.cell.as_str() {
        "rnn" => model.add(SimpleRnn::new(units).return_sequences(true))?,
        "lstm" => model.add(Lstm::new(units).return_sequences(true))?,
        _ => model.add(Gru::new(units).return_sequences(true))?,
    };
    let columns = arrays.kernel.len() / inputs;
    let bias = if work.cell == "gru" { vec![2, columns] } else { vec![columns] };
    model.set_weights([
        Tensor::new([inputs, columns], arrays.kernel.clone())?,
        Tensor::new([units, columns], arrays.recurrent_kernel.clone())?,
        Tensor::new(bias, arrays.bias.clone())?,
    ])?;
    Ok(model)
}

impl Peer for Elman {
    fn version(&self) -> String {
        format!("elman {} ({:?})", env!("CARGO_PKG_VERSION"), elman_kernels::active_isa())
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        self.work = match work.kind.as_str() {
            "STREAM" => None,
            "TRAIN" => Some(Work::Train(Training::new(work, arrays))),
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
            Some(Work::Predict { model, x }) => drop(model.predict(&*x)?),
            Some(Work::Train(training)) => training.step(),
            None => return Err("nothing prepared".into()),
        }
        Ok(())
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        match &mut self.work {
            Some(Work::Predict { model, x }) => Ok(model.predict(&*x)?.into_iter().collect()),
            Some(Work::Train(training)) => {
                training.step();
                Ok(training.gradients())
            }
            None => Err("nothing prepared".into()),
        }
    }
}
