"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

from .layer import Layer as Layer
class Bidirectional(Layer):
    def __init__(self, layer: Any, merge_mode: str | None = 'concat', weights: Any = None, backward_layer: Any = None, **kwargs: Any) -> None: ...
