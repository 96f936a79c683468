"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .layer import Layer as Layer
from .symbolic import KerasTensor as KerasTensor
class InputLayer(Layer):
    def __init__(self, shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None, ragged: Any = None, batch_shape: Any = None, input_tensor: Any = None, optional: bool = False, name: str | None = None, **kwargs: Any) -> None: ...
    @property
    def output(self) -> Any: ...
    @property
    def batch_shape(self) -> Any: ...
def Input(shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None, ragged: Any = None, batch_shape: Any = None, name: str | None = None, tensor: Any = None, optional: bool = False) -> Any: ...
