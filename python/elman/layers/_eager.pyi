"""Types; written by python/make_stubs.py."""

from typing import Any
from collections.abc import Sequence as _Sequence


from .. import _elman as _elman
from .parts import Part as Part
from .sharing import join as join
from .symbolic import flatten as flatten
def call_on_arrays(layer: Any, training: Any, args: Any, kwargs: Any) -> Any: ...
def build(layer: Any, input_shape: _Sequence[int | None]) -> None: ...
def flatten_arrays(args: Any) -> Any: ...
