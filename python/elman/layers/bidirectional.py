"""Both directions of time."""

from .layer import Layer


class Bidirectional(Layer):
    """A recurrent layer that reads the sequence from both ends.

    `merge_mode` is `"concat"`, `"sum"`, `"ave"`, `"mul"`, or `None` for both outputs.

    >>> import numpy as np
    >>> from elman.layers import LSTM
    >>> Bidirectional(LSTM(4, return_sequences=True))(np.ones((2, 6, 3))).shape
    (2, 6, 8)
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        self._make(locals())
