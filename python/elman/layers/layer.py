"""What every layer has."""

from .. import _elman
from .._copies import reduce_layer
from .._arguments import arguments
from .parts import Part
from .symbolic import KerasTensor, flatten, tensors_in
from .variable import own_weight
from .weights import Weighted


class Layer(Weighted):
    """One layer of a model.

    Layers are made with Keras's arguments, and put into models, which hold their weights; or they
    are called: on the `KerasTensor`s of a functional model, or on arrays.

    >>> import elman
    >>> layer = elman.layers.Dense(2, name='head')
    >>> model = elman.Sequential([elman.Input((3,)), layer])
    >>> layer.name, layer.output_shape, [w.shape for w in layer.get_weights()], layer.units
    ('head', (None, 2), [(3, 2), (2,)], 2)
    """

    _keras_name = "Layer"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # Subclasses of a program's own are what the class above them is.
        if cls.__module__.partition(".")[0] == "elman" and "_keras_name" not in vars(cls):
            cls._keras_name = cls.__name__

    def __init__(self, *args, **kwargs):
        raise TypeError(
            f"{type(self).__name__} stands for all layers and makes none; "
            "a layer of one's own is written in Rust"
        )

    def _make(self, scope):
        """Takes the arguments, which Rust checks."""
        given = arguments(scope)
        # Keras's way to say which weights a layer starts with.
        weights = given.pop("weights", None)
        self._start(_elman.Layer(self._keras_name, given))
        self._initial_weights = weights

    def _start(self, layer):
        self._layer = layer
        #: The models that the layer is in, each with its name there; all have the same weights.
        self._homes = []
        #: What it was called on, and what that gave.
        self._calls = []
        #: The weights to start with; otherwise those that initializers make.
        self._initial_weights = None
        #: The model that may know calls of it that were never made here.
        self._owner = None

    @classmethod
    def _of_native(cls, layer):
        self = cls.__new__(cls)
        self._start(layer)
        return self

    # What it is.

    @property
    def name(self):
        """The name, which tells layers of a model apart."""
        return self._layer.name

    @property
    def trainable(self):
        """Whether training changes the weights; may be set at any time."""
        return self._layer.trainable

    @trainable.setter
    def trainable(self, value):
        for model, name in self._homes:
            model.set_layer_trainable(name, bool(value))
        self._layer.trainable = bool(value)

    @property
    def dtype(self):
        """The type that files carry; all arithmetic is in float32."""
        return self._layer.dtype

    @property
    def supports_masking(self):
        """Whether the mask of the input holds for the output as well."""
        return self._layer.supports_masking

    @property
    def built(self):
        """Whether the weights exist."""
        return self._home is not None and self._home[0].is_built

    def get_config(self):
        """The arguments by Keras's names, as `from_config` takes them."""
        return self._layer.config()

    @classmethod
    def from_config(cls, config):
        """The layer of what `get_config` gave."""
        return cls._of_native(_elman.Layer(cls._keras_name, dict(config)))

    def build(self, input_shape):
        """Makes the weights for inputs of a shape with batch, or of a list of shapes.

        Raises:
            ValueError: for a shape that doesn't fit.

        >>> import elman
        >>> layer = elman.layers.GRU(4)
        >>> layer.build((None, 5, 3))
        >>> [weight.name for weight in layer.weights]
        ['kernel', 'recurrent_kernel', 'bias']
        """
        from ._eager import build

        build(self, input_shape)

    def _part(self, key, config, cut):
        """The layer within this one that a configuration describes, with its part of the weights."""
        parts = self.__dict__.setdefault("_parts", {})
        if key not in parts:
            from .registry import class_of

            parts[key] = class_of(config["class_name"]).from_config(config["config"])
            parts[key]._homes.append((Part(self._homes, cut), parts[key].name))
        return parts[key]

    def __getattr__(self, name):
        # A property that had something to say says it again.
        own = getattr(type(self), name, None)
        if isinstance(own, property) and "_calls" in self.__dict__:
            return own.fget(self)
        layer = self.__dict__.get("_layer")
        if layer is not None and not name.startswith("_"):
            config = layer.config()
            if name in config:
                return config[name]
            if (weight := own_weight(self, name)) is not None:
                return weight
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __dir__(self):
        layer = self.__dict__.get("_layer")
        return sorted({*super().__dir__(), *(layer.config() if layer is not None else ())})

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __reduce__(self):
        """A copy is a layer that no model has, and brings the weights into the one it joins."""
        return reduce_layer(self)

    # States.

    def reset_state(self):
        """Sets the states of a stateful layer to zero."""
        if self._home is None:
            raise ValueError(f"layer {self.name} has no states yet: put it into a model")
        model, name = self._home
        model.reset_layer_state(name)

    reset_states = reset_state

    # Shapes and calls.

    def compute_output_shape(self, *input_shapes):
        """The shape of the output for that of the input, `None` where it is unknown."""
        if len(input_shapes) == 1 and any(isinstance(dim, (list, tuple)) for dim in input_shapes[0]):
            input_shapes = input_shapes[0]
        shapes = self._layer.output_shapes([list(shape) for shape in input_shapes])
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self):
        """The shape of the output, with the batch; of several outputs, a list."""
        home = self._home
        shapes = home[0].layer_output_shapes(home[1]) if home else []
        if not shapes and self._calls:
            shapes = [symbol.shape for symbol in self._calls[0][1]]
        if not shapes:
            raise AttributeError(f"layer {self.name} has no output shape yet: it was not called")
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input(self):
        """The tensor, or the list of tensors, that the layer was first called on."""
        inputs = self._first_call()[0]
        return inputs[0] if len(inputs) == 1 else list(inputs)

    @property
    def output(self):
        """The tensor, or the list of tensors, that the layer's first call gave."""
        inputs, symbols = self._first_call()
        outputs = [KerasTensor(symbol, self, inputs) for symbol in symbols]
        return outputs[0] if len(outputs) == 1 else outputs

    def _first_call(self):
        owner = self._owner() if self._owner is not None else None
        if not self._calls and owner is not None and owner.built:
            owner._tensors()
        if not self._calls:
            raise AttributeError(f"layer {self.name} was never called on tensors of a model")
        return self._calls[0]

    def __call__(self, *args, **kwargs):
        """Calls the layer on tensors of a model, which gives tensors, or on arrays, which gives
        arrays.

        `training=True` makes it behave as in training: dropout is active. Of a call on tensors of a
        model it counts, as in Keras 3, where that model is called on arrays without saying
        `training`; `fit`, `evaluate` and `predict` know themselves whether they train.
        """
        training = _truth(self, kwargs.pop("training", None))
        if not tensors_in((args, kwargs)):
            return self._call_on_arrays(training, *args, **kwargs)
        inputs, named, masks, options = flatten(args), [], [], {}
        states = kwargs.pop("initial_state", None)
        if states is not None:
            inputs += flatten(states)
        for key, value in kwargs.items():
            if key in MASKS or key == "mask":
                for position, mask in enumerate(value if isinstance(value, (list, tuple)) else [value]):
                    if mask is not None:
                        masks.append((MASKS.get(key, position), mask))
            elif tensors_in(value):
                named.append((key, value))
            else:
                options[key] = value
        everything = inputs + [tensor for _, tensor in named] + [tensor for _, tensor in masks]
        for tensor in everything:
            if not isinstance(tensor, KerasTensor):
                raise TypeError(
                    f"call of layer {self.name}: all inputs must be tensors of a model, "
                    f"got {type(tensor).__name__} among them"
                )
        self._before_call(inputs)
        symbols = self._handle().call(
            [tensor._symbol for tensor in inputs],
            [(key, tensor._symbol) for key, tensor in named],
            [(position, tensor._symbol) for position, tensor in masks],
            options,
            training,
        )
        self._calls.append((tuple(everything), symbols))
        outputs = [KerasTensor(symbol, self, tuple(everything)) for symbol in symbols]
        return outputs[0] if len(outputs) == 1 else outputs

    def _before_call(self, tensors):
        """Hook of models, whose layers must be there before they are called."""

    def _handle(self):
        """What calls on tensors of a model go to."""
        return self._layer

    def _take_handle(self, handle):
        self._layer = handle

    def _call_on_arrays(self, training, *args, **kwargs):
        from ._eager import call_on_arrays

        return call_on_arrays(self, training, args, kwargs)


def _truth(layer, training):
    """Whether a call is to be as in training, if it says so."""
    if training is None or isinstance(training, (bool, int)):
        return None if training is None else bool(training)
    raise TypeError(
        f"call of layer {layer.name}: argument `training` must be true, false or None, "
        f"got {type(training).__name__}"
    )


#: The masks of attention layers, each with the input that it is for.
MASKS = {"query_mask": 0, "value_mask": 1, "key_mask": 2}
