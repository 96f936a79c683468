"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .layer import Layer as Layer
class BatchNormalization(Layer):
    def __init__(self, axis: Any = ..., momentum: Any = 0.99, epsilon: Any = 0.001, center: bool = True, scale: bool = True, beta_initializer: _Named | None = 'zeros', gamma_initializer: _Named | None = 'ones', moving_mean_initializer: _Named | None = 'zeros', moving_variance_initializer: _Named | None = 'ones', beta_regularizer: _Named | None = None, gamma_regularizer: _Named | None = None, beta_constraint: _Named | None = None, gamma_constraint: _Named | None = None, renorm: bool = False, renorm_clipping: Any = None, renorm_momentum: Any = 0.99, synchronized: bool = False, **kwargs: Any) -> None: ...
class LayerNormalization(Layer):
    def __init__(self, axis: Any = ..., epsilon: Any = 0.001, center: bool = True, scale: bool = True, beta_initializer: _Named | None = 'zeros', gamma_initializer: _Named | None = 'ones', beta_regularizer: _Named | None = None, gamma_regularizer: _Named | None = None, beta_constraint: _Named | None = None, gamma_constraint: _Named | None = None, **kwargs: Any) -> None: ...
class RMSNormalization(Layer):
    def __init__(self, axis: Any = ..., epsilon: Any = 1e-06, **kwargs: Any) -> None: ...
