//! candle: `candle_nn::rnn`, which has LSTM and GRU.

mod layer;

use candle_core::{Device, Tensor};
use layer::{Layer, State};
use protocol::layouts::{Gate, joined, transposed};
use protocol::{Arrays, Peer, Result, Workload, serve};

#[derive(Default)]
struct Candle {
    prepared: Option<Prepared>,
}

struct Prepared {
    work: Workload,
    layer: Layer,
    x: Tensor,
    /// One step of a stream, and where it stands.
    step: Tensor,
    state: State,
}

fn main() -> Result<()> {
    serve(Candle::default())
}

impl Prepared {
    fn new(work: &Workload, arrays: &Arrays) -> Result<Prepared> {
        let shape = (work.batch, arrays.steps, work.inputs);
        let x = Tensor::from_slice(&arrays.x, shape, &Device::Cpu)?;
        let step = x.narrow(1, 0, 1)?.squeeze(1)?.contiguous()?;
        let layer = Layer::new(work, arrays)?;
        let state = layer.zero_state(work.batch)?;
        Ok(Prepared { work: work.clone(), x, step, state, layer })
    }

    fn call(&mut self) -> Result<()> {
        match self.work.kind.as_str() {
            "STREAM" => self.state = self.layer.step(&self.step, &self.state)?,
            "TRAIN" => drop(self.gradients()?),
            _ => drop(self.layer.sequence(&self.x)?),
        }
        Ok(())
    }

    fn gradients(&self) -> Result<candle_core::backprop::GradStore> {
        Ok(self.layer.sequence(&self.x)?.sqr()?.sum_all()?.backward()?)
    }

    /// The gradients of all weights, in Keras's order.
    fn gradients_of_weights(&self) -> Result<Vec<f32>> {
        let store = self.gradients()?;
        let of = |name: &str| -> Result<Vec<f32>> {
            let gradient = store.get(self.layer.weight(name)?).ok_or("no gradient")?;
            Ok(gradient.flatten_all()?.to_vec1()?)
        };
        let (kernel, recurrent) = (of("weight_ih_l0")?, of("weight_hh_l0")?);
        let (bias, recurrent_bias) = (of("bias_ih_l0")?, of("bias_hh_l0")?);
        let Workload { inputs, units, .. } = self.work;
        let gate = |place: usize| Gate {
            kernel: transposed(&kernel[place * units * inputs..][..units * inputs], inputs),
            recurrent_kernel: transposed(
                &recurrent[place * units * units..][..units * units],
                units,
            ),
            bias: bias[place * units..][..units].to_vec(),
            recurrent_bias: recurrent_bias[place * units..][..units].to_vec(),
        };
        let gates: Vec<Gate> = layer::order(&self.work.cell).iter().map(|p| gate(*p)).collect();
        Ok(joined(&self.work, &gates))
    }
}

impl Peer for Candle {
    fn version(&self) -> String {
        "candle 0.11.1".into()
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        let can = work.cell != "rnn" && work.kind != "FIT";
        self.prepared = if can { Some(Prepared::new(work, &arrays)?) } else { None };
        Ok(can)
    }

    fn call(&mut self) -> Result<()> {
        self.prepared.as_mut().ok_or("nothing prepared")?.call()
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        let prepared = self.prepared.as_mut().ok_or("nothing prepared")?;
        match prepared.work.kind.as_str() {
            "STREAM" => {
                let mut state = prepared.layer.zero_state(prepared.work.batch)?;
                let mut outputs = Vec::new();
                for t in 0..prepared.x.dim(1)? {
                    let step = prepared.x.narrow(1, t, 1)?.squeeze(1)?.contiguous()?;
                    state = prepared.layer.step(&step, &state)?;
                    outputs.extend(state.output().flatten_all()?.to_vec1::<f32>()?);
                }
                prepared.state = prepared.layer.zero_state(prepared.work.batch)?;
                Ok(outputs)
            }
            "TRAIN" => prepared.gradients_of_weights(),
            _ => Ok(prepared.layer.sequence(&prepared.x)?.flatten_all()?.to_vec1()?),
        }
    }
}
