"""Pictures and tables, as notebooks show them."""

import html
import os

from . import _elman


class Picture:
    """A picture as SVG. A notebook shows it; `save` writes it; `svg` is its text.

    >>> Picture("<svg/>").svg
    '<svg/>'
    """

    def __init__(self, svg):
        self.svg = svg

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return f"<Picture of {len(self.svg)} characters of SVG>"

    def save(self, path):
        """Writes the picture as a file, which must end in `.svg`.

        Raises:
            ValueError: for another ending.
            OSError: for a file that can't be written.
        """
        path = os.fspath(path)
        if not path.lower().endswith(".svg"):
            raise ValueError(f"save: argument `path` must end in .svg, got {path!r}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)


def table(title, head, rows, notes=()):
    """A table as HTML: the first column to the left, the others to the right."""

    def row(tag, cells):
        sides = ["left", *["right"] * (len(cells) - 1)]
        cells = [
            f'<{tag} style="text-align:{side}">{html.escape(str(cell))}</{tag}>'
            for side, cell in zip(sides, cells)
        ]
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(row("td", cells) for cells in rows)
    notes = "".join(f"<div>{html.escape(note)}</div>" for note in notes)
    return (
        f"<div><b>{html.escape(title)}</b></div><table><thead>{row('th', head)}</thead>"
        f"<tbody>{body}</tbody></table>{notes}"
    )


class Curves:
    """What a history shows: its numbers as a table, its curves as a picture."""

    #: The epochs of series that have values of some alone.
    _partial = {}

    #: So many epochs are shown at the end of a longer training, and the first one.
    _SHOWN = 10

    def plot(self, path=None):
        """The learning curves, the loss first, each metric with its validation; written as SVG to
        `path`, if there is one.

        Gives a `Picture`.

        Raises:
            ValueError: for a history without epochs, and for numbers that are none throughout.
        """
        series = [(name, [float(v) for v in values]) for name, values in self._series()]
        return _picture(_elman.plot_history(series, list(self.epoch)), path)

    def _series(self):
        """The series with a value for each epoch, NaN where there was no validation."""
        nan = float("nan")
        for name, values in self.history.items():
            own = self._partial.get(name, self.epoch)
            if len(values) == len(own):
                of_epoch = dict(zip(own, values))
                values = [of_epoch.get(epoch) for epoch in self.epoch]
                yield name, [nan if value is None else value for value in values]

    def _repr_html_(self):
        series, count = list(self._series()), len(self.epoch)
        shown = list(range(count))
        if count > self._SHOWN + 1:
            shown = [0, None, *shown[-self._SHOWN :]]
        rows = [
            ["…"] * (len(series) + 1)
            if i is None
            else [self.epoch[i] + 1, *(_number(values[i]) for _, values in series)]
            for i in shown
        ]
        return table("History", ["epoch", *(name for name, _ in series)], rows)


def _number(value):
    return "" if value != value else f"{value:.4g}"


class Pictures:
    """What a model shows: its summary as a table, its hidden states as a picture."""

    def _repr_html_(self):
        rows = [
            [f"{layer.name} ({type(layer).__name__})", _shape_of(layer), _count_of(layer)]
            for layer in self.layers
        ]
        notes = [] if self.built else ["not built yet"]
        if self.built:
            trained = sum(_size(shape) for *_, shape, is_trained in self._native.weight_table() if is_trained)
            total = self.count_params()
            notes = [f"{total:,} parameters, {trained:,} of them trained"]
        return table(f"{type(self).__name__} “{self.name}”", ["layer", "output", "parameters"], rows, notes)

    def hidden_states(self, x, layer=None):
        """What a recurrent layer gives at every step, `(batch, time, units)`, whether or not it
        returns sequences: of the layer of that name, or of the last that runs over time.

        Raises:
            ValueError: for a layer that doesn't run over time, with the names of those that do.
        """
        return _elman.hidden_states(self._native, self._recurrent(layer), x)

    def plot_states(self, x, layer=None, sample=0, path=None):
        """The hidden states of one sample of `x` over time, as a heat map; written as SVG to `path`,
        if there is one. `layer` is as for `hidden_states`.

        Gives a `Picture`.

        Raises:
            ValueError: for a layer that doesn't run over time, for a sample that isn't there.
        """
        states = self.hidden_states(x, layer)
        if not -len(states) <= sample < len(states):
            raise ValueError(f"plot_states: argument `sample` must be below {len(states)}, got {sample!r}")
        return _picture(_elman.plot_states(self._recurrent(layer), states[sample]), path)

    def _recurrent(self, layer):
        if layer is not None:
            return layer if isinstance(layer, str) else layer.name
        known = _elman.recurrent_layers(self._native)
        if not known:
            raise ValueError(f"model {self.name}: no layer runs over time, so there are no states")
        return known[-1]


def _picture(svg, path):
    picture = Picture(svg)
    if path is not None:
        picture.save(path)
    return picture


def _shape_of(layer):
    try:
        return layer.output_shape
    except AttributeError:
        return "?"


def _count_of(layer):
    try:
        return f"{layer.count_params():,}"
    except ValueError:
        return "?"


def _size(shape):
    size = 1
    for dim in shape:
        size *= dim
    return size
