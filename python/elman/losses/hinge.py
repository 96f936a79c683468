"""Hinge losses."""

from .loss import Loss


class Hinge(Loss):
    """`max(1 - y_true y_pred, 0)`.

    >>> round(float(Hinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.9
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        self._make(locals())


class SquaredHinge(Loss):
    """`max(1 - y_true y_pred, 0)²`.

    >>> round(float(SquaredHinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.06
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        self._make(locals())


class CategoricalHinge(Loss):
    """Hinge loss of one-hot targets.

    >>> round(float(CategoricalHinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.8
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        self._make(locals())
