"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .._copies import state_without as state_without
from .._arguments import Configured as Configured, arguments as arguments
class Optimizer(Configured):
    @property
    def learning_rate(self) -> Any: ...
    @learning_rate.setter
    def learning_rate(self, rate: float) -> None: ...
    lr = learning_rate
    def __getstate__(self) -> Any: ...
    @property
    def iterations(self) -> int: ...
    @property
    def name(self) -> str: ...
class LearningRateSchedule(Configured):
    def __call__(self, step: int) -> Any: ...
