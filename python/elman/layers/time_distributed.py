"""A layer for each step."""

from .layer import Layer


class TimeDistributed(Layer):
    """Applies a layer to each step of a sequence, with the same weights."""

    def __init__(self, layer, **kwargs):
        self._make(locals())
