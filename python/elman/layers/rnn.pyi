"""Types; written by python/make_stubs.py."""

from typing import Any


from .cell import Cell as Cell, StackedRNNCells as StackedRNNCells, cell_of as cell_of, cell_of_layer as cell_of_layer
from .layer import Layer as Layer
from .states import Recurrent as Recurrent
class RNN(Recurrent, Layer):
    def __init__(self, cell: Any, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, **kwargs: Any) -> None: ...
    @property
    def cell(self) -> Cell | Any: ...
    @property
    def state_size(self) -> Any: ...
    def get_initial_state(self, batch_size: int | None) -> Any: ...
