"""Types; written by python/make_stubs.py."""

from typing import Any


class PyDataset:
    workers: Any
    use_multiprocessing: Any
    max_queue_size: Any
    def __init__(self, workers: Any = 1, use_multiprocessing: bool = False, max_queue_size: Any = 10) -> None: ...
    def __getitem__(self, index: int | None) -> Any: ...
    def __len__(self) -> int: ...
    def on_epoch_end(self) -> None: ...
Sequence = PyDataset
