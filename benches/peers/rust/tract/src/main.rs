//! tract, on the ONNX graph.

use protocol::layouts::swapped;
use protocol::{Arrays, Peer, Result, Workload, serve, threads};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::tract_linalg::multithread::{Executor, set_default_executor};

#[derive(Default)]
struct Tract {
    prepared: Option<Prepared>,
}

struct Prepared {
    plan: Arc<TypedRunnableModel>,
    work: Workload,
    /// Batch first, as it came.
    x: Vec<f32>,
    /// Of one call, time first.
    input: TValue,
    states: TVec<TValue>,
}

fn main() -> Result<()> {
    if threads() > 1 {
        set_default_executor(Executor::multithread(threads()));
    }
    serve(Tract::default())
}

fn tensor(shape: &[usize], numbers: &[f32]) -> Result<TValue> {
    Ok(Tensor::from_shape(shape, numbers)?.into_tvalue())
}

impl Prepared {
    fn new(work: &Workload, arrays: Arrays) -> Result<Prepared> {
        let model = tract_onnx::onnx().model_for_read(&mut &arrays.onnx[..])?;
        let plan = model.into_optimized()?.into_runnable()?;
        let is_stream = work.kind == "STREAM";
        let steps = if is_stream { 1 } else { arrays.steps };
        let first: Vec<f32> = match is_stream {
            true => arrays.x[..work.inputs].to_vec(),
            false => swapped(&arrays.x, [work.batch, steps, work.inputs]),
        };
        let input = tensor(&[steps, work.batch, work.inputs], &first)?;
        let mut prepared =
            Prepared { plan, work: work.clone(), x: arrays.x, input, states: tvec!() };
        prepared.reset()?;
        Ok(prepared)
    }

    fn reset(&mut self) -> Result<()> {
        let count = match (self.work.kind.as_str(), self.work.cell.as_str()) {
            ("STREAM", "lstm") => 2,
            ("STREAM", _) => 1,
            _ => 0,
        };
        let zeros = vec![0.0; self.work.batch * self.work.units];
        let zero = || tensor(&[1, self.work.batch, self.work.units], &zeros);
        self.states = (0..count).map(|_| zero()).collect::<Result<_>>()?;
        Ok(())
    }

    /// Y, as the graph orders it; the states go on.
    fn run(&mut self) -> Result<TValue> {
        let mut inputs = tvec!(self.input.clone());
        inputs.extend(self.states.drain(..));
        let mut results = self.plan.run(inputs)?.into_iter();
        let y = results.next().ok_or("no output")?;
        self.states = results.collect();
        Ok(y)
    }
}

/// The numbers of Y, time first.
fn numbers(y: &TValue) -> Result<Vec<f32>> {
    Ok(y.to_plain_array_view::<f32>()?.iter().copied().collect())
}

impl Peer for Tract {
    fn version(&self) -> String {
        "tract 0.23.9".into()
    }

    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool> {
        let can = !arrays.onnx.is_empty();
        self.prepared = if can { Some(Prepared::new(work, arrays)?) } else { None };
        Ok(can)
    }

    fn call(&mut self) -> Result<()> {
        self.prepared.as_mut().ok_or("nothing prepared")?.run()?;
        Ok(())
    }

    fn outputs(&mut self) -> Result<Vec<f32>> {
        let prepared = self.prepared.as_mut().ok_or("nothing prepared")?;
        let Workload { batch, time, inputs, units, .. } = prepared.work;
        if prepared.states.is_empty() {
            let y = numbers(&prepared.run()?)?;
            return Ok(swapped(&y, [time, batch, units]));
        }
        prepared.reset()?;
        let mut outputs = Vec::new();
        for step in prepared.x.clone().chunks(inputs) {
            prepared.input = tensor(&[1, batch, inputs], step)?;
            outputs.extend(numbers(&prepared.run()?)?);
        }
        Ok(outputs)
    }
}
