"""Penalties on weights and outputs: `keras.regularizers`."""

from . import _elman
from ._arguments import Configured, find, serialize, table_of


class Regularizer(Configured):
    """A penalty, which is added to the loss; can be called on an array.

    >>> round(float(L2(0.5)([[1.0, 2.0]])), 4)
    2.5
    """

    _kind = "regularizer"

    def __call__(self, x):
        """The penalty on an array."""
        return _elman.regularize({"class_name": self._keras_name, "config": self._config}, x)


class L1(Regularizer):
    """`l1 * sum(|x|)`.

    >>> round(float(L1()([[1.0, 2.0], [0.0, 1.0]])), 4)
    0.04
    """

    def __init__(self, l1=0.01):
        self._make(locals())


class L2(Regularizer):
    """`l2 * sum(x²)`.

    >>> round(float(L2()([[1.0, 2.0], [0.0, 1.0]])), 4)
    0.06
    """

    def __init__(self, l2=0.01):
        self._make(locals())


class L1L2(Regularizer):
    """`l1 * sum(|x|) + l2 * sum(x²)`.

    >>> round(float(L1L2()([[1.0, 2.0], [0.0, 1.0]])), 4)
    0.0
    """

    def __init__(self, l1=0.0, l2=0.0):
        self._make(locals())


class OrthogonalRegularizer(Regularizer):
    """A penalty on rows, or columns, that are not orthogonal.

    >>> round(float(OrthogonalRegularizer()([[1.0, 2.0], [0.0, 1.0]])), 4)
    0.0089
    """

    def __init__(self, factor=0.01, mode="rows"):
        self._make(locals())


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_TABLE = table_of([L1, L2, L1L2, OrthogonalRegularizer])


def get(identifier):
    """The regularizer that a name or a description means.

    Raises:
        ValueError: for a name that no regularizer has, with those that there are.

    >>> type(get("l2")).__name__
    'L2'
    >>> get(serialize(get("l2"))) == get("l2")
    True
    """
    return find("regularizer", _TABLE, identifier)


deserialize = get

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
