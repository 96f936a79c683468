"""Classes of layers by name."""

from .layer import Layer


def classes():
    """Every class of layers by Keras's name."""
    table = {}
    waiting = [Layer]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            if cls.__module__.partition(".")[0] == "elman":
                table.setdefault(cls._keras_name, cls)
                waiting.append(cls)
    return table


def class_of(name):
    """The class of that name; of operations that stand in Keras's files alone, `Layer` itself."""
    return classes().get(name, Layer)


def serialize(layer):
    """A layer as Keras writes it: `{"module", "class_name", "config", "registered_name"}`.

    >>> import elman
    >>> serialize(elman.layers.Flatten())["class_name"]
    'Flatten'
    """
    return {
        "module": "keras.layers",
        "class_name": layer._keras_name,
        "config": layer.get_config(),
        "registered_name": None,
    }


def deserialize(config, custom_objects=None):
    """The layer of what `serialize` gave.

    Raises:
        ValueError: for a class that there isn't, with those that there are.

    >>> import elman
    >>> deserialize(serialize(elman.layers.Dense(3))).units
    3
    """
    if custom_objects:
        raise ValueError("deserialize: `custom_objects` must be left out; own layers are written in Rust")
    name, table = config.get("class_name"), classes()
    if name not in table:
        raise ValueError(f"layer class {name!r} is unknown; known are: {', '.join(sorted(table))}")
    return table[name].from_config(config["config"])
