"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.callbacks.base import Callback as _Callback
from elman._arguments import Configured as _Configured
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
_Callbacks: _Alias = _Callback | _Iterable[_Callback]
_Verbose: _Alias = Literal['auto', 0, 1, 2]
import numpy as np
from sklearn.base import ClassifierMixin  # type: ignore[import-untyped, unused-ignore]
from sklearn.utils import column_or_1d  # type: ignore[import-untyped, unused-ignore]
from sklearn.utils.class_weight import compute_sample_weight  # type: ignore[import-untyped, unused-ignore]
from sklearn.utils.multiclass import check_classification_targets  # type: ignore[import-untyped, unused-ignore]
from ..layers import Dense as Dense
from ..models.inputs import plain as plain
from .base import PARAMETERS as PARAMETERS, SequenceEstimator as SequenceEstimator
class SequenceClassifier(ClassifierMixin, SequenceEstimator):  # type: ignore[misc, unused-ignore]
    class_weight: Any
    def __init__(self, cell: Any = 'lstm', units: int = 32, layers: Any = 1, bidirectional: bool = False, dropout: float = 0.0, window: int | None = None, step: int = 1, epochs: int = 20, batch_size: int | None = 32, optimizer: _Named = 'adam', learning_rate: Any = None, validation_split: float = 0.0, callbacks: _Callbacks | None = None, class_weight: _Mapping[Any, float] | str | None = None, verbose: _Verbose = 0, random_state: Any = None) -> None: ...
    def fit(self, X: Any, y: _Data | None, sample_weight: _Data | None = None) -> Any: ...
    def predict_proba(self, X: Any) -> Any: ...
    def predict(self, X: Any) -> Any: ...
