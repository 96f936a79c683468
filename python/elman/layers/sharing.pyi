"""Types; written by python/make_stubs.py."""

from typing import Any


from .parts import Part as Part
def join(layer: Any, model: Any) -> Any: ...
