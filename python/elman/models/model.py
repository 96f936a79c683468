"""What every model can do."""

import weakref

from .. import _elman
from .._copies import copy_model, reduce_model
from .._pictures import Pictures
from ..layers.input import InputLayer
from ..layers.layer import Layer
from ..layers.registry import class_of
from ..layers.sharing import join
from ..layers.symbolic import KerasTensor, flatten
from .inputs import inputs_of
from .training import Training


class Model(Training, Pictures, Layer):
    """A model from its inputs to its outputs: tensors of `Input`, and what layers give for them.

    A model is a layer, too: it can be called on tensors of another model.

    Raises:
        TypeError: for inputs or outputs that are no tensors of a model.
        ValueError: for outputs that don't depend on the inputs alone, and for layers of equal names.

    >>> import elman
    >>> x = elman.Input((10, 3))
    >>> h = elman.layers.LSTM(4, return_sequences=True)(x)
    >>> model = elman.Model(x, elman.layers.Dense(1)(h))
    >>> model.output_shape, model.count_params()
    ((None, 10, 1), 133)
    """

    _keras_name = "Functional"

    def __init__(self, inputs=None, outputs=None, name=None, trainable=True, **kwargs):
        if inputs is None or outputs is None:
            raise TypeError(
                "Model: arguments `inputs` and `outputs` must be tensors; "
                "a model with a `call` of its own is written in Rust"
            )
        if kwargs:
            raise TypeError(f"Model: arguments {', '.join(kwargs)} are unknown")
        inputs, outputs = flatten(inputs), flatten(outputs)
        for what, tensors in (("inputs", inputs), ("outputs", outputs)):
            for tensor in tensors:
                if not isinstance(tensor, KerasTensor):
                    raise TypeError(
                        f"Model: argument `{what}` must be tensors of a model, "
                        f"got {type(tensor).__name__} among them"
                    )
        native = _elman.Model.functional(
            [tensor._symbol for tensor in inputs], [tensor._symbol for tensor in outputs], name
        )
        self._start(native)
        self._symbols = inputs, outputs
        self._adopt(layers_behind(outputs))
        if not trainable:
            self.trainable = False

    def _start(self, native):
        self._native = native
        #: The layers by name, as far as anybody asked for them.
        self._members = {}
        #: Models that this one is a layer of, each with its name there, and itself first.
        self._homes = [(native, None)]
        self._calls = []
        self._owner = None
        self._layer_of_others = None
        self._initial_weights = None
        self._symbols = None
        self._optimizer = None
        self.history = None
        self.stop_training = self.stop_evaluating = False

    @classmethod
    def _of_model(cls, native):
        """The Python side of a model that Rust made."""
        kind = Model if native.is_functional else class_of("Sequential")
        self = kind.__new__(kind)
        self._start(native)
        return self

    def _adopt(self, layers):
        """Takes layers in as those of the model: their weights are here, too, from now on."""
        for layer in layers:
            self._members[layer.name] = layer
            if layer._owner is None:
                layer._owner = weakref.ref(self)
            join(layer, self._native)

    # What it is.

    @property
    def name(self):
        """The model's name."""
        return self._native.name

    @property
    def trainable(self):
        """Whether training changes any weights; setting it sets it for all layers."""
        return self._native.trainable

    @trainable.setter
    def trainable(self, value):
        self._native.trainable = bool(value)
        for model, name in self._homes[1:]:
            model.set_layer_trainable(name, bool(value))

    @property
    def dtype(self):
        """The type of its values."""
        return "float32"

    @property
    def built(self):
        """Whether the weights exist."""
        return self._native.is_built

    @property
    def stateful(self):
        """Whether a layer carries states from call to call."""
        return self._native.is_stateful

    @property
    def warnings(self):
        """What may surprise about a loaded model."""
        return self._native.warnings

    @property
    def layers(self):
        """The layers in order; the inputs of a functional model are among them."""
        return [self._member(name, kind) for name, kind in self._native.layers()]

    def _member(self, name, kind):
        if name not in self._members:
            nested = self._native.nested(name)
            if nested is not None:
                layer = Model._of_model(nested)
                self._native.share(name, nested, None)
            else:
                layer = class_of(kind)._of_native(self._native.layer(name))
            layer._homes.append((self._native, name))
            layer._owner = weakref.ref(self)
            self._members[name] = layer
        return self._members[name]

    def get_layer(self, name=None, index=None):
        """The layer of a name, or at a place.

        Raises:
            ValueError: if there is none.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer: one of `name` and `index` must be given")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"get_layer: `index` must be below {len(layers)}, got {index}")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in layers)
        raise ValueError(f"layer {name!r} is unknown; known are: {known}")

    @property
    def input_shape(self):
        """The shape of the input with the batch; of several, a list."""
        return _one_or_all(self._native.input_shapes, self, "input")

    @property
    def output_shape(self):
        """The shape of the output with the batch; of several, a list."""
        return _one_or_all(self._native.output_shapes, self, "output")

    @property
    def input_names(self):
        """The names of the inputs."""
        return self._native.input_names

    @property
    def output_names(self):
        """The names of the outputs."""
        return self._native.output_names

    @property
    def inputs(self):
        """The tensors that the model starts from."""
        return list(self._tensors()[0])

    @property
    def outputs(self):
        """The tensors that the model ends in."""
        return list(self._tensors()[1])

    @property
    def input(self):
        """The tensor that the model starts from, or the list of them."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self):
        """The tensor that the model ends in, or the list of them."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    def _tensors(self):
        """The inputs and the outputs, made of the model itself if it was not made of them."""
        if self._symbols is None:
            inputs, outputs, calls = self._native.symbols()
            tensors = {}
            for symbol, layer in zip(inputs, self._input_layers(inputs)):
                layer._calls = layer._calls or [((), [symbol])]
                tensors[symbol] = KerasTensor(symbol, layer, ())
            kinds = dict(self._native.layers())
            for name, handle, given, gives in calls:
                layer = self._member(name, kinds[name])
                given = tuple(tensors[symbol] for symbol in given)
                if not layer._calls:
                    layer._take_handle(handle)
                layer._calls.append((given, gives))
                tensors.update((symbol, KerasTensor(symbol, layer, given)) for symbol in gives)
            self._symbols = [tensors[s] for s in inputs], [tensors[s] for s in outputs]
        return self._symbols

    def _input_layers(self, symbols):
        names = self._native.input_names
        if self._native.is_functional:
            return [self._member(name, "InputLayer") for name in names]
        handle = self._native.input_layer()
        if handle is not None:
            return [InputLayer._of_native(handle)]
        return [InputLayer(batch_shape=symbol.shape) for symbol in symbols]

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
        style="keras3",
    ):
        """Prints Keras's table of the layers; `style` is `"keras3"`, `"keras2"` or `"keras2.7"`.

        Raises:
            ValueError: for columns at other places, and for parts of a model.
        """
        for argument, value in (("positions", positions), ("layer_range", layer_range)):
            if value is not None:
                raise ValueError(f"summary: argument `{argument}` must be left out, got {value!r}")
        table = self._native.summary(
            {
                "line_length": line_length,
                "expand_nested": expand_nested,
                "show_trainable": show_trainable,
                "style": style,
            }
        )
        (print_fn or _print)(table)

    def get_config(self):
        """The configuration, as `from_config` takes it."""
        return self._native.to_json()["config"]

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model of a configuration, with new weights."""
        _no_custom_objects("from_config", custom_objects)
        class_name = "Functional" if "input_layers" in config else "Sequential"
        return cls._of_model(_elman.Model.from_json({"class_name": class_name, "config": config}))

    def to_json(self, **kwargs):
        """The architecture as Keras's JSON, without weights."""
        if not kwargs:
            return self._native.to_json_text()
        import json

        return json.dumps(self._native.to_json(), **kwargs)

    def build(self, input_shape):
        """Makes the weights of a model whose layers know no input shape."""
        self._native.build(list(input_shape))
        self._claim()

    def compute_output_shape(self, *input_shapes):
        """The shape of the output for that of the input, `None` where it is unknown."""
        if len(input_shapes) == 1 and any(isinstance(dim, (list, tuple)) for dim in input_shapes[0]):
            input_shapes = input_shapes[0]
        shapes = self._native.compute_output_shape([list(shape) for shape in input_shapes])
        return shapes[0] if len(shapes) == 1 else shapes

    def _claim(self):
        """Hook of models whose layers are built later."""

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # Weights.

    def get_weights(self):
        """All weights as arrays, in Keras's order.

        >>> import elman
        >>> model = elman.Sequential([elman.layers.SimpleRNN(4, input_shape=(5, 3))])
        >>> [weight.shape for weight in model.get_weights()]
        [(3, 4), (4, 4), (4,)]
        """
        return self._native.weights()

    def set_weights(self, weights):
        """Replaces all weights, given in the order of `get_weights`.

        Raises:
            ValueError: for another number of arrays, and for other shapes; the old ones stay.
        """
        self._native.set_weights(weights)

    def count_params(self):
        """The number of the weights' values."""
        return self._native.count_params()

    def reset_states(self):
        """Sets the states of all stateful layers to zero."""
        self._native.reset_states()

    reset_state = reset_states

    # Copies.

    def __reduce__(self):
        """A copy is a model of its own, with the weights, the compilation, the optimizer's state,
        the history and the states of stateful layers of this one."""
        return reduce_model(self)

    def __copy__(self):
        return copy_model(self)

    def __deepcopy__(self, memo):
        return copy_model(self)

    # Files.

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Writes the model with weights, compilation and optimizer state; see `elman.saving`."""
        from ..saving import save_model

        save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        """Writes the weights alone, as `.weights.h5`."""
        from ..saving import save_weights

        save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath, skip_mismatch=False, by_name=False, **kwargs):
        """Reads weights that `save_weights` or `save` wrote, or Keras of any generation."""
        from ..saving import load_weights

        load_weights(self, filepath, skip_mismatch, by_name, **kwargs)

    def export(self, filepath, format="onnx", verbose=None, input_signature=None, **kwargs):
        """Writes the model as an ONNX graph, which ONNX Runtime and others compute.

        Raises:
            ValueError: for another format, and for a layer that ONNX can't say.

        >>> import os, tempfile
        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.export(os.path.join(folder, "model.onnx"))
        ...     os.listdir(folder)
        ['model.onnx']
        """
        from ..saving import export

        export(self, filepath, format, input_signature, kwargs)

    # As a layer, and step by step.

    def _handle(self):
        if self._layer_of_others is None:
            self._layer_of_others = self._native.as_layer()
        return self._layer_of_others

    def _take_handle(self, handle):
        self._layer_of_others = handle

    def _before_call(self, tensors):
        if not self.built and len(tensors) == 1:
            self.build(tensors[0].shape)

    def _call_on_arrays(self, training, *args, **kwargs):
        for key in [key for key, value in kwargs.items() if value is None]:
            del kwargs[key]
        if kwargs or len(args) != 1:
            raise TypeError(
                f"call of model {self.name} on arrays: one argument is taken, "
                f"got {len(args)} and {', '.join(kwargs) or 'nothing by name'}"
            )
        y = self._native.call(inputs_of("call", self, args[0]), training)
        self._claim()
        return y

    def streams(self, capacity):
        """Sessions that step together, each at times of its own, with room for `capacity` of them.

        Raises:
            ValueError: as `stream`.
        """
        return self._native.streams(capacity)

    def stream(self):
        """A session that runs the model step by step, as data come, from zero states.

        Raises:
            ValueError: if a layer needs what comes later, with its name.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.GRU(4, input_shape=(None, 3))])
        >>> stream, x = model.stream(), np.ones((1, 2, 3), "float32")
        >>> steps = [stream.step(step) for step in x[0]]
        >>> bool((steps[-1] == model.predict(x, verbose=0)[0]).all())
        True
        """
        return self._native.stream()


def layers_behind(outputs):
    """The layers that tensors come from, each once, in the order in which they are met."""
    found, seen, waiting = {}, set(), list(outputs)
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        found.setdefault(id(tensor._layer), tensor._layer)
        waiting.extend(tensor._inputs)
    return list(found.values())


def _one_or_all(shapes, model, what):
    if not shapes:
        raise AttributeError(f"model {model.name} has no {what} shape yet: it is not built")
    return shapes[0] if len(shapes) == 1 else shapes


def _print(table):
    print(table, end="" if table.endswith("\n") else "\n")


def _no_custom_objects(call, custom_objects):
    if custom_objects:
        raise ValueError(f"{call}: `custom_objects` must be left out; own layers are written in Rust")
