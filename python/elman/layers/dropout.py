"""Dropout."""

from .layer import Layer


class Dropout(Layer):
    """Sets a fraction `rate` of the values to zero while training, and scales the others up.

    >>> import numpy as np
    >>> Dropout(0.5)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        self._make(locals())
