"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .._arguments import Configured as Configured
class Initializer(Configured):
    def __call__(self, shape: Any, dtype: Any = None) -> Any: ...
