"""Overlaps."""

from .loss import Loss


class Dice(Loss):
    """One minus the Dice coefficient.

    >>> round(float(Dice()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.4
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        self._make(locals())


class Tversky(Loss):
    """One minus the Tversky index.

    >>> round(float(Tversky()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.4
    """

    def __init__(
        self,
        alpha=0.5,
        beta=0.5,
        reduction="sum_over_batch_size",
        name="tversky",
        axis=None,
        dtype=None,
    ):
        self._make(locals())


class Circle(Loss):
    """The circle loss of embeddings.

    >>> round(float(Circle()([1], [[0.4, 0.6]])), 4)
    0.0
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        self._make(locals())
