"""Recurrent layers over any cell."""

from .cell import Cell, StackedRNNCells, cell_of, cell_of_layer
from .layer import Layer
from .states import Recurrent


class RNN(Recurrent, Layer):
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
        if isinstance(cell, Cell):
            self._take_cell(cell)

    def _take_cell(self, cell):
        self._cell = cell
        cell._enter(self._homes)

    @property
    def cell(self):
        """The cell, with the weights of the layer.

        >>> import elman
        >>> layer = elman.layers.GRU(4)
        >>> layer.build((None, 5, 3))
        >>> layer.cell.recurrent_kernel.shape
        (4, 12)
        """
        if "_cell" not in self.__dict__:
            described = self.get_config().get("cell")
            self._take_cell(cell_of(described) if described else cell_of_layer(self))
        return self._cell

    @property
    def state_size(self):
        """The sizes of the states, in a list."""
        sizes = self.cell.state_size
        return sizes if isinstance(sizes, list) else [sizes]

    def get_initial_state(self, batch_size):
        """States of zeros, which `initial_state` takes."""
        return self.cell.get_initial_state(batch_size)
