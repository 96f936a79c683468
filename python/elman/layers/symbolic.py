"""Tensors of models that are being put together."""


class KerasTensor:
    """A tensor without values: what `Input` gives, and what layers give that are called on such.

    It has a `shape`, and knows where it comes from; `Model(inputs, outputs)` makes a model of it.
    `+`, `-` and `*` of two such are the layers `Add`, `Subtract` and `Multiply`; with a number, and
    divided by one, `Rescaling`.

    >>> import elman
    >>> x = elman.Input((None, 3))
    >>> elman.layers.GRU(4)(x).shape
    (None, 4)
    """

    def __init__(self, symbol, layer, inputs):
        self._symbol = symbol
        #: The layer that gives it, and what that was called on.
        self._layer, self._inputs = layer, inputs

    @property
    def shape(self):
        """The shape with the batch; `None` where it is unknown."""
        return self._symbol.shape

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def dtype(self):
        """The type of its values."""
        return self._layer.dtype if self._layer._keras_name == "InputLayer" else "float32"

    @property
    def name(self):
        """The name of the layer that gives it."""
        return self._layer.name

    # Arithmetic, by the layers that do it, also where the other operand is NumPy's.

    __array_ufunc__ = None

    def __add__(self, other):
        if isinstance(other, KerasTensor):
            return _merge("Add", self, other)
        return _rescaled(self, 1.0, other)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, KerasTensor):
            return _merge("Subtract", self, other)
        return _rescaled(self, 1.0, _negative(other))

    def __rsub__(self, other):
        return _rescaled(self, -1.0, other)

    def __mul__(self, other):
        if isinstance(other, KerasTensor):
            return _merge("Multiply", self, other)
        return _rescaled(self, other, 0.0)

    __rmul__ = __mul__

    def __truediv__(self, other):
        return _rescaled(self, 1.0 / other if _is_number(other) and other else None, 0.0)

    def __neg__(self):
        return _rescaled(self, -1.0, 0.0)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, name={self.name}>"

    def __array__(self, *args, **kwargs):
        raise TypeError(f"{self!r} has no values: make a Model of it, which predicts them")

    def __bool__(self):
        raise TypeError(f"{self!r} has no values, and so is neither true nor false")

    def __iter__(self):
        raise TypeError(f"{self!r} has no values that could be gone through")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) or getattr(value, "ndim", 1) == 0


def _negative(value):
    return -value if _is_number(value) else value


def _merge(layer, left, right):
    """What a merging layer gives for two tensors."""
    from . import merge

    return getattr(merge, layer)()([left, right])


def _rescaled(tensor, scale, offset):
    """`tensor * scale + offset`; what Python asks for where an operand is no number."""
    from .preprocessing import Rescaling

    if not (_is_number(scale) and _is_number(offset)):
        return NotImplemented
    return Rescaling(float(scale), float(offset))(tensor)


def flatten(nested):
    """What a nested structure of lists, tuples and dictionaries holds, in order."""
    if isinstance(nested, (list, tuple)):
        return [leaf for part in nested for leaf in flatten(part)]
    if isinstance(nested, dict):
        return [leaf for key in sorted(nested) for leaf in flatten(nested[key])]
    return [] if nested is None else [nested]


def tensors_in(nested):
    """Whether there is a tensor of a model anywhere in a nested structure."""
    if isinstance(nested, (list, tuple)):
        return any(tensors_in(part) for part in nested)
    if isinstance(nested, dict):
        return any(tensors_in(part) for part in nested.values())
    return isinstance(nested, KerasTensor)
