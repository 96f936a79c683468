"""Long short-term memory."""

from .cell import Cell
from .rnn import RNN


class LSTM(RNN):
    """Long short-term memory, with the gates i, f, c, o in this order.

    Input `(batch, time, features)`; output `(batch, units)`, or `(batch, time, units)` with
    `return_sequences`; with `return_state`, the states h and c besides.

    >>> import numpy as np
    >>> LSTM(4)(np.ones((2, 6, 3))).shape
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
        unit_forget_bias=True,
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
        use_cudnn="auto",
        **kwargs
    ):
        self._make(locals())


class LSTMCell(Cell):
    """One step of `LSTM`, for `RNN`.

    >>> import numpy as np
    >>> from elman.layers import RNN
    >>> RNN(LSTMCell(4))(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    _num_states = 2

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
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
