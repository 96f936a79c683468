"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from . import _elman as _elman
from ._arguments import Configured as Configured, find as find, serialize as serialize, table_of as table_of
class Regularizer(Configured):
    def __call__(self, x: _Data | None) -> Any: ...
class L1(Regularizer):
    def __init__(self, l1: Any = 0.01) -> None: ...
class L2(Regularizer):
    def __init__(self, l2: Any = 0.01) -> None: ...
class L1L2(Regularizer):
    def __init__(self, l1: Any = 0.0, l2: Any = 0.0) -> None: ...
class OrthogonalRegularizer(Regularizer):
    def __init__(self, factor: float = 0.01, mode: str | None = 'rows') -> None: ...
l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer
def get(identifier: Any) -> Any: ...
deserialize = get
__all__ = ['L1', 'L1L2', 'L2', 'OrthogonalRegularizer', 'Regularizer', 'deserialize', 'get', 'l1', 'l1_l2', 'l2', 'orthogonal_regularizer', 'serialize']
