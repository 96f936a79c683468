"""A layer for each step."""

from .layer import Layer
from .parts import Part, everything


class TimeDistributed(Layer):
    """Applies a layer to each step of a sequence, with the same weights.

    >>> import numpy as np
    >>> from elman.layers import Dense
    >>> TimeDistributed(Dense(4))(np.ones((2, 6, 3))).shape
    (2, 6, 4)
    """

    def __init__(self, layer, **kwargs):
        self._make(locals())
        if layer._keras_name not in _MODELS and layer._home is None:
            self._parts = {"layer": layer}
            layer._homes.append((Part(self._homes, everything), layer.name))
        elif self._initial_weights is None:
            self._initial_weights = layer.get_weights() or None

    @property
    def layer(self):
        """The layer, with its weights; a model, or a layer that was in another one before, is copied."""
        config = self.get_config()["layer"]
        if config["class_name"] in _MODELS:
            from ..models import Model

            model = Model.from_config(config["config"])
            model.set_weights(self.get_weights())
            return model
        return self._part("layer", config, everything)


#: Models have weights of their own.
_MODELS = ("Functional", "Sequential")
