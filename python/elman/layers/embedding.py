"""Vectors for numbers."""

from .layer import Layer


class Embedding(Layer):
    """A vector for each integer from 0 to `input_dim - 1`.

    Input `(batch, ...)` of integers; output `(batch, ..., output_dim)`. With `mask_zero`, zeros are
    masked.

    >>> import numpy as np
    >>> Embedding(100, 4)(np.ones((2, 6))).shape
    (2, 6, 4)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs
    ):
        vectors = getattr(embeddings_initializer, "value", None)
        if weights is None and (getattr(vectors, "ndim", 0) or isinstance(vectors, (list, tuple))):
            # Vectors learnt elsewhere, which Keras takes in this way.
            weights, embeddings_initializer = [vectors], "uniform"
        del vectors
        self._make(locals())
