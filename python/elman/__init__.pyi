"""Types; written by python/make_stubs.py."""

from typing import Any


from . import activations as activations
from . import backend as backend
from . import callbacks as callbacks
from . import constraints as constraints
from . import initializers as initializers
from . import layers as layers
from . import losses as losses
from . import metrics as metrics
from . import models as models
from . import optimizers as optimizers
from . import preprocessing as preprocessing
from . import regularizers as regularizers
from . import saving as saving
from . import utils as utils
from .layers import Input as Input, Layer as Layer
from .models import Model as Model, Sequential as Sequential
from .saving import convert as convert
__version__: Any
__all__: list[str]
