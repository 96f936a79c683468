"""Utilities: `keras.utils`."""

from .datasets import PyDataset, Sequence
from .numerical import normalize, to_categorical
from .randomness import clear_session, set_random_seed
from .sequences import pad_sequences, timeseries_dataset_from_array

__all__ = [
    "PyDataset",
    "Sequence",
    "clear_session",
    "normalize",
    "pad_sequences",
    "set_random_seed",
    "timeseries_dataset_from_array",
    "to_categorical",
]
