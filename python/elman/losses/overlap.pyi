"""Types; written by python/make_stubs.py."""

from typing import Any


from .loss import Loss as Loss
class Dice(Loss):
    def __init__(self, reduction: Any = 'sum_over_batch_size', name: str | None = 'dice', axis: Any = None, dtype: Any = None) -> None: ...
class Tversky(Loss):
    def __init__(self, alpha: Any = 0.5, beta: Any = 0.5, reduction: Any = 'sum_over_batch_size', name: str | None = 'tversky', axis: Any = None, dtype: Any = None) -> None: ...
class Circle(Loss):
    def __init__(self, gamma: Any = 80.0, margin: Any = 0.4, remove_diagonal: bool = True, reduction: Any = 'sum_over_batch_size', name: str | None = 'circle', dtype: Any = None) -> None: ...
