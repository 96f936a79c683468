//! Models.

mod cell;
mod description;
mod seeds;
mod sharing;
mod symbols;

use std::path::PathBuf;
use std::sync::Arc;

use elman::models::{Functional, Symbolic as InnerSymbolic};
use elman::training::OwnMetrics;
use elman::{H5For, Sequential, Shape, WeightNames};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyTuple};

pub use cell::ModelCell;
pub use seeds::seeded;

use crate::error::{OrRaise, detached, invalid};
use crate::layers::{self, Layer};
use crate::symbolic::{Symbolic, shape};
use crate::{arrays, config, streaming, training};

/// A model: the native part of Python's `Model`.
#[pyclass(frozen, module = "elman._elman")]
pub struct Model(pub Arc<ModelCell>);

impl Model {
    fn new(model: elman::Model) -> Model {
        Model(ModelCell::new(model))
    }

    fn input_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.0.read(py)?.input_names())
    }
}

#[pymethods]
impl Model {
    /// A chain without layers.
    #[staticmethod]
    fn sequential(name: Option<&str>) -> Model {
        let model = name.map_or_else(Sequential::new, Sequential::with_name);
        Model::new(model.into())
    }

    /// A graph from inputs to outputs.
    #[staticmethod]
    fn functional(
        inputs: Vec<PyRef<'_, Symbolic>>,
        outputs: Vec<PyRef<'_, Symbolic>>,
        name: Option<&str>,
    ) -> PyResult<Model> {
        let list = |symbols: &[PyRef<'_, Symbolic>]| -> Vec<InnerSymbolic> {
            symbols.iter().map(|symbol| symbol.0.clone()).collect()
        };
        let mut functional = Functional::new(list(&inputs), list(&outputs));
        if let Some(name) = name {
            functional = functional.name(name);
        }
        Ok(Model::new(functional.build().or_raise()?))
    }

    /// A model of a file; `find` knows the program's own metrics by their descriptions.
    #[staticmethod]
    #[pyo3(signature = (path, find=None))]
    fn load(py: Python<'_>, path: PathBuf, find: Option<Py<PyAny>>) -> PyResult<Model> {
        loaded(py, find, |own| elman::load_model_with(path, own))
    }

    /// A model of the bytes of a file, likewise.
    #[staticmethod]
    #[pyo3(signature = (bytes, name, find=None))]
    fn from_bytes(
        py: Python<'_>,
        bytes: &[u8],
        name: &str,
        find: Option<Py<PyAny>>,
    ) -> PyResult<Model> {
        loaded(py, find, |own| elman::Model::from_bytes_with(bytes, name, own))
    }

    /// A model of Keras's configuration, with new weights.
    #[staticmethod]
    fn from_json(py: Python<'_>, json: &Bound<'_, PyAny>) -> PyResult<Model> {
        let json = config::to_json("model", json)?;
        Ok(Model::new(detached(py, || elman::Model::from_json(&json))?))
    }

