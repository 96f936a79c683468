"""Layers that change shapes."""

from .layer import Layer


class Reshape(Layer):
    """The values in another shape, `target_shape` without the batch; one size may be -1."""

    def __init__(self, target_shape, **kwargs):
        self._make(locals())


class Permute(Layer):
    """The axes in another order, counted from 1 behind the batch."""

    def __init__(self, dims, **kwargs):
        self._make(locals())


class RepeatVector(Layer):
    """`(batch, features)` `n` times over: `(batch, n, features)`."""

    def __init__(self, n, **kwargs):
        self._make(locals())


class ZeroPadding1D(Layer):
    """Zeros before and after the steps."""

    def __init__(self, padding=1, data_format=None, **kwargs):
        self._make(locals())


class Cropping1D(Layer):
    """Without some of the first and last steps."""

    def __init__(self, cropping=(1, 1), **kwargs):
        self._make(locals())


class UpSampling1D(Layer):
    """Each step `size` times."""

    def __init__(self, size=2, **kwargs):
        self._make(locals())
