"""Models: `keras.models`."""

from ..saving import load_model, model_from_json, save_model
from .clone import clone_model
from .model import Model
from .sequential import Sequential

#: Keras's name of models that were made from inputs and outputs.
Functional = Model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]
