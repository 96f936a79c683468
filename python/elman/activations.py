"""Activation functions: `keras.activations`. Layers take them by name or as these functions."""

from . import _elman


def _function(name, description):
    def activation(x):
        return _elman.activate(name, x)

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = description
    activation._keras_function = name
    return activation


NAMES = {
    "celu": "`x` above zero, `exp(x) - 1` below.",
    "elu": "`x` above zero, `exp(x) - 1` below.",
    "exponential": "`exp(x)`.",
    "gelu": "`x` times the normal distribution function of `x`.",
    "glu": "One half of the last axis times the sigmoid of the other.",
    "hard_shrink": "`x` where it is beyond ±0.5, else zero.",
    "hard_sigmoid": "`x / 6 + 0.5` between zero and one.",
    "hard_silu": "`x * hard_sigmoid(x)`.",
    "hard_tanh": "`x` between -1 and 1.",
    "leaky_relu": "`x` above zero, `0.2 x` below.",
    "linear": "`x`.",
    "log_sigmoid": "The logarithm of the sigmoid.",
    "log_softmax": "The logarithm of the softmax over the last axis.",
    "mish": "`x * tanh(softplus(x))`.",
    "relu": "`max(x, 0)`.",
    "relu6": "`x` between 0 and 6.",
    "selu": "The scaled exponential linear unit.",
    "sigmoid": "`1 / (1 + exp(-x))`.",
    "silu": "`x * sigmoid(x)`.",
    "soft_shrink": "`x` less 0.5 towards zero.",
    "softmax": "`exp(x)` over its sum along the last axis.",
    "softplus": "`log(exp(x) + 1)`.",
    "softsign": "`x / (|x| + 1)`.",
    "sparse_plus": "A softplus that is zero below -1.",
    "sparse_sigmoid": "`(x + 1) / 2` between zero and one.",
    "sparsemax": "The nearest distribution to the last axis.",
    "squareplus": "`(x + sqrt(x² + 4)) / 2`.",
    "tanh": "The hyperbolic tangent.",
    "tanh_shrink": "`x - tanh(x)`.",
}

for _name, _description in NAMES.items():
    globals()[_name] = _function(_name, _description)

hard_swish, swish = hard_silu, silu  # noqa: F821 (made above)


def get(identifier):
    """The function that a name means; `None` is `linear`."""
    if identifier is None:
        return globals()["linear"]
    if hasattr(identifier, "_keras_function"):
        return identifier
    name = {"swish": "silu", "hard_swish": "hard_silu"}.get(identifier, identifier)
    if name in NAMES:
        return globals()[name]
    raise ValueError(f"activation {identifier!r} is unknown; known are: {', '.join(NAMES)}")


deserialize = get


def serialize(activation):
    """The name of a function."""
    return get(activation)._keras_function


__all__ = [*NAMES, "deserialize", "get", "hard_swish", "serialize", "swish"]
