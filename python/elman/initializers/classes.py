"""The initializers."""

from .initializer import Initializer


class Zeros(Initializer):
    """Zeros.

    >>> Zeros()((3, 3)).shape
    (3, 3)
    """


class Ones(Initializer):
    """Ones.

    >>> Ones()((3, 3)).shape
    (3, 3)
    """


class Constant(Initializer):
    """One value throughout; for an `Embedding`, an array of its vectors as well.

    Raises:
        ValueError: for an array anywhere else.

    >>> Constant()((3, 3)).shape
    (3, 3)
    >>> import numpy as np
    >>> import elman
    >>> vectors = np.arange(6.0).reshape(3, 2)
    >>> elman.layers.Embedding(3, 2, embeddings_initializer=Constant(vectors))(np.array([2])).tolist()
    [[4.0, 5.0]]
    """

    def __init__(self, value=0.0):
        if getattr(value, "ndim", 0) or isinstance(value, (list, tuple)):
            self._config = {"value": value}
        else:
            self._make(locals())


class RandomUniform(Initializer):
    """Uniform between two bounds.

    >>> RandomUniform()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self._make(locals())


class RandomNormal(Initializer):
    """Normal.

    >>> RandomNormal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._make(locals())


class TruncatedNormal(Initializer):
    """Normal within two deviations.

    >>> TruncatedNormal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self._make(locals())


class GlorotUniform(Initializer):
    """Uniform within `±sqrt(6 / (fan_in + fan_out))`.

    >>> GlorotUniform()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class GlorotNormal(Initializer):
    """Normal of variance `2 / (fan_in + fan_out)`.

    >>> GlorotNormal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class HeUniform(Initializer):
    """Uniform within `±sqrt(6 / fan_in)`.

    >>> HeUniform()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class HeNormal(Initializer):
    """Normal of variance `2 / fan_in`.

    >>> HeNormal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class LecunUniform(Initializer):
    """Uniform within `±sqrt(3 / fan_in)`.

    >>> LecunUniform()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class LecunNormal(Initializer):
    """Normal of variance `1 / fan_in`.

    >>> LecunNormal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        self._make(locals())


class Orthogonal(Initializer):
    """Orthonormal rows or columns, times `gain`.

    >>> Orthogonal()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, gain=1.0, seed=None):
        self._make(locals())


class Identity(Initializer):
    """The identity matrix times `gain`.

    >>> Identity()((3, 3)).shape
    (3, 3)
    """

    def __init__(self, gain=1.0):
        self._make(locals())


class VarianceScaling(Initializer):
    """Of a variance that the shape decides.

    >>> VarianceScaling()((3, 3)).shape
    (3, 3)
    """

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
