"""Pooling over time."""

from .layer import Layer


class MaxPooling1D(Layer):
    """The largest values of windows of steps.

    >>> import numpy as np
    >>> MaxPooling1D(2)(np.ones((2, 6, 3))).shape
    (2, 3, 3)
    """

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
    """The means of windows of steps.

    >>> import numpy as np
    >>> AveragePooling1D(2)(np.ones((2, 6, 3))).shape
    (2, 3, 3)
    """

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
    """The largest values over all steps.

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.ones((2, 6, 3))).shape
    (2, 3)
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        self._make(locals())


class GlobalAveragePooling1D(Layer):
    """The means over all steps, without masked ones.

    >>> import numpy as np
    >>> GlobalAveragePooling1D()(np.ones((2, 6, 3))).shape
    (2, 3)
    """

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        self._make(locals())
