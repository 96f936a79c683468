"""What estimators take as `X`, as one array `(samples, time, features)`."""

import numpy as np

from ..models.inputs import pad, plain

#: Steps with this value throughout are no steps. No data have it: they would be refused.
MASKED = -(2.0**30)


def sequences_of(estimator, x, window):
    """Data as `(samples, time, features)`, with masked steps where there are none.

    Raises:
        ValueError: for another number of axes, for numbers that are none, and for no samples.
    """
    name = type(estimator).__name__
    x = plain(x)
    if isinstance(x, (list, tuple)) and len(x) and np.ndim(x[0]) > 0:
        x = _of_list(name, x)
    if hasattr(x, "toarray"):
        raise TypeError(f"{name}: X must be an array, got sparse data; `X.toarray()` is one")
    x = np.asarray(x)
    if x.dtype.kind == "c":
        raise ValueError(f"{name}: X must be real, got dtype {x.dtype}. Complex data not supported")
    if x.dtype == object:
        x = x.astype("float64")
    if window is not None and x.ndim == 1:
        x = x[:, None]
    if x.ndim not in (2, 3) or x.ndim == 3 and window is not None:
        expected = "(rows, features) with `window`" if window is not None else "(samples, time, features)"
        raise ValueError(
            f"{name}: X must be an array {expected}, got one of shape {x.shape}. Reshape your data"
        )
    if 0 in x.shape:
        axis = ("sample", "step" if x.ndim == 3 else "feature", "feature")[x.shape.index(0)]
        raise ValueError(
            f"{name}: X must have one {axis} or more, got shape {x.shape}: "
            f"0 {axis}(s) (shape={x.shape}) while a minimum of 1 is required."
        )
    with np.errstate(over="ignore"):
        floats = np.ascontiguousarray(x, dtype="float32")
    if not np.isfinite(floats).all():
        raise ValueError(f"{name}: X must be finite in float32, got NaN or inf in it")
    return floats


def _of_list(name, sequences):
    """A list of sequences `(time, features)`, or `(time,)`, as one array."""
    arrays = [np.asarray(plain(sequence), dtype="float32") for sequence in sequences]
    if all(array.ndim == 1 and len(array) == len(arrays[0]) for array in arrays):
        return np.stack(arrays)
    arrays = [array[:, None] if array.ndim == 1 else array for array in arrays]
    shapes = {array.shape[1:] for array in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 2:
        raise ValueError(
            f"{name}: X must hold sequences (time, features) with the same features, "
            f"got steps of shapes {sorted(shapes)}"
        )
    if len({len(array) for array in arrays}) == 1:
        return np.stack(arrays)
    if any((array == MASKED).all(-1).any() for array in arrays):
        raise ValueError(f"{name}: X must not hold steps of {MASKED} alone, which mark their absence")
    return pad(arrays, MASKED)


def windows_of(x, window):
    """For each row of `(rows, features)` the last `window` rows up to it; what lies before the first
    row is masked."""
    before = np.full((window - 1, x.shape[1]), MASKED, dtype="float32")
    view = np.lib.stride_tricks.sliding_window_view(np.concatenate([before, x]), window, axis=0)
    return np.ascontiguousarray(view.swapaxes(1, 2))
