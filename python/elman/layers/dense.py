"""Fully connected layers."""

from .layer import Layer


class Dense(Layer):
    """`activation(x W + b)` over the last axis.

    Input `(batch, ..., features)`; output `(batch, ..., units)`.

    >>> import numpy as np
    >>> Dense(4)(np.ones((2, 6, 3))).shape
    (2, 6, 4)
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs
    ):
        self._make(locals())
