"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class MaxPooling1D(Layer):
    def __init__(self, pool_size: Any = 2, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: str | None = None, **kwargs: Any) -> None: ...
class AveragePooling1D(Layer):
    def __init__(self, pool_size: Any, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: str | None = None, **kwargs: Any) -> None: ...
class GlobalMaxPooling1D(Layer):
    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None: ...
class GlobalAveragePooling1D(Layer):
    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None: ...
