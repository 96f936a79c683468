"""Layers that are called on arrays."""

from .. import _elman
from .parts import Part
from .sharing import join
from .symbolic import flatten


def call_on_arrays(layer, training, args, kwargs):
    """The outputs of a layer for arrays, as in training or not. Its weights are made by the first
    call."""
    import numpy as np

    for key in [key for key, value in kwargs.items() if value is None]:
        del kwargs[key]
    states = flatten(kwargs.pop("initial_state", None))
    if kwargs:
        raise TypeError(
            f"call of layer {layer.name} on arrays: arguments {', '.join(kwargs)} must be left out; "
            "a functional model takes them"
        )
    arrays = [np.asarray(array) for array in flatten_arrays(args) + states]
    text = ["string" if array.dtype.kind in "USO" else None for array in arrays]
    model = _model(layer, [array.shape for array in arrays], text)
    return model.call(arrays[0] if len(arrays) == 1 else arrays, training)


def build(layer, input_shape):
    """Makes the weights of a layer for inputs of a shape, or of several, with batch."""
    shapes = list(input_shape)
    several = bool(shapes) and all(isinstance(shape, (list, tuple)) for shape in shapes)
    shapes = [tuple(shape) for shape in shapes] if several else [tuple(shapes)]
    _model(layer, shapes, ["string" if layer._layer.takes_text else None] * len(shapes))


def _model(layer, shapes, dtypes):
    """The model of that layer alone for inputs of those shapes with batch, made by the first call."""
    from .input import Input

    # What a stateful layer carries on, it has for each sample.
    is_stateful = bool(getattr(layer, "stateful", False))
    key = tuple(shape if is_stateful else shape[1:] for shape in shapes)
    models = layer.__dict__.setdefault("_eager", {})
    if key not in models:
        inputs = [
            Input(batch_shape=shape if is_stateful else (None, *shape[1:]), dtype=dtype)
            for shape, dtype in zip(shapes, dtypes)
        ]
        symbols = layer._handle().call([tensor._symbol for tensor in inputs], [], [], {})
        model = _elman.Model.functional([tensor._symbol for tensor in inputs], symbols, None)
        join(layer, model)
        models[key] = model
    elif isinstance(layer._home[0], Part):
        models[key].set_layer_weights(layer.name, layer.get_weights())
    return models[key]


def flatten_arrays(args):
    """The arrays among the arguments: each stands alone, or in a list of arrays."""
    arrays = []
    for arg in args:
        if isinstance(arg, (list, tuple)) and arg and all(hasattr(part, "shape") for part in arg):
            arrays.extend(arg)
        elif arg is not None:
            arrays.append(arg)
    return arrays
