"""The initializers."""

from .initializer import Initializer


class Zeros(Initializer):
    """Zeros."""


class Ones(Initializer):
    """Ones."""


class Constant(Initializer):
    """One value throughout."""

    def __init__(self, value=0.0):
        self._make(locals())


class RandomUniform(Initializer):
    """Uniform between two bounds."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self._make(locals())


class RandomNormal(Initializer):
    """Normal."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._make(locals())


class TruncatedNormal(Initializer):
    """Normal within two deviations."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._make(locals())


class GlorotUniform(Initializer):
    """Uniform within `±sqrt(6 / (fan_in + fan_out))`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class GlorotNormal(Initializer):
    """Normal of variance `2 / (fan_in + fan_out)`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class HeUniform(Initializer):
    """Uniform within `±sqrt(6 / fan_in)`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class HeNormal(Initializer):
    """Normal of variance `2 / fan_in`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class LecunUniform(Initializer):
    """Uniform within `±sqrt(3 / fan_in)`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class LecunNormal(Initializer):
    """Normal of variance `1 / fan_in`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class Orthogonal(Initializer):
    """Orthonormal rows or columns, times `gain`."""

    def __init__(self, gain=1.0, seed=None):
        self._make(locals())


class Identity(Initializer):
    """The identity matrix times `gain`."""

    def __init__(self, gain=1.0):
        self._make(locals())


class VarianceScaling(Initializer):
    """Of a variance that the shape decides."""

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        self._make(locals())
