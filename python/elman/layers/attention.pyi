"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

from .layer import Layer as Layer
class Attention(Layer):
    def __init__(self, use_scale: bool = False, score_mode: Any = 'dot', dropout: float = 0.0, seed: int | None = None, **kwargs: Any) -> None: ...
class AdditiveAttention(Layer):
    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None: ...
class MultiHeadAttention(Layer):
    def __init__(self, num_heads: Any, key_dim: Any, value_dim: Any = None, dropout: float = 0.0, use_bias: bool = True, output_shape: Any = None, attention_axes: Any = None, sliding_window: Any = None, flash_attention: Any = None, kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None, use_gate: bool = False, seed: int | None = None, **kwargs: Any) -> None: ...
