"""Merging layers as functions of a list of tensors."""

from .merge import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract


def add(inputs, **kwargs):
    """The sum of a list of tensors: `Add`."""
    return Add(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of tensors: `Average`."""
    return Average(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of tensors one behind another: `Concatenate`."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """The dot products of two tensors: `Dot`."""
    return Dot(axes=axes, **kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest values of a list of tensors: `Maximum`."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest values of a list of tensors: `Minimum`."""
    return Minimum(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of tensors: `Multiply`."""
    return Multiply(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The difference of two tensors: `Subtract`."""
    return Subtract(**kwargs)(inputs)
