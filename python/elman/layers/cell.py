"""Cells: one step of a recurrent layer, for `RNN`."""

from .. import _elman
from .._arguments import Configured, arguments


class Cell(Configured):
    """One step of a recurrent layer."""

    _kind = "cell"

    def _make(self, scope):
        given = {k: v for k, v in arguments(scope).items() if v is not None or k.endswith("activation")}
        given.setdefault("name", "cell")
        _elman.complete("cell", {"class_name": self._keras_name, "config": given})
        self._config = given

    @property
    def name(self):
        """The name, which stands in files."""
        return self._config["name"]


class StackedRNNCells(Cell):
    """Several cells, each on the output of the one before, as one.

    >>> import numpy as np
    >>> from elman.layers import RNN, GRUCell
    >>> RNN(StackedRNNCells([GRUCell(4), GRUCell(5)]))(np.ones((2, 6, 3))).shape
    (2, 5)
    """

    def __init__(self, cells, **kwargs):
        self._make(locals())

    def _make(self, scope):
        self.cells = list(scope["cells"])
        super()._make(scope)
