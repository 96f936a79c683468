"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class Identity(Layer):
    def __init__(self, **kwargs: Any) -> None: ...
