//! rten, on the ONNX graph: LSTM and GRU.

use protocol::layouts::swapped;
use protocol::{Arrays, Peer, Result, Workload, serve, threads};
use rten::{Model, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

struct Rten {
    options: RunOptions,
    prepared: Option<Prepared>,
}

struct Prepared {
    model: Model,
    work: Workload,
    /// Batch first, as it came.
    x: Vec<f32>,
    /// Of one call, time first.
    input: NdTensor<f32, 3>,
    states: Vec<State>,
}

struct State {
    input: NodeId,
    output: NodeId,
    value: NdTensor<f32, 3>,
}

fn main() -> Result<()> {
    let pool = ThreadPool::with_num_threads(threads());
    let options = RunOptions::default().with_thread_pool(Some(pool.into()));
    serve(Rten { options, prepared: None })
}

impl Prepared {
    fn new(work: &Workload, arrays: Arrays) -> Result<Prepared> {
        let model = Model::load(arrays.onnx)?;
        let is_stream = work.kind == "STREAM";
        let steps = if is_stream { 1 } else { arrays.steps };
        let shape = [steps, work.batch, work.inputs];
        let first: Vec<f32> = match is_stream {
            true => arrays.x[..work.inputs].to_vec(),
            false => swapped(&arrays.x, [work.batch, steps, work.inputs]),
        };
        let names: &[&str] = match (is_stream, work.cell.as_str()) {
            (false, _) => &[],
            (_, "lstm") => &["h", "c"],
            _ => &["h"],
        };
        let state = |name: &&str| -> Result<State> {
            let value = NdTensor::zeros([1, work.batch, work.units]);
            let (input, output) = (model.node_id(name)?, model.node_id(&format!("{name}_next"))?);
            Ok(State { input, output, value })
        };
        let states = names.iter().map(state).collect::<Result<_>>()?;
        let input = NdTensor::from_data(shape, first);
        Ok(Prepared { work: work.clone(), x: arrays.x, input, states, model })
    }

    /// Y, as the graph orders it; the states go on.
    fn run(&mut self, options: &RunOptions) -> Result<Value> {
        let mut inputs: Vec<(NodeId, ValueOrView)> =
            vec![(self.model.node_id("X")?, self.input.view().into())];
        inputs.extend(self.states.iter().map(|s| (s.input, s.value.view().into())));
        let mut outputs = vec![self.model.node_id("Y")?];
        outputs.extend(self.states.iter().map(|state| state.output));
        let mut results = self.model.run(inputs, &outputs, Some(options.clone()))?.into_iter();
        let y = results.next().ok_or("no output")?;
        for (state, value) in self.states.iter_mut().zip(results) {
            state.value = value.try_into()?;
        }
        Ok(y)
    }
}

/// The numbers of Y, time first.
fn numbers(y: &Value) -> Result<Vec<f32>> {
    let y: NdTensorView<f32, 4> = y.try_into()?;
    Ok(y.iter().copied().collect())
}

impl Peer for Rten {
    fn version(&self) -> String {
        "rten 0.27.0".into()
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        // It has no operator RNN, and no training.
        let can = work.cell != "rnn" && !arrays.onnx.is_empty();
        self.prepared = if can { Some(Prepared::new(work, arrays)?) } else { None };
        Ok(can)
    }

    fn call(&mut self) -> Result<()> {
        self.prepared.as_mut().ok_or("nothing prepared")?.run(&self.options)?;
        Ok(())
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        let prepared = self.prepared.as_mut().ok_or("nothing prepared")?;
        let Workload { batch, time, inputs, units, .. } = prepared.work;
        if prepared.states.is_empty() {
            let y = numbers(&prepared.run(&self.options)?)?;
            return Ok(swapped(&y, [time, batch, units]));
        }
        for state in &mut prepared.states {
            state.value = NdTensor::zeros([1, batch, units]);
        }
        let mut outputs = Vec::new();
        for step in prepared.x.clone().chunks(inputs) {
            prepared.input = NdTensor::from_data([1, batch, inputs], step.to_vec());
            outputs.extend(numbers(&prepared.run(&self.options)?)?);
        }
        Ok(outputs)
    }
}
