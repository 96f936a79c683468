"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Activation: _Alias = str | _Callable[..., Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .cell import Cell as Cell
from .rnn import RNN as RNN
class GRU(RNN):
    def __init__(self, units: int, activation: _Activation | None = 'tanh', recurrent_activation: _Activation | None = 'sigmoid', use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', recurrent_initializer: _Named | None = 'orthogonal', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, recurrent_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, activity_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, recurrent_constraint: _Named | None = None, bias_constraint: _Named | None = None, dropout: float = 0.0, recurrent_dropout: float = 0.0, seed: int | None = None, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False, stateful: bool = False, unroll: bool = False, reset_after: bool = True, use_cudnn: Any = 'auto', **kwargs: Any) -> None: ...
class GRUCell(Cell):
    def __init__(self, units: int, activation: _Activation | None = 'tanh', recurrent_activation: _Activation | None = 'sigmoid', use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', recurrent_initializer: _Named | None = 'orthogonal', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, recurrent_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, recurrent_constraint: _Named | None = None, bias_constraint: _Named | None = None, dropout: float = 0.0, recurrent_dropout: float = 0.0, reset_after: bool = True, seed: int | None = None, **kwargs: Any) -> None: ...
