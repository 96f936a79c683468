"""Makes `notebook_rust.ipynb` of `tour.rs`: `python make_notebook.py`, or `--check` that it is the same.

A line `// %%` begins a cell, `// %% [markdown]` a text; what stands before the first and after the last is left out.
"""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
DEPENDENCIES = """\
:dep elman = { path = "../crates/elman", features = ["plot"] }
:dep ndarray = "*"
"""


def cells(source):
    """The kind and the lines of each cell."""
    found = []
    for line in source.splitlines():
        line = line.removeprefix("    ")
        if line.startswith("// %%"):
            found.append(("markdown" if "[markdown]" in line else "code", []))
        elif found:
            found[-1][1].append(line)
    return found[:-1]


def text(kind, lines):
    if kind == "markdown":
        lines = [line.removeprefix("//").removeprefix(" ") for line in lines]
    return "\n".join(lines).strip("\n")


def notebook(source):
    made, first = [], True
    for number, (kind, lines) in enumerate(cells(source)):
        body = text(kind, lines)
        if kind == "code" and first:
            body, first = DEPENDENCIES + body, False
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": body.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Rust", "language": "rust", "name": "rust"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


if __name__ == "__main__":
    path = FOLDER / "notebook_rust.ipynb"
    made = json.dumps(notebook((FOLDER / "tour.rs").read_text()), indent=1, sort_keys=True) + "\n"
    if "--check" not in sys.argv:
        path.write_text(made)
    elif path.read_text() != made:
        sys.exit("examples/notebook_rust.ipynb is not made of examples/tour.rs: python examples/make_notebook.py")
