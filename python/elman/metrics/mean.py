"""Means and sums of numbers."""

from .. import _elman


class _OfNumbers:
    """What `Mean` and `Sum` have in common."""

    def update_state(self, values, sample_weight=None):
        """Takes in numbers, perhaps with weights."""
        self._numbers.update(values, sample_weight)

    def result(self):
        """The value over all numbers since the last reset."""
        return self._numbers.result()

    def reset_state(self):
        """Forgets everything."""
        self._numbers.reset()

    reset_states = reset_state

    def __call__(self, values, sample_weight=None):
        """Takes in numbers and gives the value over all."""
        self.update_state(values, sample_weight)
        return self.result()


class Mean(_OfNumbers):
    """The mean of numbers, batch by batch.

    >>> round(float(Mean()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.6
    """

    def __init__(self, name="mean", dtype=None):
        self.name, self._numbers = name, _elman.Mean()


class Sum(_OfNumbers):
    """The sum of numbers, batch by batch.

    >>> round(float(Sum()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.6
    """

    def __init__(self, name="sum", dtype=None):
        self.name, self._numbers = name, _elman.Sum()
