"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import NDArray as _NDArray
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from .. import _elman as _elman
def pad_sequences(sequences: _Data, maxlen: int | None = None, dtype: Any = 'int32', padding: Any = 'pre', truncating: Any = 'pre', value: Any = 0.0) -> _NDArray[Any]: ...
def timeseries_dataset_from_array(data: _Data, targets: _Data, sequence_length: Any, sequence_stride: Any = 1, sampling_rate: Any = 1, batch_size: int | None = 128, shuffle: bool = False, seed: int | None = None, start_index: Any = None, end_index: Any = None) -> Any: ...
