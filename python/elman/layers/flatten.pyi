"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class Flatten(Layer):
    def __init__(self, data_format: Any = None, **kwargs: Any) -> None: ...
