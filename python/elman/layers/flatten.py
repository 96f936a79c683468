"""Flattening."""

from .layer import Layer


class Flatten(Layer):
    """Puts all axes but the batch into one.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 6, 3))).shape
    (2, 18)
    """

    def __init__(self, data_format=None, **kwargs):
        self._make(locals())
