"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
import numpy as np
from ..models.inputs import pad as pad, plain as plain
MASKED: Any
def sequences_of(estimator: Any, x: _Data | None, window: int | None) -> Any: ...
def windows_of(x: _Data | None, window: int | None) -> Any: ...
