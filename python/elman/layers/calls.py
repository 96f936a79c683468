"""Merging layers as functions of a list of tensors."""

from .merge import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract


def add(inputs, **kwargs):
    """The sum of a list of tensors: `Add`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> add([a, b]).shape
    (None, 4)
    """
    return Add(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of tensors: `Average`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> average([a, b]).shape
    (None, 4)
    """
    return Average(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of tensors one behind another: `Concatenate`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> concatenate([a, b]).shape
    (None, 8)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """The dot products of two tensors: `Dot`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> dot([a, b], axes=1).shape
    (None, 1)
    """
    return Dot(axes=axes, **kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest values of a list of tensors: `Maximum`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> maximum([a, b]).shape
    (None, 4)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest values of a list of tensors: `Minimum`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> minimum([a, b]).shape
    (None, 4)
    """
    return Minimum(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of tensors: `Multiply`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> multiply([a, b]).shape
    (None, 4)
    """
    return Multiply(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two tensors: `Subtract`.

    Raises:
        ValueError: for shapes that don't fit.

    >>> import elman
    >>> a, b = elman.Input((4,)), elman.Input((4,))
    >>> subtract([a, b]).shape
    (None, 4)
    """
    return Subtract(**kwargs)(inputs)
