"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from os import PathLike as _PathLike
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import NDArray as _NDArray
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
_Path: _Alias = str | _PathLike[str]
import html
import os
from . import _elman as _elman
class Picture:
    svg: str
    def __init__(self, svg: Any) -> None: ...
    def __repr__(self) -> str: ...
    def save(self, path: _Path | None) -> None: ...
def table(title: Any, head: Any, rows: Any, notes: Any = ...) -> Any: ...
class Curves:
    def plot(self, path: _Path | None = None) -> Picture: ...
class Pictures:
    def hidden_states(self, x: _Data | None, layer: Any = None) -> _NDArray[Any]: ...
    def plot_states(self, x: _Data | None, layer: Any = None, sample: int = 0, path: _Path | None = None) -> Picture: ...
