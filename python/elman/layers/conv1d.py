"""Convolutions over time."""

from .layer import Layer


class Conv1D(Layer):
    """A convolution along time; with `padding="causal"`, no output sees what comes later.

    Input `(batch, steps, channels)`; output `(batch, new_steps, filters)`.

    >>> import numpy as np
    >>> Conv1D(4, 3)(np.ones((2, 6, 3))).shape
    (2, 4, 4)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs
    ):
        self._make(locals())
