"""Data as programs have them: frames, arrays of other libraries, sequences of unequal lengths."""

from .. import _elman


def is_arrays(x):
    """Whether this is data as arrays; else it gives batches."""
    return (
        x is None
        or isinstance(x, (list, tuple, dict, memoryview))
        or hasattr(x, "__array__")
        or hasattr(x, "__dlpack__")
    )


def check_batches(call, x, argument="x"):
    """Refuses what is neither arrays nor gives batches.

    Raises:
        TypeError: for such an object.
    """
    gives_batches = hasattr(x, "__iter__") or hasattr(x, "__getitem__") and hasattr(x, "__len__")
    if isinstance(x, (str, bytes, type)) or not gives_batches:
        raise TypeError(
            f"{call}: argument `{argument}` must be an array, or give batches, got {type(x).__name__}"
        )


def inputs_of(call, model, x):
    """Inputs as the library takes them. Sequences of unequal lengths are padded at their ends with
    the value that the model masks.

    Raises:
        ValueError: for sequences of unequal lengths where the model masks nothing.
    """
    if type(x).__module__ == "numpy" and getattr(x, "dtype", None) != object:
        return x
    return _each(x, model.input_names, lambda part: _input(call, model, part))


def _input(call, model, x):
    x = plain(x)
    return x if lengths(x) is None else pad(x, masked_value(call, model))


def _each(x, names, convert):
    """One array, or each of several, converted."""
    if isinstance(x, dict):
        return {name: convert(part) for name, part in x.items()}
    if isinstance(x, (list, tuple)) and len(names) > 1:
        return [convert(part) for part in x]
    return convert(x)


def targets_of(call, model, x, y, argument="y"):
    """Targets, or the weights of samples, as the library takes them; of steps of unequal sequences,
    padded as those are."""
    if y is None or type(y).__module__ == "numpy" and y.dtype != object:
        return y
    return _each(y, model.output_names, lambda part: _target(call, x, part, argument))


def _target(call, x, y, argument):
    y = plain(y)
    own = lengths(y)
    if own is None:
        return y
    if lengths(plain(x)) != own:
        raise ValueError(
            f"{call}: argument `{argument}` must hold a value for each step of `x`, "
            "got sequences of other lengths"
        )
    return pad(y, 0.0)


def plain(x):
    """Frames, series and arrays of other libraries as NumPy's; series of sequences as lists."""
    library = type(x).__module__.partition(".")[0]
    if library in ("pandas", "polars") and hasattr(x, "to_numpy"):
        x = x.to_numpy()
    elif hasattr(x, "__dlpack__") and not hasattr(x, "__array__"):
        import numpy as np

        x = np.from_dlpack(x)
    if getattr(x, "dtype", None) == object and x.ndim == 1 and x.size and _is_sequence(x[0]):
        x = list(x)
        if lengths(x) is None:
            import numpy as np

            x = np.stack([np.asarray(sequence) for sequence in x])
    return x


def lengths(x):
    """The lengths of sequences that have several; `None` for anything else."""
    if not isinstance(x, (list, tuple)) or len(x) < 2 or not all(map(_is_sequence, x)):
        return None
    found = [len(sequence) for sequence in x]
    return found if len(set(found)) > 1 else None


def _is_sequence(x):
    if isinstance(x, (list, tuple)):
        return True
    return hasattr(x, "__array__") and hasattr(x, "__len__") and getattr(x, "ndim", 1) > 0


def pad(sequences, value):
    """Sequences as one array, with `value` after the ends of shorter ones."""
    sequences = [plain(sequence) for sequence in sequences]
    return _elman.pad_sequences(sequences, None, "float32", "post", "post", float(value))


def masked_value(call, model):
    """The value of the steps that a model leaves out.

    Raises:
        ValueError: if there is none, or more than one.
    """
    values = set(_masked_values(model))
    if len(values) == 1:
        return values.pop()
    got = "a model without them" if not values else f"layers that mask {sorted(values)}"
    raise ValueError(
        f"{call}: sequences of unequal lengths need a model with a layer `Masking`, or an `Embedding` "
        f"with `mask_zero`, got {got}"
    )


def _masked_values(model):
    for layer in model.layers:
        if layer._keras_name == "Masking":
            yield float(layer.mask_value)
        elif layer._keras_name == "Embedding" and layer.mask_zero:
            yield 0.0
        elif layer._keras_name in ("Sequential", "Functional"):
            yield from _masked_values(layer)
