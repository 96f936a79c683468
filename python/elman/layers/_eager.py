"""Layers that are called on arrays."""

from .. import _elman
from .sharing import join
from .symbolic import flatten


def call_on_arrays(layer, training, args, kwargs):
    """The outputs of a layer for arrays, as in training or not. Its weights are made by the first
    call."""
    import numpy as np

    from .input import Input

    for key in [key for key, value in kwargs.items() if value is None]:
        del kwargs[key]
    states = flatten(kwargs.pop("initial_state", None))
    if kwargs:
        raise TypeError(
            f"call of layer {layer.name} on arrays: arguments {', '.join(kwargs)} must be left out; "
            "a functional model takes them"
        )
    arrays = [np.asarray(array) for array in flatten_arrays(args) + states]
    key = tuple(array.shape[1:] for array in arrays)
    models = layer.__dict__.setdefault("_eager", {})
    if key not in models:
        text = ["string" if array.dtype.kind in "USO" else None for array in arrays]
        inputs = [
            Input(shape=array.shape[1:], dtype=dtype) if layer._keras_name != "InputLayer" else None
            for array, dtype in zip(arrays, text)
        ]
        handle = layer._handle()
        symbols = handle.call([tensor._symbol for tensor in inputs], [], [], {})
        model = _elman.Model.functional([tensor._symbol for tensor in inputs], symbols, None)
        join(layer, model)
        models[key] = model
    return models[key].call(arrays[0] if len(arrays) == 1 else arrays, training)


def flatten_arrays(args):
    """The arrays among the arguments: each stands alone, or in a list of arrays."""
    arrays = []
    for arg in args:
        if isinstance(arg, (list, tuple)) and arg and all(hasattr(part, "shape") for part in arg):
            arrays.extend(arg)
        elif arg is not None:
            arrays.append(arg)
    return arrays
