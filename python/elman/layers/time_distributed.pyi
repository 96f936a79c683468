"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class TimeDistributed(Layer):
    def __init__(self, layer: Any, **kwargs: Any) -> None: ...
