"""Types; written by python/make_stubs.py."""

from typing import Any


from .utils import clear_session as clear_session
def backend() -> Any: ...
def epsilon() -> Any: ...
def floatx() -> Any: ...
__all__ = ['backend', 'clear_session', 'epsilon', 'floatx']
