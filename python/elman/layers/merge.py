"""Layers that merge several inputs."""

from .layer import Layer


class Add(Layer):
    """The sum of its inputs.

    >>> import numpy as np
    >>> Add()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Subtract(Layer):
    """The difference of its two inputs.

    >>> import numpy as np
    >>> Subtract()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Multiply(Layer):
    """The product of its inputs.

    >>> import numpy as np
    >>> Multiply()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Average(Layer):
    """The mean of its inputs.

    >>> import numpy as np
    >>> Average()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Maximum(Layer):
    """The largest of its inputs, value by value.

    >>> import numpy as np
    >>> Maximum()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Minimum(Layer):
    """The smallest of its inputs, value by value.

    >>> import numpy as np
    >>> Minimum()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, **kwargs):
        self._make(locals())


class Concatenate(Layer):
    """Its inputs one behind another, along `axis`.

    >>> import numpy as np
    >>> Concatenate()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 6)
    """

    def __init__(self, axis=-1, **kwargs):
        self._make(locals())


class Dot(Layer):
    """The dot products of two inputs along `axes`.

    >>> import numpy as np
    >>> Dot(axes=2)([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 6)
    """

    def __init__(self, axes, normalize=False, **kwargs):
        self._make(locals())
