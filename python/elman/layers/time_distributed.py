"""A layer for each step."""

from .layer import Layer


class TimeDistributed(Layer):
    """Applies a layer to each step of a sequence, with the same weights.

    >>> import numpy as np
    >>> from elman.layers import Dense
    >>> TimeDistributed(Dense(4))(np.ones((2, 6, 3))).shape
    (2, 6, 4)
    """

    def __init__(self, layer, **kwargs):
        self._make(locals())
