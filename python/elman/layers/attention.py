"""Attention."""

from .layer import Layer


class Attention(Layer):
    """Dot-product attention: called on `[query, value]` or `[query, value, key]`.

    >>> import numpy as np
    >>> Attention()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        self._make(locals())


class AdditiveAttention(Layer):
    """Additive attention: called on `[query, value]` or `[query, value, key]`.

    >>> import numpy as np
    >>> AdditiveAttention()([np.ones((2, 6, 3)), np.ones((2, 6, 3))]).shape
    (2, 6, 3)
    """

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        self._make(locals())


class MultiHeadAttention(Layer):
    """Attention of several heads: called on `query, value` and perhaps `key`.

    >>> import numpy as np
    >>> MultiHeadAttention(2, 4)(np.ones((2, 6, 3)), np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs
    ):
        self._make(locals())
