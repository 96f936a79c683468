//! One peer in a process of its own: JSON lines in and out, as in `python/worker.py`.

pub mod layouts;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use elman_files::{Array, Data, npy, npz};
use serde::Deserialize;
use serde_json::{Value, json};

/// What goes wrong in a peer ends it; the harness shows why.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// One row of the table.
#[derive(Clone, Debug, Deserialize)]
pub struct Workload {
    /// `STREAM`, `SEQ1`, `BATCH`, `TRAIN`, `PREDICT` or `FIT`.
    pub kind: String,
    /// `rnn`, `lstm` or `gru`.
    pub cell: String,
    pub batch: usize,
    pub time: usize,
    pub inputs: usize,
    pub units: usize,
}

/// Weights as Keras lays them out, and the input `(batch, steps, inputs)`.
#[derive(Clone, Debug, Default)]
pub struct Arrays {
    pub x: Vec<f32>,
    pub steps: usize,
    pub kernel: Vec<f32>,
    pub recurrent_kernel: Vec<f32>,
    pub bias: Vec<f32>,
    /// For FIT: targets `(samples, 1)`, and the weights of the layer behind.
    pub y: Vec<f32>,
    pub dense_kernel: Vec<f32>,
    pub dense_bias: Vec<f32>,
    /// For inference, the same as a graph for engines that read them: `X (time, batch, inputs)` to
    /// `Y (time, 1, batch, units)`; for a stream of one step, with the states `h` (and `c`) from
    /// those that come in to `h_next` (and `c_next`). Empty if the work has none.
    pub onnx: Vec<u8>,
}

/// A library under test.
pub trait Peer {
    /// Its name and version.
    fn version(&self) -> String;

    /// Builds the model; `false` if the library has none for this work.
    fn prepare(&mut self, work: &Workload, arrays: Arrays) -> Result<bool>;

    /// The work that is timed, once.
    fn call(&mut self) -> Result<()>;

    /// What comes out: all outputs `(batch, time, units)`, for a stream those of as many steps as
    /// there are in the input; for TRAIN the gradients of all weights, in Keras's order and layout;
    /// for FIT the loss of an epoch.
    fn outputs(&mut self) -> Result<Vec<f32>>;

    /// The multiply-adds a second that the machine does at best on so many threads, if the library
    /// measures that.
    fn peak(&self) -> Option<f64> {
        None
    }
}

/// The number of threads that the harness asks for.
pub fn threads() -> usize {
    std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Answers the harness until it hangs up.
pub fn serve(mut peer: impl Peer) -> Result<()> {
    answer(&json!({"version": peer.version()}))?;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        if let Some(work) = request.get("prepare") {
            let mut arrays = read(text(&request, "arrays")?.as_ref())?;
            if let Some(path) = request.get("onnx").and_then(Value::as_str) {
                arrays.onnx = std::fs::read(path)?;
            }
            let prepared = peer.prepare(&Workload::deserialize(work)?, arrays)?;
            answer(&json!({ if prepared { "prepared" } else { "unsupported" }: true }))?;
        } else if request.get("outputs").is_some() {
            let outputs = peer.outputs()?;
            let path = PathBuf::from(text(&request, "outputs")?);
            npy::write(&path, &Array::f32([outputs.len()], outputs))?;
            answer(&json!({"written": true}))?;
        } else if request.get("peak").is_some() {
            answer(&json!({"peak": peer.peak()}))?;
        } else {
            let calls = request["time"].as_u64().ok_or("time: a number of calls")?;
            let start = Instant::now();
            for _ in 0..calls {
                peer.call()?;
            }
            answer(&json!({"seconds": start.elapsed().as_secs_f64() / calls as f64}))?;
        }
    }
    Ok(())
}

fn answer(value: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

fn text<'a>(request: &'a Value, key: &str) -> Result<&'a str> {
    Ok(request[key].as_str().ok_or_else(|| format!("{key}: a path"))?)
}

fn read(path: &Path) -> Result<Arrays> {
    let mut arrays = Arrays::default();
    for (name, array) in npz::read(path)? {
        if name == "x" {
            arrays.steps = array.shape[1];
        }
        let Data::F32(values) = array.data else { return Err(format!("{name}: not f32").into()) };
        match name.as_str() {
            "x" => arrays.x = values,
            "kernel" => arrays.kernel = values,
            "recurrent_kernel" => arrays.recurrent_kernel = values,
            "bias" => arrays.bias = values,
            "y" => arrays.y = values,
            "dense_kernel" => arrays.dense_kernel = values,
            "dense_bias" => arrays.dense_bias = values,
            _ => return Err(format!("{name}: not an array of a workload").into()),
        }
    }
    Ok(arrays)
}
