"""What programs ask Keras's backend for: `keras.backend`."""

from .utils import clear_session


def backend():
    """The name of what computes.

    >>> backend()
    'elman'
    """
    return "elman"


def floatx():
    """The type of all values.

    >>> floatx()
    'float32'
    """
    return "float32"


__all__ = ["backend", "clear_session", "floatx"]
