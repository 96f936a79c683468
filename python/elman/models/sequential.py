"""Chains of layers."""

from .. import _elman
from ..layers.layer import Layer
from ..layers.symbolic import KerasTensor
from .model import Model


class Sequential(Model):
    """A chain of layers.

    The input shape comes from an `Input`, from an `input_shape` of the first layer, or from the
    first data.

    >>> from elman.layers import LSTM, Dense
    >>> model = Sequential([LSTM(4, input_shape=(5, 3)), Dense(1)])
    >>> model.output_shape, model.count_params()
    ((None, 1), 133)
    """

    _keras_name = "Sequential"

    def __init__(self, layers=None, trainable=True, name=None):
        self._start(_elman.Model.sequential(name))
        #: Layers whose weights don't exist yet.
        self._waiting = []
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer, rebuild=True):
        """Adds a layer at the end.

        Raises:
            TypeError: for what is no layer.
            ValueError: for a layer that doesn't fit, and for a name that another layer has.
        """
        if isinstance(layer, KerasTensor):
            layer = layer._layer
        if not isinstance(layer, Layer):
            raise TypeError(
                f"model {self.name}: what is added must be a layer, got {type(layer).__name__}"
            )
        self._native.add(layer._handle())
        self._symbols = None
        if layer._keras_name == "InputLayer":
            return
        if self._native.is_built:
            self._claim()
            self._adopt([layer])
        else:
            self._waiting.append(layer)

    def pop(self, rebuild=True):
        """Takes the last layer out and gives it back.

        Raises:
            ValueError: if there is none.
        """
        layer = self.layers[-1] if self.layers else None
        self._native.pop()
        self._symbols = None
        self._waiting = [other for other in self._waiting if other is not layer]
        self._members.pop(layer.name, None)
        layer._homes[:] = [home for home in layer._homes if home[0] is not self._native]
        return layer

    def _claim(self):
        waiting, self._waiting = self.__dict__.get("_waiting") or [], []
        if waiting:
            self._adopt(waiting)

    @property
    def layers(self):
        """The layers in order; an `Input` is not among them."""
        if self.__dict__.get("_waiting"):
            if not self._native.is_built:
                return list(self._waiting)
            self._claim()
        return super().layers
