"""Masks."""

from .layer import Layer


class Masking(Layer):
    """Masks the steps whose features all equal `mask_value`: layers behind skip them.

    >>> import numpy as np
    >>> Masking(-1.0)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, mask_value=0.0, **kwargs):
        self._make(locals())
