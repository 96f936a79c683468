"""Elman's recurrent layer."""

from .cell import Cell
from .rnn import RNN


class SimpleRNN(RNN):
    """A fully connected recurrent layer: `h_t = activation(x_t W + h_{t-1} U + b)`.

    Input `(batch, time, features)`; output `(batch, units)`, or `(batch, time, units)` with
    `return_sequences`; with `return_state`, the last state besides.

    >>> import numpy as np
    >>> SimpleRNN(4)(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs
    ):
        self._make(locals())


class SimpleRNNCell(Cell):
    """One step of `SimpleRNN`, for `RNN`.

    >>> import numpy as np
    >>> from elman.layers import RNN
    >>> RNN(SimpleRNNCell(4))(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs
    ):
        self._make(locals())
