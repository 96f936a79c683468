"""Activations as layers."""

from .layer import Layer


class Activation(Layer):
    """Applies an activation function, by its name.

    >>> import numpy as np
    >>> Activation("tanh")(np.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, activation, **kwargs):
        self._make(locals())
