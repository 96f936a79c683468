"""Utilities: `keras.utils`."""

from .datasets import PyDataset, Sequence
from .numerical import normalize, to_categorical
from .pictures import plot_model
from .randomness import clear_session, set_random_seed
from .sequences import pad_sequences, timeseries_dataset_from_array

__all__ = [
    "PyDataset",
    "Sequence",
    "clear_session",
    "normalize",
    "pad_sequences",
    "plot_model",
    "set_random_seed",
    "timeseries_dataset_from_array",
    "to_categorical",
]
