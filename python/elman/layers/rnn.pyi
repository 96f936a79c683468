"""Types; written by python/make_stubs.py."""

from typing import Any


from .cell import StackedRNNCells as StackedRNNCells
from .layer import Layer as Layer
class RNN(Layer):
    def __init__(self, cell: Any, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, **kwargs: Any) -> None: ...
    @property
    def cell(self) -> Any: ...
