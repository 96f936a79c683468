"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
import math
from .. import _elman as _elman
from ..callbacks.base import tell as tell
from .inputs import inputs_of as inputs_of, is_arrays as is_arrays
BATCH_SIZE: Any
def num_batches(x: _Data | None, batch_size: int | None = None, validation_split: float = 0.0) -> Any: ...
def warn_of_short_epochs(batches: Any, steps: int | None, epochs: int, initial_epoch: int) -> Any: ...
def predict_in_batches(model: Any, x: _Data | None, batch_size: int | None, steps: int | None, told: Any, style: Literal['keras3', 'keras2', 'keras2.7']) -> Any: ...
