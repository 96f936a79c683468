"""Weights as objects."""


class Variable:
    """A weight of a layer: its name, its shape, and its values, which may be replaced."""

    def __init__(self, layer, index, row):
        self._layer, self._index = layer, index
        _layer_name, self.path, self.name, shape, self.trainable = row
        self.shape = tuple(shape)
        self.dtype = "float32"

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    def numpy(self):
        """The values, a copy."""
        return self._layer.get_weights()[self._index]

    def __array__(self, dtype=None, copy=None):
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)

    def assign(self, value):
        """Replaces the values.

        Raises:
            ValueError: for another shape.
        """
        weights = self._layer.get_weights()
        weights[self._index] = value
        self._layer.set_weights(weights)
        return self

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def variables(layer):
    """The weights of a layer, or of a model, in Keras's order."""
    home = layer._home
    if home is None:
        return []
    model, name = home
    rows = [row for row in model.weight_table() if name is None or row[0] == name]
    return [Variable(layer, index, row) for index, row in enumerate(rows)]


def own_weight(layer, name):
    """The weight of a layer that has that name, such as `kernel`; none if it has not, or has several."""
    found = [weight for weight in variables(layer) if weight.name == name]
    return found[0] if len(found) == 1 else None
