"""Pictures of models."""

from .. import _elman
from .._pictures import _picture


def plot_model(
    model,
    to_file="model.svg",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
):
    """Draws a model's graph as SVG into `to_file`, or with `None` into no file.

    `dpi` has no meaning for SVG, which has no pixels. Gives a `Picture`, which notebooks show.

    Raises:
        ValueError: for a model that is not built, for a file that doesn't end in `.svg`.
        TypeError: for what is no model.

    >>> import elman
    >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
    >>> plot_model(model, None, show_shapes=True).svg.startswith("<svg")
    True
    """
    if not hasattr(model, "_native"):
        raise TypeError(f"plot_model: argument `model` must be a model, got {type(model).__name__}")
    options = {
        "show_shapes": show_shapes,
        "show_dtype": show_dtype,
        "show_layer_names": show_layer_names,
        "show_layer_activations": show_layer_activations,
        "show_trainable": show_trainable,
        "expand_nested": expand_nested,
        "rankdir": rankdir,
    }
    return _picture(_elman.plot_model(model._native, options), to_file)
