"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .sharing import join as join
from .symbolic import flatten as flatten
def call_on_arrays(layer: Any, training: Any, args: Any, kwargs: Any) -> Any: ...
def flatten_arrays(args: Any) -> Any: ...
