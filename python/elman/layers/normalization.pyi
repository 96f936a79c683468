"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

from .layer import Layer as Layer
class BatchNormalization(Layer):
    def __init__(self, axis: Any = ..., momentum: Any = 0.99, epsilon: Any = 0.001, center: bool = True, scale: bool = True, beta_initializer: Any = 'zeros', gamma_initializer: Any = 'ones', moving_mean_initializer: Any = 'zeros', moving_variance_initializer: Any = 'ones', beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None, gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None, renorm_momentum: Any = 0.99, synchronized: bool = False, **kwargs: Any) -> None: ...
class LayerNormalization(Layer):
    def __init__(self, axis: Any = ..., epsilon: Any = 0.001, center: bool = True, scale: bool = True, beta_initializer: Any = 'zeros', gamma_initializer: Any = 'ones', beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None, gamma_constraint: Any = None, **kwargs: Any) -> None: ...
class RMSNormalization(Layer):
    def __init__(self, axis: Any = ..., epsilon: Any = 1e-06, **kwargs: Any) -> None: ...
