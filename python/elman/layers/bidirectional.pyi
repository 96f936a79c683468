"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import Literal
from numpy.typing import ArrayLike as _ArrayLike


from .layer import Layer as Layer
from .parts import half as half
from .states import Recurrent as Recurrent
class Bidirectional(Recurrent, Layer):
    def __init__(self, layer: Any, merge_mode: Literal['concat', 'sum', 'ave', 'mul'] | None = 'concat', weights: _ArrayLike | None = None, backward_layer: Any = None, **kwargs: Any) -> None: ...
    @property
    def forward_layer(self) -> Any: ...
    @property
    def backward_layer(self) -> Any: ...
    @property
    def return_sequences(self) -> Any: ...
    @property
    def return_state(self) -> Any: ...
    @property
    def stateful(self) -> bool: ...
