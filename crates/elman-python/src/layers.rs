//! Layers by Keras's class names and arguments.

use std::sync::{Mutex, MutexGuard, PoisonError};

use elman::layers::{Input, Layer as _, layer_classes, layer_from_config};
use elman::models::{CallOptions, Shared, Symbolic as InnerSymbolic};
use elman::{Model, Shape};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::{Map, Value, json};

use crate::config;
use crate::error::{OrRaise, invalid};
use crate::symbolic::Symbolic;

pub type AnyLayer = Box<dyn elman::layers::Layer>;

/// A layer that no model owns: the native part of Python's `Layer`. Models take copies of it.
#[pyclass(frozen, module = "elman._elman")]
pub struct Layer(Mutex<State>);

struct State {
    layer: AnyLayer,
    /// The layer as functional models share it, once it was called.
    shared: Option<Shared>,
}

impl Layer {
    pub fn new(layer: AnyLayer) -> Layer {
        // It gets its name at once, as in Keras.
        let layer = Shared::new(layer).layer().clone_layer();
        Layer(Mutex::new(State { layer, shared: None }))
    }

    /// The layer that a part of a model is.
    pub fn of_shared(shared: Shared) -> Layer {
        Layer(Mutex::new(State { layer: shared.layer().clone_layer(), shared: Some(shared) }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the layer, which later calls and models see. The change is made on a copy, so that
    /// nobody waits for a lock with Python's lock in hand.
    pub fn change(&self, change: impl FnOnce(&mut AnyLayer) -> PyResult<()>) -> PyResult<()> {
        let mut layer = self.layer();
        change(&mut layer)?;
        *self.state() = State { layer, shared: None };
        Ok(())
    }

    /// Reads the layer. Nothing of Python may be called meanwhile.
    pub fn read<T>(&self, read: impl FnOnce(&AnyLayer) -> T) -> T {
        read(&self.state().layer)
    }

    /// A copy for a model.
    pub fn layer(&self) -> AnyLayer {
        self.state().layer.clone()
    }
}

/// The classes that take a sequence, whose `input_dim` is the number of features of its steps.
const SEQUENCES: &[&str] =
    &["SimpleRNN", "LSTM", "GRU", "RNN", "MinGRU", "MinLSTM", "Bidirectional"];

/// Turns Keras 2's ways to say the shape of the input into the one that configurations have.
fn say_input_shape(class: &str, config: &mut Map<String, Value>) -> PyResult<()> {
    if class == "InputLayer" {
        return Ok(());
    }
    let mut take = |key: &str| config.shift_remove(key).filter(|value| !value.is_null());
    let (shape, batch) = (take("input_shape"), take("batch_size"));
    let length = take("input_length");
    let dim = if class == "Embedding" { None } else { take("input_dim") };
    let list = match (shape, length, dim) {
        (Some(Value::Array(shape)), _, _) => shape,
        // A number alone is the shape of one axis.
        (Some(shape @ Value::Number(_)), _, _) => vec![shape],
        (Some(other), _, _) => {
            return Err(invalid(
                &format!("{class}: argument `input_shape`"),
                "a tuple of sizes",
                other,
            ));
        }
        (None, length, Some(dim)) if length.is_some() || SEQUENCES.contains(&class) => {
            vec![length.unwrap_or_default(), dim]
        }
        (None, _, Some(dim)) => vec![dim],
        (None, Some(length), None) if class == "Embedding" => vec![length],
        (None, Some(length), None) => {
            let expected = "given together with `input_dim`";
            return Err(invalid(&format!("{class}: argument `input_length`"), expected, length));
        }
        (None, None, None) => return Ok(()),
    };
    let mut dims = vec![batch.unwrap_or_default()];
    dims.extend(list);
    config.insert("batch_input_shape".into(), dims.into());
    Ok(())
}

/// The arguments of a constructor as a configuration: what is left off is left out.
fn configuration(class: &str, arguments: &Bound<'_, PyDict>) -> PyResult<Map<String, Value>> {
    let mut map = config::object(class, arguments)?;
    say_input_shape(class, &mut map)?;
    for key in ["name", "dtype", "data_format", "batch_input_shape", "activity_regularizer"] {
        if map.get(key).is_some_and(Value::is_null) {
            map.shift_remove(key);
        }
    }
    Ok(map)
}

#[pymethods]
impl Layer {
    /// The layer of a class with those arguments.
    #[new]
    fn make(class: &str, arguments: &Bound<'_, PyDict>) -> PyResult<Layer> {
        Ok(Layer::new(layer_from_config(class, &configuration(class, arguments)?).or_raise()?))
    }

    #[getter]
    fn name(&self) -> String {
        self.state().layer.base().name().into()
    }

    #[setter]
    fn set_name(&self, name: String) {
        let mut state = self.state();
        state.layer.base_mut().name = Some(name);
        state.shared = None;
    }

    #[getter]
    fn class_name(&self) -> &'static str {
        self.state().layer.class_name()
    }

    #[getter]
    fn trainable(&self) -> bool {
        self.state().layer.base().trainable
    }

    #[setter]
    fn set_trainable(&self, trainable: bool) {
        self.state().layer.set_trainable(trainable);
    }

    #[getter]
    fn supports_masking(&self) -> bool {
        self.state().layer.supports_masking()
    }

    #[getter]
    fn dtype(&self) -> String {
        self.state().layer.base().dtype.name().into()
    }

    /// Whether the first input is text.
    #[getter]
    fn takes_text(&self) -> bool {
        self.state().layer.takes_text(0)
    }

    /// The shape that the layer was given for its input, with batch.
    #[getter]
    fn batch_shape<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let shape = self.state().layer.base().given_input_shape();
        shape.map(|shape| crate::symbolic::shape(py, &shape)).transpose()
    }

    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let config = self.state().layer.config();
        config::to_python(py, &Value::Object(config))
    }

