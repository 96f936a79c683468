"""Batches by their numbers."""


class PyDataset:
    """Batches by their numbers: a subclass has `__len__` and `__getitem__(index)`.

    `fit` takes all of them in each epoch, in another order each time unless `shuffle` is false;
    `evaluate` and `predict` from 0 on. Before and after they call `on_epoch_begin` and `on_epoch_end`.
    `workers`, `use_multiprocessing` and `max_queue_size` change no result: batches are made one by one.

    >>> import numpy as np
    >>> class Ones(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return np.ones((4, 2)), np.ones((4, 1))
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(2,))])
    >>> model.compile("sgd", "mse")
    >>> model.predict(Ones(), verbose=0).shape
    (12, 1)
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index):
        """The batch of that number: `(x, y)` or `(x, y, sample_weight)`."""
        raise NotImplementedError(f"{type(self).__name__} has no `__getitem__`")

    def __len__(self):
        """The number of batches in an epoch."""
        raise NotImplementedError(f"{type(self).__name__} has no `__len__`")

    def on_epoch_end(self):
        """Told after each epoch."""


#: Keras 2's name of it.
Sequence = PyDataset
