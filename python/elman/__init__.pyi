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
from .initializers import Initializer as Initializer
from .layers import Input as Input, KerasTensor as KerasTensor, Layer as Layer
from .losses import Loss as Loss
from .metrics import Metric as Metric
from .models import Model as Model, Sequential as Sequential
from .optimizers import Optimizer as Optimizer
from .regularizers import Regularizer as Regularizer
from .saving import convert as convert
__version__: Any
__all__: list[str]
