"""Activation functions: `keras.activations`. Layers take them by name or as these functions."""

from . import _elman


def _function(name, description, example):
    def activation(x):
        return _elman.activate(name, x)

    activation.__name__ = activation.__qualname__ = name
    activation.__doc__ = f"""{description}

    `x` is an array, of which it gives one of the same shape{" but half the last axis" * (name == "glu")}.

    >>> print({name}([-1.0, 0.0, 1.0, 2.0]).round(2))
    [{example}]
    """
    activation._keras_function = name
    return activation


#: What each is, and what it makes of -1, 0, 1 and 2.
NAMES = {
    "celu": ("`x` above zero, `exp(x) - 1` below.", "-0.63  0.    1.    2.  "),
    "elu": ("`x` above zero, `exp(x) - 1` below.", "-0.63  0.    1.    2.  "),
    "exponential": ("`exp(x)`.", "0.37 1.   2.72 7.39"),
    "gelu": ("`x` times the normal distribution function of `x`.", "-0.16  0.    0.84  1.95"),
    "glu": ("One half of the last axis times the sigmoid of the other.", "-0.73  0.  "),
    "hard_shrink": ("`x` where it is beyond ±0.5, else zero.", "-1.  0.  1.  2."),
    "hard_sigmoid": ("`x / 6 + 0.5` between zero and one.", "0.33 0.5  0.67 0.83"),
    "hard_silu": ("`x * hard_sigmoid(x)`.", "-0.33  0.    0.67  1.67"),
    "hard_tanh": ("`x` between -1 and 1.", "-1.  0.  1.  1."),
    "leaky_relu": ("`x` above zero, `0.2 x` below.", "-0.2  0.   1.   2. "),
    "linear": ("`x`.", "-1.  0.  1.  2."),
    "log_sigmoid": ("The logarithm of the sigmoid.", "-1.31 -0.69 -0.31 -0.13"),
    "log_softmax": ("The logarithm of the softmax over the last axis.", "-3.44 -2.44 -1.44 -0.44"),
    "mish": ("`x * tanh(softplus(x))`.", "-0.3   0.    0.87  1.94"),
    "relu": ("`max(x, 0)`.", "0. 0. 1. 2."),
    "relu6": ("`x` between 0 and 6.", "0. 0. 1. 2."),
    "selu": ("The scaled exponential linear unit.", "-1.11  0.    1.05  2.1 "),
    "sigmoid": ("`1 / (1 + exp(-x))`.", "0.27 0.5  0.73 0.88"),
    "silu": ("`x * sigmoid(x)`.", "-0.27  0.    0.73  1.76"),
    "soft_shrink": ("`x` less 0.5 towards zero.", "-0.5  0.   0.5  1.5"),
    "softmax": ("`exp(x)` over its sum along the last axis.", "0.03 0.09 0.24 0.64"),
    "softplus": ("`log(exp(x) + 1)`.", "0.31 0.69 1.31 2.13"),
    "softsign": ("`x / (|x| + 1)`.", "-0.5   0.    0.5   0.67"),
    "sparse_plus": ("A softplus that is zero below -1.", "0.   0.25 1.   2.  "),
    "sparse_sigmoid": ("`(x + 1) / 2` between zero and one.", "0.  0.5 1.  1. "),
    "sparsemax": ("The nearest distribution to the last axis.", "0. 0. 0. 1."),
    "squareplus": ("`(x + sqrt(x² + 4)) / 2`.", "0.62 1.   1.62 2.41"),
    "tanh": ("The hyperbolic tangent.", "-0.76  0.    0.76  0.96"),
    "tanh_shrink": ("`x - tanh(x)`.", "-0.24  0.    0.24  1.04"),
}

for _name, (_description, _example) in NAMES.items():
    globals()[_name] = _function(_name, _description, _example)

hard_swish, swish = hard_silu, silu  # noqa: F821 (made above)


def get(identifier):
    """The function that a name means; `None` is `linear`.

    Raises:
        ValueError: for a name that no activation has.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
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
    """The name of a function.

    Raises:
        ValueError: for what is no function of this module.

    >>> serialize(tanh)
    'tanh'
    """
    return get(activation)._keras_function


__all__ = [*NAMES, "deserialize", "get", "hard_swish", "serialize", "swish"]
