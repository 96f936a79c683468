"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Activation: _Alias = str | _Callable[..., Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .layer import Layer as Layer
class Dense(Layer):
    def __init__(self, units: int, activation: _Activation | None = None, use_bias: bool = True, kernel_initializer: _Named | None = 'glorot_uniform', bias_initializer: _Named | None = 'zeros', kernel_regularizer: _Named | None = None, bias_regularizer: _Named | None = None, activity_regularizer: _Named | None = None, kernel_constraint: _Named | None = None, bias_constraint: _Named | None = None, lora_rank: Any = None, lora_alpha: Any = None, quantization_config: Any = None, **kwargs: Any) -> None: ...
