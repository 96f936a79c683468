"""Cells: one step of a recurrent layer, for `RNN`."""

from .. import _elman
from .._arguments import Configured, arguments
from .._copies import state_without
from .parts import Part, everything
from .states import zeros
from .variable import own_weight
from .weights import Weighted


class Cell(Weighted, Configured):
    """One step of a recurrent layer, with the weights of the layer that it is in."""

    _kind = "cell"

    #: How many states of `units` values it has, and how many weights beside the bias.
    _num_states, _num_kernels = 1, 2

    def _make(self, scope):
        given = {k: v for k, v in arguments(scope).items() if v is not None or k.endswith("activation")}
        given.setdefault("name", "cell")
        _elman.complete("cell", {"class_name": self._keras_name, "config": given})
        self._config = given
        self._homes = []

    @property
    def name(self):
        """The name, which stands in files."""
        return self._config["name"]

    @property
    def built(self):
        """Whether the weights exist."""
        return self._home is not None and self._home[0].is_built

    @property
    def _num_weights(self):
        return self._num_kernels + bool(self.use_bias)

    @property
    def state_size(self):
        """The number of values of the state; of several states, a list."""
        return self.units if self._num_states == 1 else [self.units] * self._num_states

    @property
    def output_size(self):
        """The number of values of the output."""
        return self.units

    def get_initial_state(self, batch_size):
        """Zeros, as many as there are states."""
        sizes = self.state_size
        return zeros(sizes if isinstance(sizes, list) else [sizes], batch_size)

    def _enter(self, homes, cut=everything):
        """Notes the layer that it is in from now on, by the homes of that one. One that is in another
        already stays there: layers have their own weights."""
        if not self._homes:
            self._homes.append((Part(homes, cut), self.name))

    def __getattr__(self, name):
        if "_config" in self.__dict__ and name not in self._config and not name.startswith("_"):
            if (weight := own_weight(self, name)) is not None:
                return weight
        return super().__getattr__(name)

    def __getstate__(self):
        """A copy is a cell that no layer has."""
        return {**state_without(self, "_homes"), "_homes": []}


class StackedRNNCells(Cell):
    """Several cells, each on the output of the one before, as one.

    >>> import numpy as np
    >>> from elman.layers import RNN, GRUCell
    >>> cell = StackedRNNCells([GRUCell(4), GRUCell(5)])
    >>> RNN(cell)(np.ones((2, 6, 3))).shape
    (2, 5)
    >>> cell.cells[1].kernel.shape
    (4, 15)
    """

    def __init__(self, cells, **kwargs):
        self._make(locals())

    def _make(self, scope):
        super()._make(scope)
        self.cells = [cell if isinstance(cell, Cell) else cell_of(cell) for cell in scope["cells"]]
        first = 0
        for cell in self.cells:
            own = slice(first, first + cell._num_weights)
            cell._enter(self._homes, lambda _count, own=own: own)
            first = own.stop

    @property
    def _num_weights(self):
        return sum(cell._num_weights for cell in self.cells)

    @property
    def state_size(self):
        """The sizes of the cells' states."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self):
        """The number of values of the last cell's output."""
        return self.cells[-1].output_size


def cell_of(described):
    """The cell that a description stands for, as configurations hold it."""
    return _classes()[described["class_name"]].from_config(described["config"])


def cell_of_layer(layer):
    """The cell of a layer that is one cell over time, such as `LSTM`."""
    import inspect

    cls, config = _classes()[f"{layer._keras_name}Cell"], layer.get_config()
    own = [key for key in inspect.signature(cls.__init__).parameters if key in config]
    return cls(**{key: config[key] for key in own}, name=f"{layer._keras_name.lower()}_cell")


def _classes():
    """The classes of cells by name."""
    return {cls._keras_name: cls for cls in Cell.__subclasses__()}
