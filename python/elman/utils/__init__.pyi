"""Types; written by python/make_stubs.py."""




from .datasets import PyDataset as PyDataset, Sequence as Sequence
from .numerical import normalize as normalize, to_categorical as to_categorical
from .pictures import plot_model as plot_model
from .randomness import clear_session as clear_session, set_random_seed as set_random_seed
from .sequences import pad_sequences as pad_sequences, timeseries_dataset_from_array as timeseries_dataset_from_array
__all__ = ['PyDataset', 'Sequence', 'clear_session', 'normalize', 'pad_sequences', 'plot_model', 'set_random_seed', 'timeseries_dataset_from_array', 'to_categorical']
