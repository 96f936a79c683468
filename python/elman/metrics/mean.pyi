"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from .. import _elman as _elman
class _OfNumbers:
    def update_state(self, values: _Data, sample_weight: _Data | None = None) -> None: ...
    def result(self) -> Any: ...
    def reset_state(self) -> None: ...
    reset_states = reset_state
    def __call__(self, values: _Data, sample_weight: _Data | None = None) -> Any: ...
class Mean(_OfNumbers):
    name: Any
    def __init__(self, name: str | None = 'mean', dtype: Any = None) -> None: ...
class Sum(_OfNumbers):
    name: Any
    def __init__(self, name: str | None = 'sum', dtype: Any = None) -> None: ...
