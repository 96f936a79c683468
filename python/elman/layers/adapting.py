"""What layers have in common that learn from data before a model does."""

from .. import _elman
from .layer import Layer


class Adapting(Layer):
    """A layer that learns from data by `adapt`."""

    def adapt(self, data, batch_size=None, steps=None):
        """Learns from an array, or from something that gives arrays, in place of what it knew.

        Raises:
            ValueError: for a layer that is in a model already, and for data that it can't take.
        """
        if self._homes:
            raise ValueError(f"layer {self.name}: `adapt` comes before the layer joins a model")
        is_array = hasattr(data, "__array__") or isinstance(data, (list, tuple))
        batches = [data] if is_array else list(data)[:steps]
        _elman.adapt(self._layer, batches)

    def _call_on_arrays(self, training, *args, **kwargs):
        from ._eager import call_on_arrays

        # Without keeping a model, since `adapt` may come again.
        layer = type(self)._of_native(self._layer)
        layer._homes = list(self._homes)
        return call_on_arrays(layer, training, args, kwargs)


class Lookup(Adapting):
    """A layer with a vocabulary."""

    def _make(self, scope):
        scope = dict(scope)
        words = scope.get("vocabulary")
        path = words if isinstance(words, str) or hasattr(words, "__fspath__") else None
        if path is not None:
            scope["vocabulary"] = None
        super()._make(scope)
        if path is not None:
            _elman.set_vocabulary_from_file(self._layer, path)

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their indices, those for masks and unknown ones included."""
        tokens = list(_elman.vocabulary(self._layer))
        if include_special_tokens:
            return tokens
        special = {"", self.get_config().get("oov_token", "[UNK]"), self.get_config().get("mask_token")}
        return [token for token in tokens if token not in special]

    def vocabulary_size(self):
        """The number of indices."""
        return _elman.vocabulary_size(self._layer)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replaces the vocabulary by a list of tokens, or by a file with one in each line."""
        if self._homes:
            raise ValueError(f"layer {self.name}: the vocabulary comes before the layer joins a model")
        if isinstance(vocabulary, str) or hasattr(vocabulary, "__fspath__"):
            _elman.set_vocabulary_from_file(self._layer, vocabulary)
            return
        vocabulary = list(vocabulary)
        weights = None if idf_weights is None else [float(weight) for weight in idf_weights]
        _elman.set_vocabulary(self._layer, vocabulary, weights)

    def _call_on_arrays(self, training, *args, **kwargs):
        if len(args) != 1 or any(value for value in kwargs.values()):
            raise TypeError(f"call of layer {self.name} on arrays: one argument is taken")
        return _elman.look_up(self._layer, args[0])
