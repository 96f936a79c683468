"""Files: `keras.saving`.

Models are read from `.keras` and `.h5` files of Keras 1, 2 and 3, from model JSON, and from
`.safetensors`; they are written as `.keras`, `.h5` and `.safetensors`. Nothing in a file is executed.
"""

import os
import warnings

from . import _elman


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """The model of a file, with its weights, compilation and optimizer state.

    Raises:
        OSError: for a file that can't be read.
        ValueError: for what is no model, and for a class or an option that elman has not.

    >>> import os, tempfile
    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(os.path.join(folder, "model.keras"))
    ...     load_model(os.path.join(folder, "model.keras")).count_params()
    128
    """
    from .models.model import Model

    if custom_objects:
        raise ValueError("load_model: `custom_objects` must be left out; own layers are written in Rust")
    model = Model._of_model(_elman.Model.load(os.fspath(filepath)))
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


def register_keras_serializable(package="Custom", name=None):
    """Keras's mark of classes of one's own, which elman can't read: it gives the class back.

    >>> register_keras_serializable()(dict) is dict
    True
    """
    return lambda cls: cls


__all__ = [
    "convert",
    "load_model",
    "load_weights",
    "model_from_json",
    "register_keras_serializable",
    "save_model",
    "save_weights",
]
