"""What programs ask Keras's backend for: `keras.backend`."""

from .utils import clear_session


def backend():
    """The name of what computes.

    >>> backend()
    'elman'
    """
    return "elman"


def epsilon():
    """The small number that keeps divisions and logarithms from nothing.

    >>> epsilon()
    1e-07
    """
    return 1e-7


def floatx():
    """The type of all values.

    >>> floatx()
    'float32'
    """
    return "float32"


__all__ = ["backend", "clear_session", "epsilon", "floatx"]
