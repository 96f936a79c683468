"""Recurrent layers over any cell."""

from .cell import StackedRNNCells
from .layer import Layer


class RNN(Layer):
    """A recurrent layer over a cell, or over a list of cells, each on the output of the one before.

    Input `(batch, time, ...)`; output as that of the cell, with an axis of time with
    `return_sequences`; with `return_state`, the states of the last step besides.

    >>> import numpy as np
    >>> from elman.layers import LSTMCell
    >>> RNN(LSTMCell(4), return_sequences=True)(np.ones((2, 6, 3))).shape
    (2, 6, 4)
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        self._make(locals())
        self._cell = cell

    @property
    def cell(self):
        """The cell."""
        return self.__dict__.get("_cell") or self.get_config()["cell"]
