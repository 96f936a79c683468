"""Types; written by python/make_stubs.py."""

from typing import Any
from typing import TypeAlias as _Alias
from os import PathLike as _PathLike

_Path: _Alias = str | _PathLike[str]
from .. import _elman as _elman

def plot_model(model: Any, to_file: _Path | None = 'model.svg', show_shapes: bool = False, show_dtype: bool = False, show_layer_names: bool = False, rankdir: Any = 'TB', expand_nested: bool = False, dpi: Any = 200, show_layer_activations: bool = False, show_trainable: bool = False) -> Any: ...
