"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from collections.abc import Sequence as _Sequence
from numpy.typing import ArrayLike as _ArrayLike
from elman.callbacks.base import Callback as _Callback
from elman._arguments import Configured as _Configured
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
_Nested: _Alias = _Named | _Sequence[Any] | _Mapping[str, Any]
_Callbacks: _Alias = _Callback | _Iterable[_Callback]
_Verbose: _Alias = Literal['auto', 0, 1, 2]
import numpy as np
from sklearn.base import RegressorMixin  # type: ignore[import-untyped, unused-ignore]
from ..layers import Dense as Dense
from ..models.inputs import plain as plain
from .base import PARAMETERS as PARAMETERS, SequenceEstimator as SequenceEstimator
class SequenceRegressor(RegressorMixin, SequenceEstimator):  # type: ignore[misc, unused-ignore]
    loss: Any
    def __init__(self, cell: Any = 'lstm', units: int = 32, layers: Any = 1, bidirectional: bool = False, dropout: float = 0.0, window: int | None = None, step: int = 1, epochs: int = 20, batch_size: int | None = 32, optimizer: _Named = 'adam', learning_rate: Any = None, loss: _Nested | None = 'mse', validation_split: float = 0.0, callbacks: _Callbacks | None = None, verbose: _Verbose = 0, random_state: Any = None) -> None: ...
    def __sklearn_tags__(self) -> Any: ...
    def fit(self, X: Any, y: _Data | None, sample_weight: _Data | None = None) -> Any: ...
    def predict(self, X: Any) -> Any: ...