    /// The shapes of the outputs for shapes of inputs.
    fn output_shapes<'py>(
        &self,
        py: Python<'py>,
        inputs: Vec<Vec<Option<usize>>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let inputs: Vec<Shape> = inputs.into_iter().map(Shape::from).collect();
        let shapes = self.state().layer.output_shapes(&inputs).or_raise()?;
        let shapes: PyResult<Vec<_>> =
            shapes.iter().map(|shape| crate::symbolic::shape(py, shape)).collect();
        PyList::new(py, shapes?)
    }

    /// The input of a model, as the layer declares it.
    fn input(&self) -> PyResult<Symbolic> {
        let state = self.state();
        let shape = state.layer.base().batch_input_shape.clone().unwrap_or_default();
        let mut input = Input::with_batch_shape(shape);
        *input.base_mut() = state.layer.base().clone();
        Ok(Symbolic(input.symbolic()))
    }

    /// Calls the layer: `inputs` by position, `named` and `masks` by Keras's names, the states of a
    /// recurrent layer last, `options`, which are true or false, and `training`, which files keep.
    #[pyo3(signature = (inputs, named, masks, options, training=None))]
    fn call(
        &self,
        inputs: Vec<PyRef<'_, Symbolic>>,
        named: Vec<(String, PyRef<'_, Symbolic>)>,
        masks: Vec<(usize, PyRef<'_, Symbolic>)>,
        options: &Bound<'_, PyDict>,
        training: Option<bool>,
    ) -> PyResult<Vec<Symbolic>> {
        // Before the lock is taken, since Python may run here.
        let options = config::object("call", options)?;
        let mut state = self.state();
        let mut layer = state.layer.clone();
        let place = layer.place();
        let mut changed = false;
        for (key, value) in options {
            if value.is_null() || value == json!(false) {
                continue;
            }
            if !layer.set_call_argument(&key, &value) {
                return Err(PyTypeError::new_err(format!(
                    "call of {place}: argument `{key}` must be left out, got {value}"
                )));
            }
            changed = true;
        }
        let mut tensors: Vec<InnerSymbolic> = inputs.iter().map(|x| x.0.clone()).collect();
        let order = layer.keyword_inputs();
        for (key, _) in &named {
            if !order.contains(&&**key) {
                let message = format!("call of {place} has no argument `{key}`");
                return Err(PyTypeError::new_err(message));
            }
            changed |= layer.set_call_argument(key, &json!(true));
        }
        for key in order {
            let given = named.iter().find(|(name, _)| name == key);
            tensors.extend(given.map(|(_, tensor)| tensor.0.clone()));
        }
        if changed {
            if state.shared.is_some() {
                let expected = "the arguments of its first call in all calls";
                return Err(invalid(&format!("{place}: a call"), expected, "others"));
            }
            state.layer = layer;
        }
        let shared = state.shared.clone().unwrap_or_else(|| Shared::new(state.layer.clone()));
        state.shared = Some(shared.clone());
        let masks = masks.iter().map(|(input, mask)| (*input, mask.0.clone())).collect();
        let outputs = shared.apply_with(tensors, CallOptions { masks, training }).or_raise()?;
        Ok(outputs.into_iter().map(Symbolic).collect())
    }
}

/// A model as a layer of others.
pub fn of_model(model: Model) -> Layer {
    Layer::new(model.into())
}

/// The names of all classes of layers.
#[pyfunction]
pub fn classes() -> Vec<&'static str> {
    layer_classes().collect()
}
