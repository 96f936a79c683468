"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable

_Activation: _Alias = str | _Callable[..., Any]
from .layer import Layer as Layer
class Activation(Layer):
    def __init__(self, activation: _Activation | None, **kwargs: Any) -> None: ...
