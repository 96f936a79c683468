"""Arguments of constructors, and the objects that are nothing but arguments."""

from . import _elman


def arguments(scope):
    """The arguments of a constructor, out of its `locals()`: keyword arguments among them."""
    given = {key: value for key, value in scope.items() if key not in ("self", "kwargs", "__class__")}
    given.update(scope.get("kwargs", {}))
    return given


class Configured:
    """An object that its class and its arguments describe: an initializer, a loss, an optimizer."""

    _kind = ""
    _keras_name = ""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # Subclasses of a program's own are what the class above them is.
        if cls.__module__.partition(".")[0] == "elman" and "_keras_name" not in vars(cls):
            cls._keras_name = cls.__name__

    def __init__(self):
        self._make({})

    def _make(self, scope):
        """Takes the arguments, which Rust checks and completes."""
        if not self._keras_name or self._keras_name == self._kind.capitalize():
            raise TypeError(
                f"{type(self).__name__} stands for all {self._kind}s and makes none; "
                f"a {self._kind} of one's own is written in Rust"
            )
        given = arguments(scope)
        if given.get("name", "") is None:
            del given["name"]
        if given.get("dtype", "") is None:
            del given["dtype"]
        whole = _elman.complete(self._kind, {"class_name": self._keras_name, "config": given})
        self._config = {**given, **whole["config"]} if isinstance(whole, dict) else given

    def get_config(self):
        """The arguments by name, as `from_config` takes them."""
        return dict(self._config)

    @classmethod
    def from_config(cls, config):
        """The object of what `get_config` gave."""
        return cls(**config)

    def __getattr__(self, name):
        try:
            return self.__dict__["_config"][name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}") from None

    def __eq__(self, other):
        return type(self) is type(other) and self._config == other._config

    __hash__ = object.__hash__

    def __repr__(self):
        given = ", ".join(f"{key}={value!r}" for key, value in self._config.items())
        return f"{type(self).__name__}({given})"


def serialize(obj):
    """An object as Keras writes it: `{"module", "class_name", "config", "registered_name"}`.

    >>> import elman
    >>> serialize(elman.constraints.MaxNorm(3))
    {'module': 'keras.constraints', 'class_name': 'MaxNorm', 'config': {'max_value': 3.0, 'axis': 0}, 'registered_name': None}
    """
    if isinstance(obj, str) or obj is None:
        return obj
    if hasattr(obj, "_keras_function"):
        return obj._keras_function
    module = type(obj).__module__.replace("elman", "keras", 1)
    return {
        "module": ".".join(module.split(".")[:2]),
        "class_name": obj._keras_name,
        "config": obj.get_config(),
        "registered_name": None,
    }


def find(kind, table, identifier):
    """The object that a name, a class, a description or an object stands for."""
    if identifier is None or isinstance(identifier, Configured):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Configured):
        return identifier()
    name, config = identifier, {}
    if isinstance(identifier, dict):
        name, config = identifier.get("class_name"), identifier.get("config") or {}
    if isinstance(name, str):
        cls = table.get(name) or table.get(name.lower().replace("_", ""))
        if cls is not None:
            return cls(**{k: v for k, v in config.items() if k != "registered_name"})
    known = ", ".join(sorted({cls.__name__ for cls in table.values()}))
    raise ValueError(f"{kind} {identifier!r} is unknown; known are: {known}")


def table_of(classes):
    """A table of classes by name, with case and without."""
    table = {}
    for cls in classes:
        table[cls.__name__] = table[cls.__name__.lower()] = cls
    return table
