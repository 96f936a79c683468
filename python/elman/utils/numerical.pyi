"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

def to_categorical(x: Any, num_classes: int | None = None) -> Any: ...
def normalize(x: Any, axis: Any = ..., order: Any = 2) -> Any: ...
