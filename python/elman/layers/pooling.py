"""Pooling over time."""

from .layer import Layer


class MaxPooling1D(Layer):
    """The largest values of windows of steps."""

    def __init__(
        self,
        pool_size=2,
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs
    ):
        self._make(locals())


class AveragePooling1D(Layer):
    """The means of windows of steps."""

    def __init__(
        self,
        pool_size,
        strides=None,
        padding="valid",
        data_format=None,
        name=None,
        **kwargs
    ):
        self._make(locals())


class GlobalMaxPooling1D(Layer):
    """The largest values over all steps."""

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        self._make(locals())


class GlobalAveragePooling1D(Layer):
    """The means over all steps, without masked ones."""

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        self._make(locals())
