"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin  # type: ignore[import-untyped, unused-ignore]
from ..layers import Dense as Dense
from ..models.inputs import plain as plain
from .base import PARAMETERS as PARAMETERS, SequenceEstimator as SequenceEstimator
class SequenceRegressor(RegressorMixin, SequenceEstimator):  # type: ignore[misc, unused-ignore]
    loss: Any
    def __init__(self, cell: Any = 'lstm', units: int = 32, layers: Any = 1, bidirectional: bool = False, dropout: float = 0.0, window: int | None = None, step: int = 1, epochs: int = 20, batch_size: int | None = 32, optimizer: Any = 'adam', learning_rate: Any = None, loss: Any = 'mse', validation_split: float = 0.0, callbacks: Any = None, verbose: str | int = 0, random_state: Any = None) -> None: ...
    def __sklearn_tags__(self) -> Any: ...
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any: ...
    def predict(self, X: Any) -> Any: ...
