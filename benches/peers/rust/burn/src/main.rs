//! burn on its Flex backend: `Rnn`, `Lstm` and `Gru`.

mod layer;

use burn::tensor::{Device, Tensor, TensorData};
use layer::{Layer, State};
use protocol::{Arrays, Peer, Result, Workload, serve};

struct Burn {
    device: Device,
    prepared: Option<Prepared>,
}

struct Prepared {
    work: Workload,
    layer: Layer,
    device: Device,
    /// Batch first, as it came.
    numbers: Vec<f32>,
    x: Tensor<3>,
    state: Option<State>,
}

fn main() -> Result<()> {
    serve(Burn { device: Device::flex(), prepared: None })
}

fn vector<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| format!("{error:?}").into())
}

impl Prepared {
    fn new(work: &Workload, arrays: Arrays, device: &Device) -> Result<Prepared> {
        let device = match work.kind.as_str() {
            "TRAIN" => device.clone().autodiff(),
            _ => device.clone(),
        };
        let is_stream = work.kind == "STREAM";
        let steps = if is_stream { 1 } else { arrays.steps };
        let first = arrays.x[..work.batch * steps * work.inputs].to_vec();
        let x =
            Tensor::from_data(TensorData::new(first, [work.batch, steps, work.inputs]), &device);
        let layer = Layer::new(work, &arrays, &device);
        Ok(Prepared { work: work.clone(), layer, device, numbers: arrays.x, x, state: None })
    }

    fn call(&mut self) -> Result<()> {
        match self.work.kind.as_str() {
            "TRAIN" => drop(self.layer.forward(self.x.clone(), None).0.square().sum().backward()),
            "STREAM" => self.state = self.layer.forward(self.x.clone(), self.state.take()).1,
            _ => drop(self.layer.forward(self.x.clone(), None)),
        }
        Ok(())
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        match self.work.kind.as_str() {
            "TRAIN" => {
                let loss = self.layer.forward(self.x.clone(), None).0.square().sum();
                self.layer.gradients(&self.work, &loss.backward())
            }
            "STREAM" => {
                let (mut state, mut outputs) = (None, Vec::new());
                for step in self.numbers.chunks(self.work.inputs) {
                    let step = TensorData::new(step.to_vec(), [1, 1, self.work.inputs]);
                    let (y, next) =
                        self.layer.forward(Tensor::from_data(step, &self.device), state.take());
                    state = next;
                    outputs.extend(vector(y)?);
                }
                self.state = None;
                Ok(outputs)
            }
            _ => vector(self.layer.forward(self.x.clone(), None).0),
        }
    }
}

impl Peer for Burn {
    fn version(&self) -> String {
        "burn 0.22.1 (Flex)".into()
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        let can = work.kind != "FIT";
        self.prepared = if can { Some(Prepared::new(work, arrays, &self.device)?) } else { None };
        Ok(can)
    }

    fn call(&mut self) -> Result<()> {
        self.prepared.as_mut().ok_or("nothing prepared")?.call()
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        self.prepared.as_mut().ok_or("nothing prepared")?.outputs()
    }
}
