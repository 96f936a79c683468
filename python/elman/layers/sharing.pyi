"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

def join(layer: Any, model: Any) -> Any: ...
