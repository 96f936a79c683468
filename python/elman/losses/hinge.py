"""Hinge losses."""

from .loss import Loss


class Hinge(Loss):
    """`max(1 - y_true y_pred, 0)`."""

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        self._make(locals())


class SquaredHinge(Loss):
    """`max(1 - y_true y_pred, 0)²`."""

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        self._make(locals())


class CategoricalHinge(Loss):
    """Hinge loss of one-hot targets."""

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        self._make(locals())
