"""Types; written by python/make_stubs.py."""




from . import sequence as sequence
from ..utils import timeseries_dataset_from_array as timeseries_dataset_from_array
__all__ = ['sequence', 'timeseries_dataset_from_array']
