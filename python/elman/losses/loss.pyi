"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from .. import _elman as _elman
from .._arguments import Configured as Configured
class Loss(Configured):
    def __call__(self, y_true: _ArrayLike, y_pred: _ArrayLike, sample_weight: _Data | None = None) -> Any: ...
    def call(self, y_true: _ArrayLike, y_pred: _ArrayLike) -> Any: ...
