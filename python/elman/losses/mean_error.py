"""Means of errors."""

from .loss import Loss


class MeanSquaredError(Loss):
    """The mean of `(y_true - y_pred)²`.

    >>> round(float(MeanSquaredError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.16
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        self._make(locals())


class MeanAbsoluteError(Loss):
    """The mean of `|y_true - y_pred|`.

    >>> round(float(MeanAbsoluteError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.4
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        self._make(locals())


class MeanAbsolutePercentageError(Loss):
    """The mean of `100 |y_true - y_pred| / |y_true|`.

    >>> round(float(MeanAbsolutePercentageError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    200000016.0
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_absolute_percentage_error",
        dtype=None,
    ):
        self._make(locals())


class MeanSquaredLogarithmicError(Loss):
    """The mean of `(log(y_true + 1) - log(y_pred + 1))²`.

    >>> round(float(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0815
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name="mean_squared_logarithmic_error",
        dtype=None,
    ):
        self._make(locals())


class LogCosh(Loss):
    """The mean of `log(cosh(y_pred - y_true))`.

    >>> round(float(LogCosh()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.078
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        self._make(locals())


class Huber(Loss):
    """Squared errors up to `delta`, linear beyond.

    >>> round(float(Huber()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.08
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        self._make(locals())


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between targets and predictions.

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    -0.8321
    """

    def __init__(
        self,
        axis=-1,
        reduction="sum_over_batch_size",
        name="cosine_similarity",
        dtype=None,
    ):
        self._make(locals())
