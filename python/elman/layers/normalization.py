"""Normalization."""

from .layer import Layer


class BatchNormalization(Layer):
    """Normalizes each channel by the moments of the batch while training, by moving ones otherwise.

    >>> import numpy as np
    >>> BatchNormalization()(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs
    ):
        self._make(locals())


class LayerNormalization(Layer):
    """Normalizes each sample, or each step, by its own moments.

    >>> import numpy as np
    >>> LayerNormalization()(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(
        self,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs
    ):
        self._make(locals())


class RMSNormalization(Layer):
    """Divides each sample, or each step, by its root mean square.

    >>> import numpy as np
    >>> RMSNormalization()(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, axis=-1, epsilon=1e-06, **kwargs):
        self._make(locals())
