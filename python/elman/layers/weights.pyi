"""Types; written by python/make_stubs.py."""

from typing import Any
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import NDArray as _NDArray
from elman.layers.variable import Variable as _Weight


from .variable import variables as variables
class Weighted:
    def get_weights(self) -> list[_NDArray[Any]]: ...
    def set_weights(self, weights: _ArrayLike) -> None: ...
    @property
    def weights(self) -> list[_Weight]: ...
    variables = weights
    @property
    def trainable_weights(self) -> list[_Weight]: ...
    trainable_variables = trainable_weights
    @property
    def non_trainable_weights(self) -> list[_Weight]: ...
    non_trainable_variables = non_trainable_weights
    def count_params(self) -> int: ...
