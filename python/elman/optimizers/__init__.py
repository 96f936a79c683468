"""Optimizers: `keras.optimizers`."""

from .optimizer import Optimizer
from .rules import (
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    RMSprop,
    SGD,
)
from . import schedules
from .._arguments import find, serialize, table_of

_TABLE = table_of(
    [
        Adadelta,
        Adafactor,
        Adagrad,
        Adam,
        AdamW,
        Adamax,
        Ftrl,
        Lamb,
        Lion,
        Muon,
        Nadam,
        RMSprop,
        SGD,
    ]
)


def get(identifier):
    """The optimizer that a name, a class or a description means.

    Raises:
        ValueError: for a name that no optimizer has, with those that there are.

    >>> type(get("sgd")).__name__
    'SGD'
    >>> get(serialize(get("sgd"))) == get("sgd")
    True
    """
    return find("optimizer", _TABLE, identifier)


deserialize = get

__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
