"""Types; written by python/make_stubs.py."""

from typing import Any


def join(layer: Any, model: Any) -> Any: ...
