"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from numpy.typing import ArrayLike as _ArrayLike


from .layer import Layer as Layer
class Bidirectional(Layer):
    def __init__(self, layer: Any, merge_mode: Literal['concat', 'sum', 'ave', 'mul'] | None = 'concat', weights: _ArrayLike | None = None, backward_layer: Any = None, **kwargs: Any) -> None: ...
