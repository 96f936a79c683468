//! What a cell is.

use serde_json::{Map, Value};

use super::stream::{FusedStep, SteppingStep};
use super::{
    AnyCell, CellStream, DropoutMasks, Fused, InputGradients, Sequence, SequenceGradients,
    SequenceOutput, stepping,
};
use crate::activations::Activation;
use crate::layers::Base;
use crate::layers::layer::check_size;
use crate::onnx::{CellOperator, EdgeOutputs, EdgeSequence, Exporter};
use crate::parameters::Builder;
use crate::streaming::{Described, Flow, StreamBuilder};
use crate::{Context, Error, Parameters, Result, Tensor};

/// One step of a recurrent layer, Keras's cell.
///
/// `step` takes `(batch, features)` and the states, each `(batch, size)`, and gives the output and
/// the new states; the order of states is Keras's (LSTM: h, then c).
///
/// # A cell of your own
/// [`Rnn::over`](crate::layers::Rnn::over) makes a layer of any cell, with everything that layers
/// do over time: masks, states that are given, returned or kept, both directions, gradients. The
/// cell's states and its output may have any sizes; here the states are a velocity with `units`
/// numbers and the energy spent so far, one number, and the output is both side by side.
///
/// Files hold such a layer as Keras holds it, by the cell's [registered
/// name](Cell::registered_name); reading it back needs a program that knows the cell, so
/// [`load_model`](crate::load_model) refuses it.
///
/// ```
/// use elman::cells::{Cell, DropoutMasks};
/// use elman::parameters::{Builder, Parameter};
/// use elman::prelude::*;
/// use elman::{Context, Result, ops};
///
/// /// `v' = 0.9 v + x @ kernel`, `e' = e + |v'|²`, output `[v', e']`.
/// #[derive(Clone)]
/// struct Pushed {
///     units: usize,
///     kernel: Parameter,
/// }
///
/// impl Cell for Pushed {
///     fn class_name(&self) -> &'static str {
///         "Pushed"
///     }
///
///     fn config(&self) -> serde_json::Map<String, serde_json::Value> {
///         [("units".to_owned(), self.units.into())].into_iter().collect()
///     }
///
///     fn output_size(&self) -> usize {
///         self.units + 1
///     }
///
///     fn state_sizes(&self) -> Vec<usize> {
///         vec![self.units, 1]
///     }
///
///     fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
///         let shape = [features, self.units];
///         self.kernel = builder.add("kernel", &shape, &Initializer::glorot_uniform())?;
///         Ok(())
///     }
///
///     fn step(
///         &self,
///         x: &Tensor,
///         states: &[Tensor],
///         _: &DropoutMasks,
///         cx: &mut Context,
///     ) -> Result<(Tensor, Vec<Tensor>)> {
///         let push = ops::matmul(x, cx.value(self.kernel), self.units);
///         let v = ops::add(&ops::scale(&states[0], 0.9), &push);
///         let squares = v.data().chunks(self.units).map(|v| v.iter().map(|v| v * v).sum());
///         let e = ops::add(&states[1], &Tensor::new([v.shape()[0], 1], squares.collect())?);
///         cx.save((x.clone(), v.clone()));
///         Ok((ops::concatenate(&[&v, &e]), vec![v, e]))
///     }
///
///     fn step_backward(
///         &self,
///         dy: &Tensor,
///         d_states: &[Tensor],
///         cx: &mut Context,
///     ) -> Result<(Tensor, Vec<Tensor>)> {
///         let (x, v): (Tensor, Tensor) = cx.restore("Pushed")?;
///         let mut dv = ops::add(&ops::columns(dy, 0, self.units), &d_states[0]);
///         let de = ops::add(&ops::columns(dy, self.units, 1), &d_states[1]);
///         for (i, dv) in dv.data_mut().iter_mut().enumerate() {
///             *dv += 2.0 * v.data()[i] * de.data()[i / self.units];
///         }
///         let [kernel] = cx.gradients([self.kernel]);
///         ops::accumulate_outer(&x, &dv, kernel);
///         let dx = ops::matmul_transposed(&dv, cx.value(self.kernel), x.width());
///         Ok((dx, vec![ops::scale(&dv, 0.9), de]))
///     }
/// }
///
/// let cell = Pushed { units: 2, kernel: Parameter::default() };
/// let mut model = Sequential::new();
/// model.add(Bidirectional::new(Rnn::over(cell).return_sequences(true)).input_shape([4, 3]))?;
/// model.add(Dense::new(1))?;
/// model.compile("adam", "mse", &[])?;
/// let x = Tensor::from(ndarray::Array3::<f32>::ones((1, 4, 3)));
/// let x = x.with_mask(array![[true, true, true, false]])?;
/// let losses: Vec<f64> = (0..20)
///     .map(|_| Ok(model.train_on_batch(&x, ndarray::Array3::<f32>::zeros((1, 4, 1)))?[0].1))
///     .collect::<Result<_>>()?;
/// assert!(losses[19] < losses[0]);
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Cell: CloneCell + Send + Sync + 'static {
    /// The name of the cell's class: `LSTMCell`.
    fn class_name(&self) -> &'static str;

    /// The name by which files tell the class from Keras's own of the same name; none for Keras's.
    fn registered_name(&self) -> Option<String> {
        Some(format!("Custom>{}", self.class_name()))
    }

    /// Keras's name of the layer over this cell: `LSTM`. Of a cell without a layer of its own it
    /// is `RNN`.
    fn layer_class_name(&self) -> &'static str {
        "RNN"
    }

    /// The name by which files tell the class of the layer from Keras's own; none for Keras's.
    fn layer_registered_name(&self) -> Option<String> {
        None
    }

    /// What a cell has that is an object of its own: name, trainable flag, dtype. None for the
    /// cells of layers such as `LSTM`, whose configuration is the layer's.
    fn base(&self) -> Option<&Base> {
        None
    }

    /// The configuration under Keras's keys, without those that every layer has.
    fn config(&self) -> Map<String, Value>;

    /// The keys of the configuration of the layer over this cell that are the cell's: its own, or,
    /// for a cell that is an object, that object under `cell`.
    fn layer_keys(&self) -> Map<String, Value> {
        self.config()
    }

    /// Says whether training changes the weights, for a cell that has a [`Base`]; others follow
    /// their layer.
    fn set_trainable(&mut self, trainable: bool) {
        let _follows = trainable;
    }

    /// The size of the output.
    fn output_size(&self) -> usize;

    /// The sizes of the states.
    fn state_sizes(&self) -> Vec<usize>;

    /// The activations, each under the name of its argument. Those that change the width of what
    /// they are applied to are refused.
    fn activations(&self) -> Vec<(&'static str, Activation)> {
        Vec::new()
    }

    /// What the axes of a step's input are, beside the batch.
    fn input_axes(&self) -> &'static [&'static str] {
        &["features"]
    }

    /// The shape of the output for a step's input of that shape, both without the batch.
    ///
    /// # Errors
    /// An input that the cell can't take, and an invalid option.
    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        check_input(self, input)?;
        check_size(|| self.class_name().into(), "units", self.output_size())?;
        check_activations(self)?;
        Ok(vec![self.output_size()])
    }

    /// The shapes of the states for a step's input of that shape, all without the batch.
    ///
    /// # Errors
    /// As [`Cell::output_shape`].
    fn state_shapes(&self, _input: &[usize]) -> Result<Vec<Vec<usize>>> {
        Ok(self.state_sizes().into_iter().map(|size| vec![size]).collect())
    }

    /// How Keras groups the states: one list, or, for stacked cells, one for each cell.
    fn group_states(&self, states: Vec<Value>) -> Vec<Value> {
        states
    }

    /// Registers the weights for inputs of `features` numbers.
    ///
    /// # Errors
    /// What the initializers refuse.
    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()>;

    /// Draws what dropout leaves of a step's input and of the states. A call has one set of masks
    /// for all of its steps; outside of training there is none.
    ///
    /// # Errors
    /// As [`Cell::output_shape`].
    fn dropout_masks(
        &self,
        _batch: usize,
        _input: &[usize],
        _cx: &Context,
    ) -> Result<DropoutMasks> {
        Ok(DropoutMasks::default())
    }

    /// One step: the output and the new states. `dropout` is what [`Cell::dropout_masks`] drew,
    /// for the rows of this step.
    ///
    /// # Errors
    /// Values that the cell can't use.
    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)>;

    /// The gradients of a step's input and states, from those of its output and new states. Adds
    /// the gradients of the weights to the context's.
    ///
    /// # Errors
    /// [`Error::Tape`] if `step` did not save what this needs.
    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)>;

    /// This cell for the fused kernels, if they know its equations and activations.
    fn fused(&self) -> Option<Fused> {
        None
    }

    /// A whole sequence: through the fused kernels where they know the cell, else step by step.
    ///
    /// # Errors
    /// As [`Cell::step`].
    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        match self.fused() {
            Some(fused) => fused.sequence(sequence, cx),
            None => stepping::sequence_by_steps(self, sequence, cx),
        }
    }

    /// The gradients of a whole sequence.
    ///
    /// # Errors
    /// As [`Cell::step_backward`].
    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        match self.fused().filter(|_| !stepping::is_next(cx)) {
            Some(fused) => fused.sequence_backward(gradients, cx),
            None => stepping::sequence_by_steps_backward(self, gradients, cx),
        }
    }

    /// The cell step by step, in a [`Stream`](crate::streaming::Stream): from the flow of a sequence
    /// `(batch, time, …)` to that of the outputs and, if they are wanted, of the states. By default
    /// through the fused kernels where they know the cell, else by [`Cell::step`], which allocates.
    ///
    /// # Errors
    /// As [`Cell::output_shape`].
    fn stream(
        &self,
        x: &Flow,
        options: CellStream,
        builder: &mut StreamBuilder,
    ) -> Result<Vec<Flow>> {
        let input = x.step_shape();
        let (output, states) = (self.output_shape(&input)?, self.state_shapes(&input)?);
        let outputs = options.outputs(x, &output, &states);
        let inputs = std::slice::from_ref(x);
        match self.fused() {
            Some(fused) => {
                let packed = fused.packed_for(x.step_size(), builder.parameters());
                builder.push(FusedStep::new(fused, packed, x, options), inputs, &outputs)
            }
            None => {
                let parameters = builder.shared_parameters();
                let step = SteppingStep::new(self.clone_cell(), parameters, x, options)?;
                builder.push(step, inputs, &outputs)
            }
        }
    }

    /// The cell as one of ONNX's recurrent operators, if it is one.
    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        let _none = exporter;
        None
    }

    /// One step of the cell in an [ONNX graph](crate::onnx): from the names of a step's input and of
    /// the states, all with the batch, to those of the output and of the new states. By default it
    /// has none.
    ///
    /// # Errors
    /// [`Error::Onnx`]: operators don't compute what the cell does.
    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let _refused = (x, states, exporter);
        Err(crate::onnx::refuse_cell(self))
    }

    /// The cell over a whole sequence in an ONNX graph: as an operator if it is one, else as a loop
    /// over steps.
    ///
    /// # Errors
    /// As [`Cell::onnx_step`].
    fn onnx(&self, sequence: &EdgeSequence, exporter: &mut Exporter) -> Result<EdgeOutputs> {
        crate::onnx::sequence(self, sequence, exporter)
    }

    /// What [`Cell::step`] computes of one sequence, without dropout, for programs that compute it
    /// without elman. Input 0 has so many features; output 0 and the states are the cell's.
    ///
    /// # Errors
    /// The reason why there is no such description, as a clause; so by default.
    fn describe(&self, features: usize, parameters: &Parameters) -> Described {
        let _undescribed = (features, parameters);
        Err(format!("its cell {} computes in steps of its own", self.class_name()))
    }

    /// This cell as one of any class, with a name of its own.
    fn into_any(self) -> AnyCell
    where
        Self: Sized,
    {
        AnyCell::new(self)
    }
}

