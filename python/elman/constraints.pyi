"""Types; written by python/make_stubs.py."""

from typing import Any
from numpy.typing import ArrayLike as _ArrayLike


from . import _elman as _elman
from ._arguments import Configured as Configured, find as find, serialize as serialize, table_of as table_of
class Constraint(Configured):
    def __call__(self, w: _ArrayLike) -> Any: ...
class MaxNorm(Constraint):
    def __init__(self, max_value: Any = 2, axis: Any = 0) -> None: ...
class MinMaxNorm(Constraint):
    def __init__(self, min_value: Any = 0.0, max_value: Any = 1.0, rate: float = 1.0, axis: Any = 0) -> None: ...
class NonNeg(Constraint):
    ...
class UnitNorm(Constraint):
    def __init__(self, axis: Any = 0) -> None: ...
max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
def get(identifier: Any) -> Any: ...
deserialize = get
__all__ = ['Constraint', 'MaxNorm', 'MinMaxNorm', 'NonNeg', 'UnitNorm', 'deserialize', 'get', 'max_norm', 'min_max_norm', 'non_neg', 'serialize', 'unit_norm']
