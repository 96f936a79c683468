"""Batches where Python goes through them: predictions that callbacks are told of."""

import math

from .. import _elman
from ..callbacks.base import tell
from .inputs import inputs_of, is_arrays

#: Keras's default.
BATCH_SIZE = 32


def num_batches(x, batch_size=None, validation_split=0.0):
    """How many batches data are; `None` where nobody knows."""
    if not is_arrays(x):
        return len(x) if hasattr(x, "__len__") else None
    rows = _num_rows(x)
    try:
        return math.ceil(math.floor(rows * (1.0 - (validation_split or 0.0))) / (batch_size or BATCH_SIZE))
    except (TypeError, ValueError, OverflowError):
        # What the arguments must be, the library says.
        return None


def warn_of_short_epochs(batches, steps, epochs, initial_epoch):
    """Says before a training on arrays that `steps_per_epoch` doesn't fit them."""
    numbers = (batches, steps, epochs, initial_epoch)
    if not all(isinstance(number, int) for number in numbers) or min(batches, steps) < 1:
        return
    whole, rest = divmod(batches, steps)
    if rest and epochs - initial_epoch > whole:
        import warnings

        warnings.warn(
            f"fit: argument `steps_per_epoch` is {steps}, the data are {batches} batches: "
            f"an epoch that comes to their end has {rest}",
            stacklevel=3,
        )


def _num_rows(x):
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, (list, tuple)) and x and getattr(x[0], "ndim", 0) > 1:
        x = x[0]
    return len(x) if hasattr(x, "__len__") else None


def predict_in_batches(model, x, batch_size, steps, told, style):
    """The outputs for the batches of data, or for the first `steps` of them, each told to callbacks.

    Raises:
        ValueError: for data without batches.
    """
    import numpy as np

    outputs = []
    model.stop_predicting = False
    bar = _elman.Bar(*style, steps or num_batches(x, batch_size) or 0)
    tell(told, "on_predict_begin", {})
    for number, batch in enumerate(_batches_of(model, x, batch_size)):
        if number == steps:
            break
        tell(told, "on_predict_batch_begin", number, {})
        y = model._native.predict(inputs_of("predict", model, batch), None)
        outputs.append(y)
        tell(told, "on_predict_batch_end", number, {"outputs": y})
        bar.advance(number + 1)
        if model.stop_predicting:
            break
    if not outputs:
        raise ValueError("predict: the data must be a batch or more, got none")
    bar.finish(len(outputs))
    tell(told, "on_predict_end", {})
    model._claim()
    if isinstance(outputs[0], list):
        return [np.concatenate(parts) for parts in zip(*outputs)]
    return np.concatenate(outputs)


def _batches_of(model, x, batch_size):
    if is_arrays(x):
        yield from _rows_of(model, inputs_of("predict", model, x), batch_size)
        return
    by_number = hasattr(x, "__getitem__") and hasattr(x, "__len__")
    for batch in (x[number] for number in range(len(x))) if by_number else x:
        is_whole = isinstance(batch, tuple) or (
            isinstance(batch, list) and len(model.input_names) == 1 and 2 <= len(batch) <= 3
        )
        yield batch[0] if is_whole else batch


def _rows_of(model, x, batch_size):
    """Arrays, or a list or dictionary of them, in batches."""
    import numpy as np

    several = isinstance(x, (list, tuple)) and len(model.input_names) > 1
    if isinstance(x, dict):
        parts = {name: np.asarray(part) for name, part in x.items()}
    else:
        parts = dict(enumerate(x)) if several else {0: x}
        parts = {key: np.asarray(part) for key, part in parts.items()}
    # A stateful model is bound to its batch size.
    size = batch_size or (model.input_shape[0] if model.stateful else None) or BATCH_SIZE
    for start in range(0, len(next(iter(parts.values()))), size):
        cut = {key: part[start : start + size] for key, part in parts.items()}
        yield cut if isinstance(x, dict) else list(cut.values()) if several else cut[0]
