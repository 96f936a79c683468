"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.callbacks.base import Callback as _Callback
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
_Callbacks: _Alias = _Callback | _Iterable[_Callback]
_Verbose: _Alias = Literal['auto', 0, 1, 2]
import sys
from ..callbacks.base import History as History, prepare as prepare, tell as tell, told_of as told_of
from .batches import num_batches as num_batches, predict_in_batches as predict_in_batches, warn_of_short_epochs as warn_of_short_epochs
from .compiled import Compiled as Compiled, in_order as in_order
from .inputs import check_batches as check_batches, inputs_of as inputs_of, is_arrays as is_arrays, targets_of as targets_of
class Training(Compiled):
    def fit(self, x: _Data | None = None, y: _Data | None = None, batch_size: int | None = None, epochs: int = 1, verbose: _Verbose = 'auto', callbacks: _Callbacks | None = None, validation_split: float = 0.0, validation_data: _Data | None = None, shuffle: bool = True, class_weight: _Mapping[Any, float] | str | None = None, sample_weight: _Data | None = None, initial_epoch: int = 0, steps_per_epoch: int | None = None, validation_steps: int | None = None, validation_batch_size: int | None = None, validation_freq: int | _Iterable[int] = 1) -> History: ...
    def evaluate(self, x: _Data | None = None, y: _Data | None = None, batch_size: int | None = None, verbose: _Verbose = 'auto', sample_weight: _Data | None = None, steps: int | None = None, callbacks: _Callbacks | None = None, return_dict: bool = False, **kwargs: Any) -> Any: ...
    def train_on_batch(self, x: _Data | None, y: _Data | None = None, sample_weight: _Data | None = None, class_weight: _Mapping[Any, float] | str | None = None, return_dict: bool = False) -> Any: ...
    def test_on_batch(self, x: _Data | None, y: _Data | None = None, sample_weight: _Data | None = None, return_dict: bool = False) -> Any: ...
    def predict(self, x: _Data | None, batch_size: int | None = None, verbose: _Verbose = 'auto', steps: int | None = None, callbacks: _Callbacks | None = None) -> Any: ...
    def predict_on_batch(self, x: _Data | None) -> Any: ...
def progress(verbose: _Verbose) -> Any: ...
