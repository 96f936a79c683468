"""Masks."""

from .layer import Layer


class Masking(Layer):
    """Masks the steps whose features all equal `mask_value`: layers behind skip them."""

    def __init__(self, mask_value=0.0, **kwargs):
        self._make(locals())
