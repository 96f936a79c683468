"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class Dropout(Layer):
    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None: ...
