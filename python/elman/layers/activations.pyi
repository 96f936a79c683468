"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .layer import Layer as Layer
class ReLU(Layer):
    def __init__(self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any) -> None: ...
class LeakyReLU(Layer):
    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None: ...
class PReLU(Layer):
    def __init__(self, alpha_initializer: _Named | None = 'Zeros', alpha_regularizer: _Named | None = None, alpha_constraint: _Named | None = None, shared_axes: Any = None, **kwargs: Any) -> None: ...
class ELU(Layer):
    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None: ...
class Softmax(Layer):
    def __init__(self, axis: Any = ..., **kwargs: Any) -> None: ...
