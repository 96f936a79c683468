"""Numbers of classes, and lengths of rows."""


def to_categorical(x, num_classes=None):
    """One-hot rows for class numbers: `(n,)` becomes `(n, num_classes)`.

    Raises:
        ValueError: for a number that is no class.

    >>> to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    import numpy as np

    x = np.asarray(x)
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x.reshape(x.shape[:-1])
    numbers = x.astype("int64")
    classes = int(numbers.max()) + 1 if num_classes is None else int(num_classes)
    if numbers.size and not (0 <= numbers.min() and numbers.max() < classes):
        raise ValueError(f"to_categorical: classes must be from 0 to {classes - 1}")
    return np.eye(classes, dtype="float32")[numbers]


def normalize(x, axis=-1, order=2):
    """Divides by the norms along an axis.

    >>> import numpy as np
    >>> normalize(np.array([[3.0, 4.0]])).tolist()
    [[0.6, 0.8]]
    """
    import numpy as np

    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)
