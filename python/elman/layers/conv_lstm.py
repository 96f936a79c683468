"""LSTMs whose products are convolutions."""

from .layer import Layer
from .states import Recurrent


class ConvLSTM1D(Recurrent, Layer):
    """An LSTM over sequences of rows, whose products are convolutions.

    Input `(batch, time, width, channels)`; output `(batch, width, filters)`, with an axis of time
    with `return_sequences`.

    >>> import numpy as np
    >>> ConvLSTM1D(4, 3)(np.ones((2, 5, 8, 3))).shape
    (2, 6, 4)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        **kwargs
    ):
        self._make(locals())


class ConvLSTM2D(Recurrent, Layer):
    """An LSTM over sequences of pictures, whose products are convolutions.

    Input `(batch, time, rows, columns, channels)`; output `(batch, rows, columns, filters)`, with an axis of time
    with `return_sequences`.

    >>> import numpy as np
    >>> ConvLSTM2D(4, 3)(np.ones((2, 5, 8, 8, 3))).shape
    (2, 6, 6, 4)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        **kwargs
    ):
        self._make(locals())


class ConvLSTM3D(Recurrent, Layer):
    """An LSTM over sequences of volumes, whose products are convolutions.

    Input `(batch, time, depth, rows, columns, channels)`; output `(batch, depth, rows, columns, filters)`, with an axis of time
    with `return_sequences`.

    >>> import numpy as np
    >>> ConvLSTM3D(4, 3)(np.ones((2, 2, 4, 4, 4, 3))).shape
    (2, 2, 2, 2, 4)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        **kwargs
    ):
        self._make(locals())
