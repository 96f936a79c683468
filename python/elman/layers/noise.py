"""Noise while training."""

from .layer import Layer


class GaussianNoise(Layer):
    """Adds normal noise of deviation `stddev` while training."""

    def __init__(self, stddev, seed=None, **kwargs):
        self._make(locals())


class GaussianDropout(Layer):
    """Multiplies by normal noise of mean 1 while training."""

    def __init__(self, rate, seed=None, **kwargs):
        self._make(locals())


class SpatialDropout1D(Layer):
    """Drops whole channels of sequences while training."""

    def __init__(self, rate, seed=None, name=None, dtype=None):
        self._make(locals())
