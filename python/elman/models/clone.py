"""Copies of models."""

from .. import _elman
from .model import Model


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, **kwargs):
    """A model of the same layers with new weights.

    Raises:
        ValueError: for functions that would make other layers, and for other inputs.

    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> clone_model(model).count_params()
    4
    """
    given = {
        "input_tensors": input_tensors,
        "clone_function": clone_function,
        "call_function": call_function,
        **kwargs,
    }
    for argument, value in given.items():
        if value is not None:
            raise ValueError(f"clone_model: argument `{argument}` must be left out, got {value!r}")
    return Model._of_model(_elman.Model.from_json(model._native.to_json()))
