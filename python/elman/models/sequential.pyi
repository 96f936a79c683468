"""Types; written by python/make_stubs.py."""

from typing import Any


from .. import _elman as _elman
from ..layers.layer import Layer as Layer
from ..layers.symbolic import KerasTensor as KerasTensor
from .model import Model as Model
class Sequential(Model):
    trainable: Any
    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None: ...
    def add(self, layer: Any, rebuild: bool = True) -> None: ...
    def pop(self, rebuild: bool = True) -> Any: ...
    @property
    def layers(self) -> Any: ...
