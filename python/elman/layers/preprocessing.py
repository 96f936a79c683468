"""Layers that prepare data."""

from .adapting import Adapting, Lookup
from .layer import Layer


class Rescaling(Layer):
    """`x * scale + offset`.

    >>> import numpy as np
    >>> Rescaling(0.5)(np.ones((2, 6, 3))).shape
    (2, 6, 3)
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        self._make(locals())


class Normalization(Adapting):
    """Subtracts means and divides by deviations, which are given or learnt by `adapt`.

    Input of any shape `(batch, ...)`; output of the same. `axis` is what keeps means of its own.

    Raises:
        ValueError: for a mean without a variance, and in calls, before there is either.

    >>> Normalization(mean=1.0, variance=4.0)([[3.0]]).tolist()
    [[1.0]]
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        self._make(locals())


class IntegerLookup(Lookup):
    """The indices of integers in a vocabulary.

    Input of any shape `(batch, ...)`; output of the same, but with counts or `"multi_hot"`, `(batch, tokens)`.

    Raises:
        ValueError: for a vocabulary with a token twice, and in calls, before there is one.

    >>> IntegerLookup(vocabulary=[10, 20])([20, 30]).tolist()
    [2.0, 0.0]
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs
    ):
        self._make(locals())


class StringLookup(Lookup):
    """The indices of strings in a vocabulary.

    Input of any shape `(batch, ...)`; output of the same, but with counts or `"multi_hot"`, `(batch, tokens)`.

    Raises:
        ValueError: for a vocabulary with a token twice, and in calls, before there is one.

    >>> StringLookup(vocabulary=["a", "b"])(["b", "c"]).tolist()
    [2.0, 0.0]
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs
    ):
        self._make(locals())


class TextVectorization(Lookup):
    """Texts as indices of their words, counts or tf-idf weights.

    Input `(batch,)` or `(batch, 1)` of strings; output `(batch, words)`, or with counts `(batch, tokens)`.

    Raises:
        ValueError: for a vocabulary with a token twice, and in calls, before there is one.

    >>> TextVectorization(vocabulary=["cat", "the"])(["The cat!"]).tolist()
    [[3.0, 2.0]]
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs
    ):
        self._make(locals())
