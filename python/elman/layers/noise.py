"""Noise while training."""

from .layer import Layer


class GaussianNoise(Layer):
    """Adds normal noise of deviation `stddev` while training.

    >>> import numpy as np
    >>> GaussianNoise(0.1)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, stddev, seed=None, **kwargs):
        self._make(locals())


class GaussianDropout(Layer):
    """Multiplies by normal noise of mean 1 while training.

    >>> import numpy as np
    >>> GaussianDropout(0.1)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, rate, seed=None, **kwargs):
        self._make(locals())


class SpatialDropout1D(Layer):
    """Drops whole channels of sequences while training.

    >>> import numpy as np
    >>> SpatialDropout1D(0.1)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, rate, seed=None, name=None, dtype=None):
        self._make(locals())
