"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class GaussianNoise(Layer):
    def __init__(self, stddev: Any, seed: int | None = None, **kwargs: Any) -> None: ...
class GaussianDropout(Layer):
    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None: ...
class SpatialDropout1D(Layer):
    def __init__(self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None) -> None: ...
