"""Metrics that are written in Python: functions of arrays, and objects."""

from .metric import Metric

#: What stands for such a metric where the library reads a description; see the native `compile`.
_PLACEHOLDER = "elman>own"


class Variable:
    """A number or an array that a metric of one's own keeps, as Keras's `add_weight` gives it.

    >>> total = Variable((), "zeros", "total")
    >>> total.assign_add(2.0)
    >>> float(total + 1.0)
    3.0
    """

    def __init__(self, shape, initializer, name):
        import numpy as np

        kind = str(getattr(initializer, "_keras_name", initializer or "zeros")).lower()
        if kind not in ("zeros", "ones"):
            raise ValueError(f"add_weight: argument `initializer` must be zeros or ones, got {initializer!r}")
        self.name = name
        self._initial = np.full(shape, float(kind == "ones"), "float32")
        self.reset()

    def reset(self):
        """Gives it its first value again."""
        self._value = self._initial.copy()

    @property
    def value(self):
        """The array."""
        return self._value

    @property
    def shape(self):
        """The shape of the array."""
        return self._value.shape

    def numpy(self):
        """The array."""
        return self._value

    def assign(self, value):
        """Replaces the value.

        Raises:
            ValueError: for another shape.
        """
        import numpy as np

        self._value = np.broadcast_to(np.asarray(value, "float32"), self._value.shape).copy()

    def assign_add(self, value):
        """Adds to the value."""
        self.assign(self._value + value)

    def assign_sub(self, value):
        """Subtracts from the value."""
        self.assign(self._value - value)

    def __array__(self, dtype=None, copy=None):
        return self._value.astype(dtype or "float32")

    def __float__(self):
        return float(self._value)

    def __add__(self, other):
        return self._value + other

    __radd__ = __add__

    def __sub__(self, other):
        return self._value - other

    def __rsub__(self, other):
        return other - self._value

    def __mul__(self, other):
        return self._value * other

    __rmul__ = __mul__

    def __truediv__(self, other):
        return self._value / other

    def __rtruediv__(self, other):
        return other / self._value

    def __repr__(self):
        return f"<Variable name={self.name}, value={self._value}>"


def is_own(metric):
    """Whether a metric is code of Python's: a function of targets and predictions, or an object with
    `update_state`, `result` and `reset_state`."""
    if isinstance(metric, type):
        return issubclass(metric, Metric) and metric._is_own()
    if isinstance(metric, Metric):
        return metric._is_own()
    if isinstance(metric, (str, dict, list, tuple)) or hasattr(metric, "_keras_function"):
        return False
    return all(hasattr(metric, name) for name in ("update_state", "result", "reset_state")) or (
        callable(metric) and not hasattr(metric, "get_config")
    )


#: Deeper than any list of metrics; beyond, one holds itself, which the library says.
_DEEPEST = 8


def without_own(metrics, own, depth=0):
    """Metrics as the library reads them, nested as `compile` takes them; those of Python's are added
    to the list `own`, and their places in it stand for them."""
    if depth > _DEEPEST:
        return metrics
    if isinstance(metrics, dict) and "class_name" not in metrics:
        return {name: without_own(part, own, depth + 1) for name, part in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return [without_own(part, own, depth + 1) for part in metrics]
    if metrics is None or not is_own(metrics):
        return metrics
    if isinstance(metrics, type):
        metrics = metrics()
    name = getattr(metrics, "name", None) or getattr(metrics, "__name__", type(metrics).__name__)
    own.append((str(name), metrics))
    return {"class_name": _PLACEHOLDER, "config": len(own) - 1}
