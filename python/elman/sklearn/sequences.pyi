"""Types; written by python/make_stubs.py."""

from os import PathLike as _PathLike
from typing import Any

import numpy as np
from ..models.inputs import pad as pad, plain as plain
MASKED: Any
def sequences_of(estimator: Any, x: Any, window: int | None) -> Any: ...
def windows_of(x: Any, window: int | None) -> Any: ...
