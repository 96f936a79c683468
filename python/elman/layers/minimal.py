"""Minimal gated units, which Keras has not."""

from .cell import Cell
from .rnn import RNN


class MinGRU(RNN):
    """A GRU whose gate doesn't see the state, so that all steps are one product.

    Input `(batch, time, features)`; output as that of `GRU`.

    >>> import numpy as np
    >>> MinGRU(4)(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units,
        positive=True,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        activity_regularizer=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs
    ):
        self._make(locals())


class MinGRUCell(Cell):
    """One step of `MinGRU`, for `RNN`.

    >>> import numpy as np
    >>> from elman.layers import RNN
    >>> RNN(MinGRUCell(4))(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    _num_kernels = 1

    def __init__(
        self,
        units,
        positive=True,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs
    ):
        self._make(locals())


class MinLSTM(RNN):
    """An LSTM with one state, whose gates don't see it.

    Input `(batch, time, features)`; output as that of `GRU`.

    >>> import numpy as np
    >>> MinLSTM(4)(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    def __init__(
        self,
        units,
        positive=True,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        activity_regularizer=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        **kwargs
    ):
        self._make(locals())


class MinLSTMCell(Cell):
    """One step of `MinLSTM`, for `RNN`.

    >>> import numpy as np
    >>> from elman.layers import RNN
    >>> RNN(MinLSTMCell(4))(np.ones((2, 6, 3))).shape
    (2, 4)
    """

    _num_kernels = 1

    def __init__(
        self,
        units,
        positive=True,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs
    ):
        self._make(locals())
