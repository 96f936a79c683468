"""Types; written by python/make_stubs.py."""

from typing import Any


from .layer import Layer as Layer
class ActivityRegularization(Layer):
    def __init__(self, l1: Any = 0.0, l2: Any = 0.0, **kwargs: Any) -> None: ...
