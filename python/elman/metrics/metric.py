"""What every metric has."""

import sys

from .. import _elman
from .._copies import state_without
from .._arguments import Configured


class Metric(Configured):
    """A metric, which `compile` takes, or which adds up by itself, batch by batch.

    One of your own has `update_state` and `result`, which work on NumPy's arrays; what `add_weight`
    gave is reset by itself. For the mean of values a function will do.

    >>> import numpy as np
    >>> import elman
    >>> class Largest(elman.metrics.Metric):
    ...     def __init__(self, name="largest"):
    ...         super().__init__(name=name)
    ...         self.largest = self.add_weight(name="largest")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(max(float(self.largest), np.abs(y_true - y_pred).max()))
    ...     def result(self):
    ...         return self.largest
    >>> def bias(y_true, y_pred):
    ...     return y_pred - y_true
    >>> model = elman.Sequential([elman.layers.Dense(1, kernel_initializer="zeros", input_shape=(1,))])
    >>> model.compile("sgd", "mse", metrics=["mae", Largest(), bias])
    >>> model.evaluate(np.ones((2, 1)), np.array([[1.0], [3.0]]), verbose=0)
    [5.0, 2.0, 3.0, -2.0]
    """

    _kind = "metric"

    def __init__(self, name=None, dtype=None):
        if not self._is_own():
            self._make({})
            return
        import re

        words = re.sub("([a-z])([A-Z])", r"\1_\2", type(self).__name__).lower()
        self._config = {"name": name or words}

    @classmethod
    def _is_own(cls):
        """Whether a program's own class computes something itself."""
        ours = next(own for own in cls.__mro__ if _is_ours(own))
        return any(getattr(cls, method) is not getattr(ours, method) for method in ("update_state", "result"))

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """A number or an array that a metric of your own keeps; `reset_state` resets it.

        Raises:
            ValueError: for an initializer other than `"zeros"` and `"ones"`.
        """
        from .own import Variable

        variable = Variable(shape, initializer, name or "variable")
        self.__dict__.setdefault("_variables", []).append(variable)
        return variable

    add_variable = add_weight

    @property
    def _state(self):
        if "_metric" not in self.__dict__:
            given = {"class_name": self._keras_name, "config": self._config}
            self.__dict__["_metric"] = _elman.Metric(given)
        return self.__dict__["_metric"]

    @property
    def name(self):
        """The name in logs."""
        return self._config["name"] if self._is_own() else self._state.name

    def __getstate__(self):
        """A copy has seen no batch."""
        return state_without(self, "_metric")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Takes in a batch."""
        self._state.update(y_true, y_pred, sample_weight)

    def result(self):
        """The value over all batches since the last reset; of several values, a list."""
        values = self._state.results()
        return values[0] if len(values) == 1 else values

    def reset_state(self):
        """Forgets all batches."""
        if not self._is_own():
            self._state.reset()
        for variable in self.__dict__.get("_variables", ()):
            variable.reset()

    reset_states = reset_state

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Takes in a batch and gives the value over all."""
        if self._is_own():
            import numpy as np

            y_true, y_pred = np.asarray(y_true, "float32"), np.asarray(y_pred, "float32")
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


def _is_ours(cls):
    """Whether a class is one of elman's modules; what an example in them defines is not."""
    module = cls.__module__
    return module.partition(".")[0] == "elman" and getattr(sys.modules.get(module), cls.__name__, None) is cls
