"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
from .layer import Layer as Layer
class Embedding(Layer):
    def __init__(self, input_dim: int, output_dim: int, embeddings_initializer: _Named | None = 'uniform', embeddings_regularizer: _Named | None = None, embeddings_constraint: _Named | None = None, mask_zero: bool = False, weights: _ArrayLike | None = None, lora_rank: Any = None, lora_alpha: Any = None, quantization_config: Any = None, **kwargs: Any) -> None: ...
