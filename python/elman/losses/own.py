"""Losses that are written in Python, which can't be had."""


def refuse_own(loss, of_output=False):
    """Says what to do instead of a loss that is code of Python's.

    Raises:
        TypeError: for such a loss.
    """
    if isinstance(loss, dict) and "class_name" not in loss:
        loss = list(loss.values())
    if isinstance(loss, (list, tuple)) and not of_output:
        for part in loss:
            refuse_own(part, of_output=True)
    elif callable(loss) and not hasattr(loss, "_keras_function") and not hasattr(loss, "get_config"):
        name = getattr(loss, "__name__", type(loss).__name__)
        raise TypeError(
            f"compile: argument `loss` must be one of elman's losses, got the function {name}: training "
            "needs its gradient, which a function of Python doesn't tell. Take a loss of elman.losses, "
            "give outputs losses of their own with `loss_weights`, weigh samples by `sample_weight`, "
            "or write the loss in Rust (`elman::training::losses::Loss`); as a metric the function can "
            "be used as it is"
        )
