"""Batches by their numbers."""


class PyDataset:
    """Batches by their numbers: a subclass has `__len__` and `__getitem__(index)`.

    `fit` takes the batches from 0 on, and calls `on_epoch_end` when it has had them all.
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
