//! Reading fixtures, calling single layers, comparing numbers.

use std::path::PathBuf;

use elman::cells::{
    AnyCell, Cell, DropoutMasks, InputGradients, Sequence, SequenceGradients, SequenceOutput,
};
use elman::layers::Layer;
use elman::parameters::Builder;
use elman::random::Stream;
use elman::{Context, Mask, Parameters, Result, Shape, Tensor};
use serde_json::{Map, Value};

/// The agreement with Keras that is asked for: its backends differ among themselves by a few units
/// in the last place of f32, which a handful of steps multiplies.
pub const TOLERANCE: f64 = 1e-5;

pub fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

pub fn fixture(name: &str) -> Value {
    let path = fixture_path(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Normal numbers, the same for the same purpose.
pub fn noise(shape: &[usize], purpose: &str) -> Tensor {
    let mut stream = Stream::new(11, purpose);
    let len = shape.iter().product();
    Tensor::new(shape, (0..len).map(|_| stream.normal() as f32).collect()).unwrap()
}

/// An array as fixtures hold it: `{"shape", "data"}`, or nested lists.
pub fn tensor(value: &Value) -> Tensor {
    if let Some(object) = value.as_object() {
        let shape: Vec<usize> = object["shape"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d.as_u64().unwrap() as usize)
            .collect();
        let data = object["data"].as_array().unwrap().iter().map(number).collect();
        return Tensor::new(shape, data).unwrap();
    }
    let (mut shape, mut data) = (Vec::new(), Vec::new());
    let mut level = value;
    while let Some(list) = level.as_array() {
        shape.push(list.len());
        level = &list[0];
    }
    flatten(value, &mut data);
    Tensor::new(shape, data).unwrap()
}

/// A mask as fixtures hold it: nested lists, or `{"shape", "data"}`, of booleans.
pub fn mask(value: &Value) -> Mask {
    let values = tensor(value);
    let used = values.data().iter().map(|v| *v != 0.0).collect();
    Mask::new(values.shape(), used).unwrap()
}

/// `x` with the mask of a fixture, if it has one.
pub fn masked(x: Tensor, value: &Value) -> Tensor {
    if value.is_null() { x } else { x.with_mask(mask(value)).unwrap() }
}

pub fn tensors(value: &Value) -> Vec<Tensor> {
    value.as_array().map_or_else(Vec::new, |list| list.iter().map(tensor).collect())
}

fn flatten(value: &Value, data: &mut Vec<f32>) {
    match value.as_array() {
        Some(list) => list.iter().for_each(|v| flatten(v, data)),
        None => data.push(number(value)),
    }
}

fn number(value: &Value) -> f32 {
    match value {
        Value::Bool(b) => f32::from(*b),
        other => other.as_f64().unwrap() as f32,
    }
}

/// What must be refused: what it is, how it is tried, and words that the error must have.
pub type Refusal = (&'static str, fn() -> Result<()>, &'static [&'static str]);

/// Tries everything that must be refused: each gives an error with all its words, none panics.
pub fn assert_refused(refusals: &[Refusal]) {
    let mut problems = Vec::new();
    for (name, run, words) in refusals {
        match std::panic::catch_unwind(run) {
            Err(_) => problems.push(format!("{name}: panicked")),
            Ok(Ok(())) => problems.push(format!("{name}: no error")),
            Ok(Err(error)) => {
                let message = error.to_string();
                let missing = words.iter().filter(|word| !message.contains(**word));
                problems.extend(missing.map(|word| format!("{name}: no `{word}` in: {message}")));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(!refusals.is_empty(), "nothing was tried");
}

/// Collects what differs, so that one run shows every failing case.
#[derive(Default)]
pub struct Report {
    problems: Vec<String>,
    compared: usize,
}

impl Report {
    pub fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Compares within `tolerance`, absolute and relative.
    pub fn close(&mut self, what: &str, got: &Tensor, expected: &Tensor, tolerance: f64) {
        self.compared += 1;
        if got.shape() != expected.shape() {
            let (got, expected) = (got.shape(), expected.shape());
            return self.problem(format!("{what}: shape {got:?}, expected {expected:?}"));
        }
        let error = |(a, b): (&f32, &f32)| {
            let (a, b) = (f64::from(*a), f64::from(*b));
            if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() / b.abs().max(1.0) }
        };
        let worst = got
            .data()
            .iter()
            .zip(expected.data())
            .map(error)
            .fold(0.0, |worst, e| if e.is_nan() { f64::INFINITY } else { f64::max(worst, e) });
        if worst > tolerance {
            self.problem(format!("{what}: differs by {worst:.2e}"));
        }
    }

    pub fn close_number(&mut self, what: &str, got: f64, expected: f64, tolerance: f64) {
        self.compared += 1;
        let error = (got - expected).abs() / expected.abs().max(1.0);
        if error.is_nan() || error > tolerance {
            self.problem(format!("{what}: {got}, expected {expected}"));
        }
    }

    /// Notes it if two things differ that must be the same.
    pub fn equal<T: PartialEq>(&mut self, what: &str, got: T, expected: T) {
        self.compared += 1;
        if got != expected {
            self.problem(format!("{what}: differs"));
        }
    }

    /// Compares configurations: see [`difference`].
    pub fn same(&mut self, what: &str, got: &Value, expected: &Value) {
        self.compared += 1;
        if let Some(difference) = difference(got, expected) {
            self.problem(format!("{what}: {difference}"));
        }
    }

    /// Fails with every problem, or if fewer than `at_least` arrays were compared: a fixture that
    /// lost its cases must not pass.
    pub fn finish(self, at_least: usize) {
        assert!(
            self.problems.is_empty(),
            "{} problems:\n{}",
            self.problems.len(),
            self.problems.join("\n")
        );
        assert!(
            self.compared >= at_least,
            "only {} comparisons, expected {at_least}",
            self.compared
        );
    }
}

/// Where two configurations first say different things; an absent key is a null one, and numbers
/// are f32.
pub fn difference(got: &Value, expected: &Value) -> Option<String> {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            let of = |map: &Map<String, Value>, key| map.get(key).cloned().unwrap_or_default();
            got.keys().chain(expected.keys()).find_map(|key| {
                Some(format!("{key}/{}", difference(&of(got, key), &of(expected, key))?))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| difference(a, b))
        }
        (Value::Number(a), Value::Number(b))
            if a.as_f64().map(|v| v as f32) == b.as_f64().map(|v| v as f32) =>
        {
            None
        }
        _ => (got != expected).then(|| format!(" {got}, expected {expected}")),
    }
}

/// Outputs, gradients of the inputs, gradients of the weights.
pub type Gradients = (Vec<Tensor>, Vec<Option<Tensor>>, Vec<Tensor>);

/// A single layer, built and holding given weights.
pub struct Built {
    pub layer: Box<dyn Layer>,
    pub parameters: Parameters,
    /// Whether it is called as in training.
    pub training: bool,
}

impl Built {
    pub fn new(mut layer: Box<dyn Layer>, inputs: &[Tensor]) -> Result<Built> {
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        layer.output_shapes(&shapes)?;
        let mut parameters = Parameters::default();
        let trainable = layer.base().trainable;
        let mut builder = Builder::new(&mut parameters, "layer", "layer", 0, trainable, 1);
        layer.build(&shapes, &mut builder)?;
        Ok(Built { layer, parameters, training: false })
    }

    fn context(&self, saving: bool) -> Context<'_> {
        match (self.training, saving) {
            (true, _) => Context::training(&self.parameters, 1, 0),
            (_, true) => Context::differentiable(&self.parameters),
            (_, false) => Context::inference(&self.parameters),
        }
    }

    /// The weights after a successful step of training in which no gradient arrives.
    pub fn recorded(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        let mut cx = self.context(true);
        self.layer.call(inputs, &mut cx)?;
        let assigned = cx.take_assigned();
        let mut parameters = self.parameters.clone();
        parameters.write(assigned);
        Ok(parameters.entries().iter().map(|entry| parameters.tensor(entry)).collect())
    }

    pub fn set_weights(&mut self, weights: &[Tensor]) {
        let entries = self.parameters.entries().to_vec();
        assert_eq!(entries.len(), weights.len(), "number of weights");
        for (entry, weight) in entries.iter().zip(weights) {
            assert_eq!(entry.shape, weight.shape(), "shape of {}", entry.name);
            self.parameters.values_mut()[entry.range.clone()].copy_from_slice(weight.data());
        }
    }

    pub fn forward(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        self.layer.forward(inputs, &mut self.context(false))
    }

    /// The outputs of the last of `times` calls, states carried from one to the next.
    pub fn call(&self, inputs: &[Tensor], times: usize) -> Result<Vec<Tensor>> {
        let mut cx = self.context(false);
        let mut outputs = Vec::new();
        for _ in 0..times {
            outputs = self.layer.call(inputs, &mut cx)?;
        }
        Ok(outputs)
    }

    /// Outputs, gradients of the inputs, and gradients of the weights, of `sum(output * upstream)`.
    pub fn gradients(&self, inputs: &[Tensor], upstream: &[Tensor]) -> Result<Gradients> {
        let mut cx = self.context(true);
        let outputs = self.layer.forward(inputs, &mut cx)?;
        let upstream: Vec<_> = upstream.iter().cloned().map(Some).collect();
        let of_inputs = self.layer.backward(&upstream, &mut cx)?;
        let flat = cx.into_gradients();
        let of_weights = self
            .parameters
            .entries()
            .iter()
            .map(|e| Tensor::new(e.shape.clone(), flat[e.range.clone()].to_vec()).unwrap())
            .collect();
        Ok((outputs, of_inputs, of_weights))
    }
}

/// A cell that computes what another computes: perhaps with given dropout masks, perhaps with
/// nothing but its steps.
#[derive(Clone)]
pub struct Wrapped {
    pub cell: AnyCell,
    pub dropout: Option<DropoutMasks>,
    pub by_steps: bool,
}

impl Wrapped {
    pub fn stepwise(cell: impl Cell) -> Wrapped {
        Wrapped { cell: cell.into_any(), dropout: None, by_steps: true }
    }
}

impl Cell for Wrapped {
    fn class_name(&self) -> &'static str {
        "Wrapped"
    }

    fn config(&self) -> Map<String, Value> {
        self.cell.config()
    }

    fn output_size(&self) -> usize {
        self.cell.output_size()
    }

    fn state_sizes(&self) -> Vec<usize> {
        self.cell.state_sizes()
    }

    fn input_axes(&self) -> &'static [&'static str] {
        self.cell.input_axes()
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        self.cell.output_shape(input)
    }

    fn state_shapes(&self, input: &[usize]) -> Result<Vec<Vec<usize>>> {
        self.cell.state_shapes(input)
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.cell.build(features, builder)
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        match &self.dropout {
            Some(given) => Ok(given.clone()),
            None => self.cell.dropout_masks(batch, input, cx),
        }
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        self.cell.step(x, states, dropout, cx)
    }

    fn step_backward(
        &self,
        dy: &Tensor,
        d_states: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        self.cell.step_backward(dy, d_states, cx)
    }

    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        match self.by_steps {
            true => elman::cells::sequence_by_steps(self, sequence, cx),
            false => self.cell.sequence(sequence, cx),
        }
    }

    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        match self.by_steps {
            true => elman::cells::sequence_by_steps_backward(self, gradients, cx),
            false => self.cell.sequence_backward(gradients, cx),
        }
    }
}
