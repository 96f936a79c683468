"""Files: `keras.saving`.

Models are read from `.keras` and `.h5` files of Keras 1, 2 and 3, from model JSON, and from
`.safetensors`; they are written as `.keras`, `.h5` and `.safetensors`. Nothing in a file is executed.
"""

import os
import warnings

from . import _elman


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """The model of a file, with its weights, compilation and optimizer state.

    `custom_objects` are metrics of your own by their names, functions or classes with `from_config`;
    those that `register_keras_serializable` marks are found without. Metrics that nothing is known of
    are left out, with a warning.

    Raises:
        OSError: for a file that can't be read.
        ValueError: for what is no model, and for a class or an option that elman has not.
        TypeError: for custom objects that are no metrics.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(os.path.join(folder, "model.keras"))
    ...     load_model(os.path.join(folder, "model.keras")).count_params()
    128
    """
    from .models.model import Model

    find = own_metrics("load_model", custom_objects)
    model = Model._of_model(_elman.Model.load(os.fspath(filepath), find))
    for warning in model.warnings:
        warnings.warn(warning, stacklevel=2)
    if not compile:
        model._native.forget_compilation()
    return model


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Writes a model as the ending of the path says: `.keras`, `.h5`, `.safetensors`.

    `save_format="keras2"` writes an `.h5` that Keras 2 reads.

    Raises:
        OSError: for a file that can't be written, or is there and is not to be overwritten.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> folder = tempfile.TemporaryDirectory()
    >>> save_model(model, os.path.join(folder.name, "model.keras"))
    >>> os.listdir(folder.name)
    ['model.keras']
    """
    path = os.fspath(filepath)
    chosen = kwargs.pop("save_format", None)
    kwargs.pop("include_optimizer", None)
    if kwargs:
        raise TypeError(f"save: arguments {', '.join(kwargs)} are unknown")
    if zipped is False:
        raise ValueError("save: argument `zipped` must be True: folders are read, not written")
    _check_ending("save", path, (".keras", ".h5", ".hdf5", ".safetensors"))
    _check_overwrite("save", path, overwrite)
    model._native.save(path, chosen if chosen in ("keras2", "keras3", "pytorch") else None)


def save_weights(model, filepath, overwrite=True, max_shard_size=None):
    """Writes the weights of a model alone, as `.weights.h5`.

    Raises:
        OSError: for a file that can't be written, or is there and is not to be overwritten.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> folder = tempfile.TemporaryDirectory()
    >>> save_weights(model, os.path.join(folder.name, "w.weights.h5"))
    >>> os.listdir(folder.name)
    ['w.weights.h5']
    """
    path = os.fspath(filepath)
    if max_shard_size is not None:
        raise ValueError("save_weights: argument `max_shard_size` must be left out: there are no shards")
    _check_overwrite("save_weights", path, overwrite)
    model._native.save_weights(path)


def load_weights(model, filepath, skip_mismatch=False, by_name=False, **kwargs):
    """Reads weights into a model; with `by_name`, those of the layers whose names are in the file,

    which may be any but `.safetensors`; Keras 3 takes legacy `.h5` files alone.

    Raises:
        OSError: for a file that can't be read.
        ValueError: for weights that don't fit the model, whose own then stay.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "w.weights.h5")
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    if kwargs:
        raise TypeError(f"load_weights: arguments {', '.join(kwargs)} are unknown")
    if skip_mismatch:
        raise ValueError("load_weights: argument `skip_mismatch` must be False")
    read = model._native.load_weights_by_name if by_name else model._native.load_weights
    read(os.fspath(filepath))


def model_from_json(json_string, custom_objects=None):
    """A model of what `to_json` gave, with new weights.

    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> model_from_json(model.to_json()).output_shape
    (None, 4)
    """
    import json

    from .models.model import Model

    if custom_objects:
        raise ValueError("model_from_json: `custom_objects` must be left out")
    return Model._of_model(_elman.Model.from_json(json.loads(json_string)))


def convert(source, target, format=None):
    """Reads a model of any generation of Keras and writes it as the ending of `target` says.

    `format` is `"keras2"` for an `.h5` that Keras 2 reads, or `"pytorch"` for `.safetensors` with
    PyTorch's names. Gives what may surprise about the model, a list of sentences.

    Raises:
        OSError: for a file that can't be read or written.
        ValueError: for what is no model, and for an ending that is no format.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> folder = tempfile.TemporaryDirectory()
    >>> old, new = (os.path.join(folder.name, name) for name in ("old.h5", "new.keras"))
    >>> model.save(old)
    >>> convert(old, new)
    []
    """
    native = _elman.Model.load(os.fspath(source))
    native.save(os.fspath(target), format)
    return native.warnings


def _check_ending(call, path, endings):
    if not path.lower().endswith(endings):
        raise ValueError(
            f"{call}: argument `filepath` must end in {', '.join(endings)}, got {path!r}"
        )


def _check_overwrite(call, path, overwrite):
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{call}: {path} is there already, and `overwrite` is False")


def export(model, filepath, format, input_signature, more):
    """Writes a model as an ONNX graph; see `Model.export`.

    Raises:
        ValueError: for another format, and for a layer that ONNX can't say.
    """
    if format != "onnx":
        raise ValueError(f"export: argument `format` must be 'onnx', got {format!r}")
    if input_signature is not None:
        raise ValueError("export: argument `input_signature` must be left out: the model has its inputs")
    if more:
        raise TypeError(f"export: arguments {', '.join(more)} are unknown")
    path = os.fspath(filepath)
    _check_ending("export", path, (".onnx",))
    model._native.save(path, None)


#: The program's own classes and functions, by the names that files hold.
_REGISTERED = {}


def register_keras_serializable(package="Custom", name=None):
    """Marks a metric of your own, so that models that were compiled with it are loaded with it.

    >>> import elman
    >>> @register_keras_serializable()
    ... def bias(y_true, y_pred):
    ...     return y_pred - y_true
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse", metrics=[bias])
    >>> import pickle
    >>> pickle.loads(pickle.dumps(model)).metrics_names
    ['loss', 'bias']
    """

    def register(thing):
        own = name or thing.__name__
        _REGISTERED[own] = _REGISTERED[f"{package}>{own}"] = thing
        return thing

    return register


def own_metrics(call, custom_objects=None):
    """A function that finds the program's own metrics by what files hold of them: a name and a metric,
    or `None`."""
    custom_objects = {} if custom_objects is None else custom_objects
    if not isinstance(custom_objects, dict):
        raise TypeError(
            f"{call}: argument `custom_objects` must be a dictionary, got {type(custom_objects).__name__}"
        )
    for name, thing in custom_objects.items():
        if not callable(thing):
            raise TypeError(
                f"{call}: argument `custom_objects` must hold functions and classes, "
                f"got {type(thing).__name__} for {name!r}"
            )
    known = {**_REGISTERED, **custom_objects}

    def find(described):
        config = described["config"]
        if described["class_name"] == "function":
            return (config, known[config]) if config in known else None
        cls = known.get(described.get("registered_name")) or known.get(described["class_name"])
        if cls is None:
            return None
        metric = cls.from_config(config) if hasattr(cls, "from_config") else cls(**config)
        return str(getattr(metric, "name", described["class_name"])), metric

    return find


__all__ = [
    "convert",
    "load_model",
    "load_weights",
    "model_from_json",
    "register_keras_serializable",
    "save_model",
    "save_weights",
]
