"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .model import Model as Model
def clone_model(model: Any, input_tensors: Any = None, clone_function: Any = None, call_function: Any = None, **kwargs: Any) -> Any: ...
