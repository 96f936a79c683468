"""Penalties on outputs."""

from .layer import Layer


class ActivityRegularization(Layer):
    """Adds a penalty on its input to the loss and gives it back."""

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        self._make(locals())
