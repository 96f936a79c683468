"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import NDArray as _NDArray
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
def to_categorical(x: _Data | None, num_classes: int | None = None) -> _NDArray[Any]: ...
def normalize(x: _Data | None, axis: Any = ..., order: Any = 2) -> _NDArray[Any]: ...
