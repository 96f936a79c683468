"""What every initializer has."""

from .. import _elman
from .._arguments import Configured


class Initializer(Configured):
    """The values that a weight starts with; can be called to see them.

    >>> import elman
    >>> elman.initializers.Constant(2.0)((2, 3)).tolist()
    [[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]
    """

    _kind = "initializer"

    def __call__(self, shape, dtype=None):
        """An array of the shape.

        Raises:
            ValueError: for a shape that the initializer can't have.
        """
        return _elman.initialize({"class_name": self._keras_name, "config": self._config}, list(shape))
