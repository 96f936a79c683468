"""What every loss has."""

from .. import _elman
from .._arguments import Configured


class Loss(Configured):
    """A loss, which `compile` takes and which can be called on targets and predictions.

    >>> import elman
    >>> loss = elman.losses.MeanSquaredError(reduction="sum")
    >>> float(loss([[1.0], [2.0]], [[3.0], [2.0]]))
    4.0
    >>> loss.call([[1.0], [2.0]], [[3.0], [2.0]]).tolist()
    [4.0, 0.0]
    """

    _kind = "loss"

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of predictions, weighed and reduced: a number, unless `reduction` is `"none"`."""
        loss = {"class_name": self._keras_name, "config": self._config}
        result = _elman.loss_value(loss, y_true, y_pred, sample_weight, False)
        return result if result.ndim else result[()]

    def call(self, y_true, y_pred):
        """The loss of each sample."""
        loss = {"class_name": self._keras_name, "config": self._config}
        return _elman.loss_value(loss, y_true, y_pred, None, True)
