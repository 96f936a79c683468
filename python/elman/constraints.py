"""What weights are kept to: `keras.constraints`."""

from . import _elman
from ._arguments import Configured, find, serialize, table_of


class Constraint(Configured):
    """What a weight is kept to after each step of training; can be called on an array.

    >>> NonNeg()([[-1.0, 2.0]]).tolist()
    [[0.0, 2.0]]
    """

    _kind = "constraint"

    def __call__(self, w):
        """The array as the constraint leaves it."""
        return _elman.constrain({"class_name": self._keras_name, "config": self._config}, w)


class MaxNorm(Constraint):
    """Norms of at most `max_value`, along `axis`.

    >>> MaxNorm()([[3.0], [-4.0]]).round(4).tolist()
    [[1.2000000476837158], [-1.600000023841858]]
    """

    def __init__(self, max_value=2, axis=0):
        self._make(locals())


class MinMaxNorm(Constraint):
    """Norms from `min_value` to `max_value`, along `axis`.

    >>> MinMaxNorm()([[3.0], [-4.0]]).round(4).tolist()
    [[0.6000000238418579], [-0.800000011920929]]
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self._make(locals())


class NonNeg(Constraint):
    """No negative values.

    >>> NonNeg()([[3.0], [-4.0]]).round(4).tolist()
    [[3.0], [0.0]]
    """


class UnitNorm(Constraint):
    """Norms of one, along `axis`.

    >>> UnitNorm()([[3.0], [-4.0]]).round(4).tolist()
    [[0.6000000238418579], [-0.800000011920929]]
    """

    def __init__(self, axis=0):
        self._make(locals())


max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

_TABLE = table_of([MaxNorm, MinMaxNorm, NonNeg, UnitNorm])


def get(identifier):
    """The constraint that a name or a description means.

    Raises:
        ValueError: for a name that no constraint has, with those that there are.

    >>> type(get("non_neg")).__name__
    'NonNeg'
    >>> get(serialize(get("non_neg"))) == get("non_neg")
    True
    """
    return find("constraint", _TABLE, identifier)


deserialize = get

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
