"""Flattening."""

from .layer import Layer


class Flatten(Layer):
    """Puts all axes but the batch into one."""

    def __init__(self, data_format=None, **kwargs):
        self._make(locals())
