"""What every metric has."""

from .. import _elman
from .._copies import state_without
from .._arguments import Configured


class Metric(Configured):
    """A metric, which `compile` takes, or which adds up by itself, batch by batch."""

    _kind = "metric"

    @property
    def _state(self):
        if "_metric" not in self.__dict__:
            given = {"class_name": self._keras_name, "config": self._config}
            self.__dict__["_metric"] = _elman.Metric(given)
        return self.__dict__["_metric"]

    @property
    def name(self):
        """The name in logs."""
        return self._state.name

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
        self._state.reset()

    reset_states = reset_state

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Takes in a batch and gives the value over all."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()
