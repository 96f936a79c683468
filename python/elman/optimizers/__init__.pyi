"""Types; written by python/make_stubs.py."""

from typing import Any


from .optimizer import Optimizer as Optimizer
from .rules import Adadelta as Adadelta, Adafactor as Adafactor, Adagrad as Adagrad, Adam as Adam, AdamW as AdamW, Adamax as Adamax, Ftrl as Ftrl, Lamb as Lamb, Lion as Lion, Muon as Muon, Nadam as Nadam, RMSprop as RMSprop, SGD as SGD
from . import schedules as schedules
from .._arguments import find as find, serialize as serialize, table_of as table_of
def get(identifier: Any) -> Any: ...
deserialize = get
__all__ = ['Adadelta', 'Adafactor', 'Adagrad', 'Adam', 'AdamW', 'Adamax', 'Ftrl', 'Lamb', 'Lion', 'Muon', 'Nadam', 'Optimizer', 'RMSprop', 'SGD', 'deserialize', 'get', 'schedules', 'serialize']
