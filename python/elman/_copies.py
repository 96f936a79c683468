"""Copies of objects, for `pickle`, `copy` and what stands on them, such as joblib.

A class's `__reduce__` gives one of the functions here with what it needs, all of it plain values.
"""

import copy

from . import _elman


def reduce_model(model):
    """A model as the bytes of its `.keras` file; before it has weights, as its configuration."""
    native = model._native
    history = model.__dict__.get("history")
    if native.is_built:
        states = native.states() if native.is_stateful else None
        return model_of_bytes, (type(model), native.name, bytes(native.to_bytes()), history, states)
    return model_of_config, (type(model), native.to_json_text(), history)


def copy_model(model):
    """A model as this one is; of metrics that are written in Python, which files can't hold, too."""
    history = model.__dict__.get("history")
    return _start(type(model), model._native.copy(), copy.copy(history))


def model_of_bytes(cls, name, data, history, states=None):
    """The model that `reduce_model` wrote, with weights, compilation, optimizer state, and the
    states of stateful layers."""
    from .saving import own_metrics

    native = _elman.Model.from_bytes(data, f"{name}.keras", own_metrics("copy"))
    if states:
        native.set_states(states)
    return _start(cls, native, history)


def model_of_config(cls, text, history):
    """A model without weights, as `reduce_model` wrote it."""
    import json

    described = json.loads(text)
    native = _elman.Model.from_json(described)
    if described.get("compile_config"):
        native.compile(described["compile_config"])
    return _start(cls, native, history)


def _start(cls, native, history):
    model = cls.__new__(cls)
    model._start(native)
    if history is not None:
        history.model = model
        model.history = history
    return model


def reduce_layer(layer):
    """A layer as its configuration, its weights, and the vocabulary that it learnt.

    Raises:
        TypeError: for a layer that learnt numbers by `adapt` and is in no model.
    """
    config, vocabulary = layer.get_config(), None
    if hasattr(layer, "get_vocabulary"):
        if config.get("vocabulary") is None:
            vocabulary = layer.get_vocabulary(include_special_tokens=False) or None
    elif hasattr(layer, "adapt") and layer._home is None and config.get("mean") is None:
        raise TypeError(
            f"layer {layer.name}: a copy of {type(layer).__name__} must be made of the model that it "
            "is in, or of one with `mean` and `variance`, got a layer alone"
        )
    return layer_of_config, (type(layer), config, layer.get_weights(), vocabulary)


def layer_of_config(cls, config, weights, vocabulary):
    """The layer that `reduce_layer` wrote; its weights come with it into a model."""
    layer = cls.from_config(config)
    if vocabulary is not None:
        layer.set_vocabulary(vocabulary)
    if weights:
        layer._initial_weights = weights
    return layer


def state_without(obj, *names):
    """What of an object can be copied: all but those attributes, which belong to one model."""
    return {key: value for key, value in vars(obj).items() if key not in names}
