"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from .._arguments import Configured as Configured, arguments as arguments
class Cell(Configured):
    @property
    def name(self) -> str: ...
class StackedRNNCells(Cell):
    def __init__(self, cells: Any, **kwargs: Any) -> None: ...
