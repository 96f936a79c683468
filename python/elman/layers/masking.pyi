"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class Masking(Layer):
    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None: ...
