"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

from .. import _elman as _elman
def pad_sequences(sequences: Any, maxlen: int | None = None, dtype: Any = 'int32', padding: Any = 'pre', truncating: Any = 'pre', value: Any = 0.0) -> Any: ...
def timeseries_dataset_from_array(data: Any, targets: Any, sequence_length: Any, sequence_stride: Any = 1, sampling_rate: Any = 1, batch_size: int | None = 128, shuffle: bool = False, seed: int | None = None, start_index: Any = None, end_index: Any = None) -> Any: ...
