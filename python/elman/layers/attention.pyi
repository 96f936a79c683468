"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .layer import Layer as Layer
class Attention(Layer):
    def __init__(self, use_scale: bool = False, score_mode: Any = 'dot', dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None: ...
class AdditiveAttention(Layer):
    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None: ...
class MultiHeadAttention(Layer):
    def __init__(self, num_heads: Any, key_dim: Any, value_dim: Any = None, dropout: float = 0.0, use_bias: bool = True, output_shape: Any = None, attention_axes: Any = None, sliding_window: Any = None, flash_attention: Any = None, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, activity_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, use_gate: bool = False, seed: int | None = None, **kwargs: Any) -> None: ...
