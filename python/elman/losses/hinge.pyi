"""Types; written by python/make_stubs.py."""

from typing import Any


from .loss import Loss as Loss
class Hinge(Loss):
    def __init__(self, reduction: Any = 'sum_over_batch_size', name: str | None = 'hinge', dtype: Any = None) -> None: ...
class SquaredHinge(Loss):
    def __init__(self, reduction: Any = 'sum_over_batch_size', name: str | None = 'squared_hinge', dtype: Any = None) -> None: ...
class CategoricalHinge(Loss):
    def __init__(self, reduction: Any = 'sum_over_batch_size', name: str | None = 'categorical_hinge', dtype: Any = None) -> None: ...
