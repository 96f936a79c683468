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

import importlib

from . import _elman

__version__ = _elman.__version__

#: What is imported when it is first asked for, so that the import of elman itself is quick.
_MODULES = (
    "activations",
    "backend",
    "callbacks",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "saving",
    "utils",
)
_NAMES = {
    "Initializer": "initializers",
    "Input": "layers",
    "KerasTensor": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "convert": "saving",
}

__all__ = ["__version__", *_MODULES, *_NAMES]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"elman.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"elman.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'elman' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
