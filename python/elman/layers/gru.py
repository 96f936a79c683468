"""Gated recurrent units."""

from .cell import Cell
from .rnn import RNN


class GRU(RNN):
    """Gated recurrent units, with the gates z, r, h in this order, in the form of `reset_after`.

    Input `(batch, time, features)`; output `(batch, units)`, or `(batch, time, units)` with
    `return_sequences`; with `return_state`, the last state besides.

    >>> import numpy as np
    >>> GRU(4, return_sequences=True)(np.ones((2, 6, 3))).shape
    (2, 6, 4)
    """

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
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
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        reset_after=True,
        use_cudnn="auto",
        **kwargs
    ):
        self._make(locals())


class GRUCell(Cell):
    """One step of `GRU`, for `RNN`.

    >>> import numpy as np
    >>> from elman.layers import RNN
    >>> RNN(GRUCell(4))(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
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
        reset_after=True,
        seed=None,
        **kwargs
    ):
        self._make(locals())
