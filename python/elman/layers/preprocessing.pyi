"""Types; written by python/make_stubs.py."""

from typing import Any


from .adapting import Adapting as Adapting, Lookup as Lookup
from .layer import Layer as Layer
class Rescaling(Layer):
    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None: ...
class Normalization(Adapting):
    def __init__(self, axis: Any = ..., mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any) -> None: ...
class IntegerLookup(Lookup):
    def __init__(self, max_tokens: Any = None, num_oov_indices: Any = 1, mask_token: Any = None, oov_token: Any = ..., vocabulary: Any = None, vocabulary_dtype: Any = 'int64', idf_weights: Any = None, invert: bool = False, output_mode: Any = 'int', sparse: bool = False, pad_to_max_tokens: bool = False, oov_method: Any = 'floormod', salt: Any = None, name: str | None = None, **kwargs: Any) -> None: ...
class StringLookup(Lookup):
    def __init__(self, max_tokens: Any = None, num_oov_indices: Any = 1, mask_token: Any = None, oov_token: Any = '[UNK]', vocabulary: Any = None, idf_weights: Any = None, invert: bool = False, output_mode: Any = 'int', pad_to_max_tokens: bool = False, sparse: bool = False, encoding: Any = 'utf-8', name: str | None = None, salt: Any = None, **kwargs: Any) -> None: ...
class TextVectorization(Lookup):
    def __init__(self, max_tokens: Any = None, standardize: Any = 'lower_and_strip_punctuation', split: Any = 'whitespace', ngrams: Any = None, output_mode: Any = 'int', output_sequence_length: Any = None, pad_to_max_tokens: bool = False, vocabulary: Any = None, idf_weights: Any = None, sparse: bool = False, ragged: bool = False, encoding: Any = 'utf-8', name: str | None = None, **kwargs: Any) -> None: ...
