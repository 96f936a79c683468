"""Weights as objects."""

from .parts import weight_table


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

    @property
    def value(self):
        """The values, a copy."""
        return self.numpy()

    def numpy(self):
        """The values, a copy."""
        return self._layer.get_weights()[self._index]

    def __array__(self, dtype=None, copy=None):
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        return self.numpy()[key]

    def assign(self, value):
        """Replaces the values.

        Raises:
            ValueError: for another shape.
        """
        weights = self._layer.get_weights()
        weights[self._index] = value
        self._layer.set_weights(weights)
        return self

    def assign_add(self, value):
        """Adds to the values."""
        return self.assign(self.numpy() + value)

    def assign_sub(self, value):
        """Subtracts from the values."""
        return self.assign(self.numpy() - value)

    def __repr__(self):
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def variables(layer):
    """The weights of a layer, or of a model, in Keras's order."""
    rows = weight_table(layer._home) if layer._home is not None else []
    return [Variable(layer, index, row) for index, row in enumerate(rows)]


def own_weight(layer, name):
    """The weight of a layer that has that name, such as `kernel`; none if it has not, or has several."""
    found = [weight for weight in variables(layer) if weight.name == name]
    return found[0] if len(found) == 1 else None
