"""Nothing."""

from .layer import Layer


class Identity(Layer):
    """Gives back its input."""

    def __init__(self, **kwargs):
        self._make(locals())
