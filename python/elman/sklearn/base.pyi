"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from elman.callbacks.base import Callback as _Callback
from elman._arguments import Configured as _Configured

_Config: _Alias = _Mapping[str, Any]
_Named: _Alias = str | _Configured | _Callable[..., Any] | _Config
_Callbacks: _Alias = _Callback | _Iterable[_Callback]
_Verbose: _Alias = Literal['auto', 0, 1, 2]
import copy
import numbers
import numpy as np
from sklearn.base import BaseEstimator  # type: ignore[import-untyped, unused-ignore]
from sklearn.utils import check_random_state  # type: ignore[import-untyped, unused-ignore]
from sklearn.utils.validation import _check_feature_names, _check_sample_weight, check_is_fitted  # type: ignore[import-untyped, unused-ignore]
from .. import _elman as _elman, layers as layers, optimizers as optimizers
from ..models import Sequential as Sequential
from ..models.inputs import plain as plain
from .sequences import MASKED as MASKED, sequences_of as sequences_of, windows_of as windows_of
CELLS: Any
class SequenceEstimator(BaseEstimator):  # type: ignore[misc, unused-ignore]
    cell: Any
    units: Any
    layers: Any
    bidirectional: Any
    dropout: Any
    window: Any
    step: Any
    epochs: Any
    batch_size: Any
    optimizer: Any
    learning_rate: Any
    validation_split: Any
    callbacks: Any
    verbose: Any
    random_state: Any
    def __init__(self, cell: Any = 'lstm', units: int = 32, layers: Any = 1, bidirectional: bool = False, dropout: float = 0.0, window: int | None = None, step: int = 1, epochs: int = 20, batch_size: int | None = 32, optimizer: _Named = 'adam', learning_rate: Any = None, validation_split: float = 0.0, callbacks: _Callbacks | None = None, verbose: _Verbose = 0, random_state: Any = None) -> None: ...
    def __sklearn_tags__(self) -> Any: ...
PARAMETERS: Any