    /// The architecture and the compilation as Keras writes them.
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        config::to_python(py, &self.0.read(py)?.to_json())
    }

    /// The same as text.
    fn to_json_text(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.0.read(py)?.to_json().to_string())
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let model = self.0.read(py)?;
        Ok(PyBytes::new(py, &detached(py, || model.to_bytes())?))
    }

    /// A model of its own that is as this one is now.
    fn copy(&self, py: Python<'_>) -> PyResult<Model> {
        let model = self.0.read(py)?;
        Ok(Model::new(py.detach(|| (*model).clone())))
    }

    /// Adds a layer to a chain.
    fn add(&self, py: Python<'_>, layer: &Layer) -> PyResult<()> {
        let layer = layer.layer();
        let mut taken = self.0.take(py)?;
        let name = taken.model.name().to_owned();
        let model = std::mem::replace(&mut taken.model, Sequential::with_name("").into());
        match Sequential::try_from(model) {
            Ok(mut chain) => {
                let added = chain.add(layer).map(drop);
                taken.model = chain.into();
                added.or_raise()
            }
            Err(model) => {
                taken.model = *model;
                Err(PyTypeError::new_err(format!(
                    "model {name} is no Sequential: nothing can be added"
                )))
            }
        }
    }

    fn build(&self, py: Python<'_>, input_shape: Vec<Option<usize>>) -> PyResult<()> {
        self.0.change(py, |model| model.build(input_shape))
    }

    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.0.read(py)?.name().into())
    }

    #[getter]
    fn is_built(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.read(py)?.is_built())
    }

    #[getter]
    fn is_functional(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(!self.0.read(py)?.is_sequential())
    }

    #[getter]
    fn is_stateful(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.read(py)?.is_stateful())
    }

    #[getter]
    fn is_compiled(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.read(py)?.is_compiled())
    }

    #[getter]
    fn warnings(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.0.read(py)?.warnings().to_vec())
    }

    #[getter]
    fn trainable(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.read(py)?.trainable())
    }

    #[setter]
    fn set_trainable(&self, py: Python<'_>, trainable: bool) -> PyResult<()> {
        self.0.take(py)?.model.set_trainable(trainable);
        Ok(())
    }

    #[getter]
    fn seed(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.read(py)?.seed())
    }

    #[setter]
    fn set_seed(&self, py: Python<'_>, seed: u64) -> PyResult<()> {
        self.0.take(py)?.model.set_seed(seed);
        Ok(())
    }

    fn count_params(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.0.read(py)?.count_params())
    }

    /// The names of the inputs.
    #[getter(input_names)]
    fn names_of_inputs(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.input_names(py)
    }

    /// The names of the outputs.
    #[getter]
    fn output_names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.0.read(py)?.output_names())
    }

    #[getter]
    fn input_shapes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        description::shapes(py, self.0.read(py)?.input_shapes())
    }

    #[getter]
    fn output_shapes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        description::shapes(py, &self.0.read(py)?.output_shapes())
    }

    /// Takes the last layer of a chain out.
    fn pop(&self, py: Python<'_>) -> PyResult<()> {
        let mut taken = self.0.take(py)?;
        description::pop(&mut taken.model)
    }

    /// The name and the class of each layer.
    fn layers(&self, py: Python<'_>) -> PyResult<Vec<(String, &'static str)>> {
        let model = self.0.read(py)?;
        let layers = model.layers().iter();
        Ok(layers.map(|layer| (layer.base().name().to_owned(), layer.class_name())).collect())
    }

    /// A copy of a layer, without weights.
    fn layer(&self, py: Python<'_>, name: &str) -> PyResult<Layer> {
        let model = self.0.read(py)?;
        Ok(Layer::new(model.layer(name).or_raise()?.layer().clone_layer()))
    }

    /// A copy of the model that a layer is; none if it is another layer.
    fn nested(&self, py: Python<'_>, name: &str) -> PyResult<Option<Model>> {
        description::nested(&*self.0.read(py)?, name).map(|model| model.map(Model::new))
    }

    /// The declared input of a chain, which is not among its layers.
    fn input_layer(&self, py: Python<'_>) -> PyResult<Option<Layer>> {
        description::input_layer(&*self.0.read(py)?)
    }

    /// Says that a layer of this model is one of another, or, without a name there, that model.
    fn share(&self, name: String, other: &Model, others: Option<String>) {
        self.0.share(Some(name), &other.0, others);
    }

    /// The tensors of the model: what it starts from, what it ends in, and the calls of its layers.
    fn symbols(&self, py: Python<'_>) -> PyResult<symbols::Symbols> {
        symbols::of(&*self.0.read(py)?)
    }

    /// The model as a layer of others.
    fn as_layer(&self, py: Python<'_>) -> PyResult<Layer> {
        Ok(layers::of_model((*self.0.read(py)?).clone()))
    }

    fn layer_output_shapes<'py>(
        &self,
        py: Python<'py>,
        name: &str,
    ) -> PyResult<Bound<'py, PyList>> {
        description::shapes(py, self.0.read(py)?.layer(name).or_raise()?.output_shapes())
    }

    fn layer_count_params(&self, py: Python<'_>, name: &str) -> PyResult<usize> {
        Ok(self.0.read(py)?.layer(name).or_raise()?.count_params())
    }

    fn layer_config<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let model = self.0.read(py)?;
        let config = model.layer(name).or_raise()?.layer().config();
        config::to_python(py, &config.into())
    }

    fn layer_weights<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        description::list(py, &self.0.read(py)?.layer(name).or_raise()?.weights())
    }

    fn set_layer_weights(
        &self,
        py: Python<'_>,
        name: &str,
        weights: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let weights = description::tensors(weights)?;
        self.0.change(py, |model| model.layer_mut(name)?.set_weights(weights))
    }

    fn layer_trainable(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        Ok(self.0.read(py)?.layer(name).or_raise()?.layer().base().trainable)
    }

    fn set_layer_trainable(&self, py: Python<'_>, name: &str, trainable: bool) -> PyResult<()> {
        self.0.take(py)?.model.layer_mut(name).or_raise()?.set_trainable(trainable);
        Ok(())
    }

    fn reset_layer_state(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.0.change(py, |model| model.layer_mut(name)?.reset_state())
    }

    /// What is known of each weight: the number of its layer, its path, its name, its shape,
    /// whether it is trained.
    fn weight_table(&self, py: Python<'_>) -> PyResult<Vec<description::WeightRow>> {
        Ok(description::weight_table(&*self.0.read(py)?))
    }

    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        description::list(py, &self.0.read(py)?.weights())
    }

    fn set_weights(&self, py: Python<'_>, weights: &Bound<'_, PyAny>) -> PyResult<()> {
        let weights = description::tensors(weights)?;
        self.0.change(py, |model| model.set_weights(weights))
    }

    fn summary(&self, py: Python<'_>, options: &Bound<'_, PyDict>) -> PyResult<String> {
        description::summary(&*self.0.read(py)?, options)
    }

    /// Writes the model; `format` is that of the path's ending, or `h5` for Keras 2.
    fn save(&self, py: Python<'_>, path: PathBuf, format: Option<&str>) -> PyResult<()> {
        let model = self.0.read(py)?;
        match format {
            None => detached(py, || model.save(path)),
            Some("keras2") => detached(py, || model.save_h5(path, H5For::Keras2)),
            Some("keras3") => detached(py, || model.save_h5(path, H5For::Keras3)),
            Some("pytorch") => detached(py, || model.save_safetensors(path, WeightNames::PyTorch)),
            Some(other) => Err(invalid("save: `format`", "keras2, keras3 or pytorch", other)),
        }
    }

    fn save_weights(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let model = self.0.read(py)?;
        detached(py, || model.save_weights(path))
    }

    fn load_weights(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.0.change(py, |model| model.load_weights(path))
    }

    fn load_weights_by_name(&self, py: Python<'_>, path: PathBuf) -> PyResult<Vec<String>> {
        self.0.change(py, |model| model.load_weights_by_name(path))
    }

    /// Gives the model an optimizer, a loss and metrics, of which `own` are Python's: names and
    /// functions or objects.
    #[pyo3(signature = (arguments, own=None))]
    fn compile(
        &self,
        py: Python<'_>,
        arguments: &Bound<'_, PyDict>,
        own: Option<&Bound<'_, PyList>>,
    ) -> PyResult<()> {
        let object = config::object("compile", arguments)?.into();
        let mut failed = None;
        let mut of_python = |described: &_| {
            let found = training::own_metric(own?, described);
            found.unwrap_or_else(|exception| {
                failed = Some(exception);
                None
            })
        };
        let mut taken = self.0.take(py)?;
        let compiled = taken.model.compile_from_json_with(&object, &mut of_python).or_raise();
        failed.map_or(compiled, Err)
    }

    /// Leaves optimizer, loss and metrics of a file aside.
    fn forget_compilation(&self, py: Python<'_>) -> PyResult<()> {
        self.0.take(py)?.model.forget_compilation();
        Ok(())
    }

    #[getter]
    fn learning_rate(&self, py: Python<'_>) -> PyResult<f64> {
        self.0.read(py)?.learning_rate().or_raise()
    }

    #[setter]
    fn set_learning_rate(&self, py: Python<'_>, rate: f64) -> PyResult<()> {
        self.0.take(py)?.model.set_learning_rate(rate).or_raise()
    }

    #[getter]
    fn iterations(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.read(py)?.optimizer_state().or_raise()?.iterations())
    }

    /// Trains on what `arguments` hold, for the model `owner`: the history, the epochs, and why it
    /// ended early.
    fn fit<'py>(
        &self,
        owner: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyDict>,
    ) -> PyResult<training::Outcome<'py>> {
        training::fit(&self.0, owner, arguments)
    }

    fn evaluate(
        &self,
        owner: &Bound<'_, PyAny>,
        arguments: &Bound<'_, PyDict>,
    ) -> PyResult<Vec<(String, f64)>> {
        training::evaluate(owner.py(), &self.0, owner, arguments)
    }

    fn train_on_batch(
        &self,
        py: Python<'_>,
        arguments: &Bound<'_, PyDict>,
    ) -> PyResult<Vec<(String, f64)>> {
        training::train_on_batch(py, &self.0, arguments)
    }

    /// The outputs for arrays, telling of the progress in a style, if one is given.
    #[pyo3(signature = (x, batch_size, style=None, interval=0.1))]
    fn predict<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        batch_size: Option<usize>,
        style: Option<&str>,
        interval: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let model = self.0.read(py)?;
        let inputs = inputs(&model, x)?;
        arrays::outputs(
            py,
            training::predict(
                py,
                &model,
                inputs,
                batch_size,
                style.map(|style| (style, interval)),
            )?,
        )
    }

    /// The outputs for arrays, all at once, as in training or not; what layers record then is kept.
    fn call<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        training: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let model = self.0.read(py)?;
        let inputs = inputs(&model, x)?;
        let outputs = match training != Some(false) && model.records() {
            true => {
                drop(model);
                self.0.change(py, |model| model.call_mut(inputs, training))
            }
            false => detached(py, || model.call(inputs, training)),
        };
        arrays::outputs(py, outputs?)
    }

    /// The outputs for the batches of a data set, told of likewise.
    #[pyo3(signature = (dataset, steps, style=None, interval=0.1))]
    fn predict_dataset<'py>(
        &self,
        py: Python<'py>,
        dataset: &Bound<'py, PyAny>,
        steps: Option<usize>,
        style: Option<&str>,
        interval: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let model = self.0.read(py)?;
        arrays::outputs(
            py,
            training::predict_dataset(
                py,
                &model,
                dataset,
                steps,
                style.map(|style| (style, interval)),
            )?,
        )
    }

    fn reset_states(&self, py: Python<'_>) -> PyResult<()> {
        self.0.take(py)?.model.reset_states();
        Ok(())
    }

    /// The states of stateful layers by path, zeros included.
    fn states<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let states = PyDict::new(py);
        for (path, state) in self.0.read(py)?.named_states().or_raise()? {
            states.set_item(path, arrays::of_tensor(py, &state)?)?;
        }
        Ok(states)
    }

    /// The paths and values of the states of a layer.
    fn layer_states<'py>(
        &self,
        py: Python<'py>,
        name: &str,
    ) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
        let states = description::layer_states(&*self.0.read(py)?, name)?;
        let state = |(path, state)| Ok((path, arrays::of_tensor(py, &state)?));
        states.into_iter().map(state).collect()
    }

    /// Replaces the states, by path.
    fn set_states(&self, py: Python<'_>, states: &Bound<'_, PyDict>) -> PyResult<()> {
        let named = states.iter().map(|(path, state)| {
            let path: String = path.extract()?;
            let state = arrays::tensor(&path, &state)?;
            Ok((path, state))
        });
        let named: Vec<_> = named.collect::<PyResult<_>>()?;
        self.0.change(py, |model| model.set_named_states(named))
    }

    fn save_states(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.0.read(py)?.save_states(path).or_raise()
    }

    fn load_states(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        self.0.change(py, |model| model.load_states(path))
    }

    /// A session that runs step by step.
    fn stream(&self, py: Python<'_>) -> PyResult<streaming::Stream> {
        streaming::Stream::of(&*self.0.read(py)?)
    }

    /// So many sessions that step together.
    fn streams(&self, py: Python<'_>, capacity: usize) -> PyResult<streaming::Streams> {
        streaming::Streams::of(&*self.0.read(py)?, capacity)
    }

    /// The shapes that the layers would have for inputs of a shape, without building anything.
    fn compute_output_shape<'py>(
        &self,
        py: Python<'py>,
        inputs: Vec<Vec<Option<usize>>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let inputs: Vec<Shape> = inputs.into_iter().map(Shape::from).collect();
        let layer = layers::of_model((*self.0.read(py)?).clone()).layer();
        let shapes = layer.output_shapes(&inputs).or_raise()?;
        let shapes: PyResult<Vec<_>> = shapes.iter().map(|dims| shape(py, dims)).collect();
        PyList::new(py, shapes?)
    }
}

/// A model that is read, where `find` may know metrics.
fn loaded(
    py: Python<'_>,
    find: Option<Py<PyAny>>,
    load: impl FnOnce(&mut OwnMetrics) -> elman::Result<elman::Model> + Send,
) -> PyResult<Model> {
    let mut known = training::Known::new(find);
    let model = detached(py, || load(&mut |described| known.find(described)));
    known.failed.map_or(model, Err).map(Model::new)
}

/// The arrays for a model.
fn inputs(model: &elman::Model, x: &Bound<'_, PyAny>) -> PyResult<Vec<elman::Tensor>> {
    match model.input_shapes().len() {
        // Without looking for names, which costs time.
        0 | 1 if !is_collection(x) => Ok(vec![arrays::tensor("x", x)?]),
        _ => arrays::several("x", x, &model.input_names()),
    }
}

/// Whether this may hold several arrays.
fn is_collection(x: &Bound<'_, PyAny>) -> bool {
    x.is_instance_of::<PyList>() || x.is_instance_of::<PyTuple>() || x.is_instance_of::<PyDict>()
}
