"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
from .parts import Part as Part, everything as everything
class TimeDistributed(Layer):
    def __init__(self, layer: Any, **kwargs: Any) -> None: ...
    @property
    def layer(self) -> Any: ...
