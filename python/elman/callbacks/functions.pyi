"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from typing import TypeAlias as _Alias

_Verbose: _Alias = Literal['auto', 0, 1, 2]
from .._arguments import Configured as Configured
from .base import EVENTS as EVENTS, Callback as Callback
class LambdaCallback(Callback):
    def __init__(self, on_epoch_begin: Any = None, on_epoch_end: Any = None, on_train_begin: Any = None, on_train_end: Any = None, on_train_batch_begin: Any = None, on_train_batch_end: Any = None, **kwargs: Any) -> None: ...
class LearningRateScheduler(Callback):
    schedule: Any
    verbose: Any
    def __init__(self, schedule: Any, verbose: _Verbose = 0) -> None: ...
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None: ...