/// Cloning behind the trait; every cell that is [`Clone`] has it.
pub trait CloneCell {
    /// A clone behind the trait.
    fn clone_cell(&self) -> Box<dyn Cell>;
}

impl<C: Cell + Clone> CloneCell for C {
    fn clone_cell(&self) -> Box<dyn Cell> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Cell> {
    fn clone(&self) -> Self {
        (**self).clone_cell()
    }
}

/// Refuses the activations that no cell can have: a state is as wide as the cell has units, and so
/// must be what an activation makes of it.
pub(super) fn check_activations<C: Cell + ?Sized>(cell: &C) -> Result<()> {
    let activations = cell.activations();
    // Of a width of 1, nothing can be halved.
    match activations.iter().find(|(_, activation)| activation.output_width(1) != Some(1)) {
        None => Ok(()),
        Some((argument, activation)) => Err(Error::InvalidArgument {
            place: cell.class_name().into(),
            argument,
            expected: "an activation that keeps the width, which the states need".into(),
            got: activation.name().into(),
        }),
    }
}

/// Checks the number of axes of a step's input.
pub(super) fn check_input<C: Cell + ?Sized>(cell: &C, input: &[usize]) -> Result<()> {
    let axes = cell.input_axes();
    if input.len() == axes.len() {
        return Ok(());
    }
    Err(Error::InputShape {
        layer: cell.class_name().into(),
        index: 0,
        expected: format!("(batch, {}) at each step", axes.join(", ")),
        got: crate::Shape::from(input).with_batch(None),
    })
}
