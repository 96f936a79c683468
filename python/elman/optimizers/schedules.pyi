"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from collections.abc import Iterable as _Iterable
from collections.abc import Mapping as _Mapping
from numpy.typing import ArrayLike as _ArrayLike
from elman.utils.datasets import PyDataset as _PyDataset

_Data: _Alias = _ArrayLike | _Mapping[str, Any] | _Iterable[Any] | _PyDataset
from .optimizer import LearningRateSchedule as LearningRateSchedule
class CosineDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = 'CosineDecay', warmup_target: Any = None, warmup_steps: Any = 0) -> None: ...
class CosineDecayRestarts(LearningRateSchedule):
    def __init__(self, initial_learning_rate: Any, first_decay_steps: Any, t_mul: Any = 2.0, m_mul: Any = 1.0, alpha: Any = 0.0, name: str | None = 'SGDRDecay') -> None: ...
class ExponentialDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: str | None = 'ExponentialDecay') -> None: ...
class InverseTimeDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: str | None = 'InverseTimeDecay') -> None: ...
class PiecewiseConstantDecay(LearningRateSchedule):
    def __init__(self, boundaries: Any, values: _Data, name: str | None = 'PiecewiseConstant') -> None: ...
class PolynomialDecay(LearningRateSchedule):
    def __init__(self, initial_learning_rate: Any, decay_steps: Any, end_learning_rate: Any = 0.0001, power: Any = 1.0, cycle: bool = False, name: str | None = 'PolynomialDecay') -> None: ...
