"""Layers that change shapes."""

from .layer import Layer


class Reshape(Layer):
    """The values in another shape, `target_shape` without the batch; one size may be -1.

    >>> import numpy as np
    >>> Reshape((3, 6))(np.ones((2, 6, 3))).shape
    (2, 3, 6)
    """

    def __init__(self, target_shape, **kwargs):
        self._make(locals())


class Permute(Layer):
    """The axes in another order, counted from 1 behind the batch.

    >>> import numpy as np
    >>> Permute((2, 1))(np.ones((2, 6, 3))).shape
    (2, 3, 6)
    """

    def __init__(self, dims, **kwargs):
        self._make(locals())


class RepeatVector(Layer):
    """`(batch, features)` `n` times over: `(batch, n, features)`.

    >>> import numpy as np
    >>> RepeatVector(5)(np.ones((2, 3))).shape
    (2, 5, 3)
    """

    def __init__(self, n, **kwargs):
        self._make(locals())


class ZeroPadding1D(Layer):
    """Zeros before and after the steps.

    >>> import numpy as np
    >>> ZeroPadding1D(1)(np.ones((2, 6, 3))).shape
    (2, 8, 3)
    """

    def __init__(self, padding=1, data_format=None, **kwargs):
        self._make(locals())


class Cropping1D(Layer):
    """Without some of the first and last steps.

    >>> import numpy as np
    >>> Cropping1D(1)(np.ones((2, 6, 3))).shape
    (2, 4, 3)
    """

    def __init__(self, cropping=(1, 1), **kwargs):
        self._make(locals())


class UpSampling1D(Layer):
    """Each step `size` times.

    >>> import numpy as np
    >>> UpSampling1D(2)(np.ones((2, 6, 3))).shape
    (2, 12, 3)
    """

    def __init__(self, size=2, **kwargs):
        self._make(locals())
