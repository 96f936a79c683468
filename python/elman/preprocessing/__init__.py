"""Keras's older place of what prepares data: `keras.preprocessing`; see `elman.utils`."""

from . import sequence
from ..utils import timeseries_dataset_from_array

__all__ = ["sequence", "timeseries_dataset_from_array"]
