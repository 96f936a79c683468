"""What models take."""

from .. import _elman
from .layer import Layer
from .symbolic import KerasTensor


class InputLayer(Layer):
    """The layer that declares an input of a model; `Input` makes one and gives its tensor.

    Raises:
        ValueError: for two shapes, and for a dtype that elman has not.

    >>> import elman
    >>> elman.Sequential([InputLayer((5, 3)), elman.layers.GRU(4)]).output_shape
    (None, 4)
    """

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs
    ):
        if input_tensor is not None:
            raise ValueError("InputLayer: argument `input_tensor` must be left out, got a tensor")
        if kwargs.get("input_shape") is not None:
            shape = kwargs.pop("input_shape")
        if kwargs.get("batch_input_shape") is not None:
            batch_shape = kwargs.pop("batch_input_shape")
        if (shape is None) == (batch_shape is None):
            raise ValueError("InputLayer: one of `shape` and `batch_shape` must be given")
        if batch_shape is not None and batch_size is not None:
            raise ValueError("InputLayer: `batch_size` must be left out beside `batch_shape`")
        if batch_shape is None:
            if isinstance(shape, int):
                shape = (shape,)
            batch_shape = (batch_size, *shape)
        given = {"batch_shape": list(batch_shape), "name": name, "dtype": dtype, **kwargs}
        if sparse:
            given["sparse"] = sparse
        if ragged:
            given["ragged"] = ragged
        self._start(_elman.Layer("InputLayer", given))

    @property
    def output(self):
        """The tensor of the input."""
        if not self._calls and self._owner is not None and self._owner() is not None:
            self._owner()._tensors()
        if not self._calls:
            self._calls.append(((), [self._layer.input()]))
        return KerasTensor(self._calls[0][1][0], self, ())

    @property
    def batch_shape(self):
        """The shape with the batch."""
        return self._layer.batch_shape


def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """The tensor that a model starts from.

    `shape` is that of one sample, `None` where it may vary; `dtype="string"` is text.

    Raises:
        ValueError: without a shape, and for what elman has not: sparse and ragged inputs.

    >>> Input((None, 3)).shape
    (None, None, 3)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output
