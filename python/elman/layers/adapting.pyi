"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from .. import _elman as _elman
from .layer import Layer as Layer
class Adapting(Layer):
    def adapt(self, data: _Data, batch_size: int | None = None, steps: int | None = None) -> None: ...
class Lookup(Adapting):
    def get_vocabulary(self, include_special_tokens: bool = True) -> Any: ...
    def vocabulary_size(self) -> int: ...
    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None: ...
