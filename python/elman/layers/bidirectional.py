"""Both directions of time."""

from .layer import Layer
from .parts import half
from .states import Recurrent


class Bidirectional(Recurrent, Layer):
    """A recurrent layer that reads the sequence from both ends.

    `merge_mode` is `"concat"`, `"sum"`, `"ave"`, `"mul"`, or `None` for both outputs.

    >>> import numpy as np
    >>> from elman.layers import LSTM
    >>> both = Bidirectional(LSTM(4, return_sequences=True))
    >>> both(np.ones((2, 6, 3))).shape
    (2, 6, 8)
    >>> both.backward_layer.get_weights()[0].shape
    (3, 16)
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        self._make(locals())

    @property
    def forward_layer(self):
        """The layer that reads from the start, with its weights."""
        return self._part("forward_layer", self.get_config()["layer"], half(0))

    @property
    def backward_layer(self):
        """The layer that reads from the end, with its weights."""
        return self._part("backward_layer", self.get_config()["backward_layer"], half(1))

    @property
    def return_sequences(self):
        """Whether there is an output for each step."""
        return self.get_config()["layer"]["config"]["return_sequences"]

    @property
    def return_state(self):
        """Whether the states of the last step are outputs, too."""
        return self.get_config()["layer"]["config"]["return_state"]

    @property
    def stateful(self):
        """Whether states are carried from call to call."""
        return self.get_config()["layer"]["config"]["stateful"]
