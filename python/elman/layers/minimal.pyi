"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .cell import Cell as Cell
from .rnn import RNN as RNN
class MinGRU(RNN):
    def __init__(self, units: int, positive: bool = True, use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, activity_regularizer: _Named | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, **kwargs: Any) -> None: ...
class MinGRUCell(Cell):
    def __init__(self, units: int, positive: bool = True, use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, **kwargs: Any) -> None: ...
class MinLSTM(RNN):
    def __init__(self, units: int, positive: bool = True, use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, activity_regularizer: _Named | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, **kwargs: Any) -> None: ...
class MinLSTMCell(Cell):
    def __init__(self, units: int, positive: bool = True, use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, **kwargs: Any) -> None: ...
