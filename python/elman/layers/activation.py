"""Activations as layers."""

from .layer import Layer


class Activation(Layer):
    """Applies an activation function, by its name."""

    def __init__(self, activation, **kwargs):
        self._make(locals())
