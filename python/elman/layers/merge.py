"""Layers that merge several inputs."""

from .layer import Layer


class Add(Layer):
    """The sum of its inputs."""

    def __init__(self, **kwargs):
        self._make(locals())


class Subtract(Layer):
    """The difference of its two inputs."""

    def __init__(self, **kwargs):
        self._make(locals())


class Multiply(Layer):
    """The product of its inputs."""

    def __init__(self, **kwargs):
        self._make(locals())


class Average(Layer):
    """The mean of its inputs."""

    def __init__(self, **kwargs):
        self._make(locals())


class Maximum(Layer):
    """The largest of its inputs, value by value."""

    def __init__(self, **kwargs):
        self._make(locals())


class Minimum(Layer):
    """The smallest of its inputs, value by value."""

    def __init__(self, **kwargs):
        self._make(locals())


class Concatenate(Layer):
    """Its inputs one behind another, along `axis`."""

    def __init__(self, axis=-1, **kwargs):
        self._make(locals())


class Dot(Layer):
    """The dot products of two inputs along `axes`."""

    def __init__(self, axes, normalize=False, **kwargs):
        self._make(locals())
