"""Recurrent neural networks with Keras's layers, names and files, computed in Rust.

```python
from elman.models import Sequential
from elman.layers import SimpleRNN

model = Sequential()
model.add(SimpleRNN(3, input_shape=(2, 10)))
model.summary()
```

The modules are those of Keras: `elman.models`, `elman.layers`, `elman.optimizers`, `elman.losses`,
`elman.metrics`, `elman.callbacks`, `elman.initializers`, `elman.regularizers`, `elman.constraints`,
`elman.activations`, `elman.utils`, `elman.saving`.
"""

from . import _elman

__version__ = _elman.__version__

from . import (  # noqa: E402 (the version comes first)
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    utils,
)
from .layers import Input, Layer
from .models import Model, Sequential
from .saving import convert

__all__ = [
    "Input",
    "Layer",
    "Model",
    "Sequential",
    "activations",
    "callbacks",
    "constraints",
    "convert",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "saving",
    "utils",
]
