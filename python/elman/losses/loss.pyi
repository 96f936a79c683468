"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

from .. import _elman as _elman
from .._arguments import Configured as Configured
class Loss(Configured):
    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any: ...
    def call(self, y_true: Any, y_pred: Any) -> Any: ...
