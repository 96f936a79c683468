"""Activations with options, as layers."""

from .layer import Layer


class ReLU(Layer):
    """`max(x, 0)`, with a slope below the threshold and a largest value if asked for.

    >>> import numpy as np
    >>> ReLU()(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        self._make(locals())


class LeakyReLU(Layer):
    """`x` above zero, `negative_slope * x` below.

    >>> import numpy as np
    >>> LeakyReLU()(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        self._make(locals())


class PReLU(Layer):
    """`x` above zero, `alpha * x` below, with learnt `alpha`.

    >>> import numpy as np
    >>> PReLU()(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs
    ):
        self._make(locals())


class ELU(Layer):
    """`x` above zero, `alpha * (exp(x) - 1)` below.

    >>> import numpy as np
    >>> ELU()(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, alpha=1.0, **kwargs):
        self._make(locals())


class Softmax(Layer):
    """Positive values along `axis` that add up to one.

    >>> import numpy as np
    >>> Softmax()(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, axis=-1, **kwargs):
        self._make(locals())
