"""Penalties on outputs."""

from .layer import Layer


class ActivityRegularization(Layer):
    """Adds a penalty on its input to the loss and gives it back.

    >>> import numpy as np
    >>> ActivityRegularization(l2=0.1)(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        self._make(locals())
