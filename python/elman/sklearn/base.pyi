"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

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
    def __init__(self, cell: Any = 'lstm', units: int = 32, layers: Any = 1, bidirectional: bool = False, dropout: float = 0.0, window: int | None = None, step: int = 1, epochs: int = 20, batch_size: int | None = 32, optimizer: Any = 'adam', learning_rate: Any = None, validation_split: float = 0.0, callbacks: Any = None, verbose: str | int = 0, random_state: Any = None) -> None: ...
    def __sklearn_tags__(self) -> Any: ...
PARAMETERS: Any
