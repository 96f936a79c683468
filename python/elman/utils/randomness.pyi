"""Types; written by python/make_stubs.py."""




from .. import _elman as _elman
def set_random_seed(seed: int | None) -> None: ...
def clear_session(free_memory: bool = True) -> None: ...
