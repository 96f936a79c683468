"""The table of a run: as text, as JSON, as a picture."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from pathlib import Path
from xml.sax.saxutils import escape

KINDS = ("STREAM", "SEQ1", "BATCH", "TRAIN", "PREDICT", "FIT")


def microseconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    value = seconds * 1e6
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def line(workload, medians: dict[str, float | None]) -> str:
    """A row: elman's time, then each peer's with its ratio to elman's."""
    ours = medians["elman"]
    parts = [f"{workload.name:28} elman {microseconds(ours):>9}"]
    for peer, theirs in medians.items():
        if peer != "elman" and theirs is not None:
            ratio = f" ({theirs / ours:.2f})" if ours else ""
            parts.append(f"{peer} {microseconds(theirs)}{ratio}")
    return "  ".join(parts)


def best_peer(results: dict, better) -> float | None:
    peers = {peer for peer, _ in results if peer != "elman"}
    return min((better(results, peer) for peer in peers), default=None)


def summary(measured: list, better) -> str:
    """For each kind of work: the best peer of each row over elman, their geometric mean and least."""
    lines = ["", "the best peer's time over elman's"]
    for kind in KINDS:
        ratios = []
        for workload, results in measured:
            ours, theirs = better(results, "elman"), best_peer(results, better)
            if workload.kind == kind and ours and theirs:
                ratios.append((theirs / ours, workload.name))
        if ratios:
            mean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in ratios))
            lines.append(f"{kind:7} geometric mean {mean:.2f}, least {min(ratios)[0]:.2f} ({min(ratios)[1]})")
    return "\n".join(lines)


def machine() -> dict[str, object]:
    name = next(
        (text.split(":", 1)[1].strip() for text in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in text),
        platform.processor(),
    )
    return {"cpu": name, "cores": len(os.sched_getaffinity(0)), "system": platform.platform()}


def write(folder: Path, measured: list, versions: dict[str, str], better) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            **vars(workload),
            "name": workload.name,
            "blocks": [
                {"peer": peer, "threads": threads, "seconds": blocks} for (peer, threads), blocks in results.items()
            ],
        }
        for workload, results in measured
    ]
    document = {"machine": machine(), "versions": versions, "rows": rows}
    (folder / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "table.svg").write_text(picture(measured, versions, better))


def picture(measured: list, versions: dict[str, str], better) -> str:
    """Each cell: a peer's time in microseconds, its ratio to elman's, green where elman is ahead."""
    peers = [peer for peer in versions if peer != "elman"]
    left, wide, high = 210, 118, 22
    width, height = left + wide * (len(peers) + 1) + 10, high * (len(measured) + 2) + 30
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="8" y="18" font-size="13">Microseconds a call (times elman) on {escape(str(machine()["cpu"]))}</text>',
    ]

    def cell(column: int, row: int, text: str, fill: str = "none") -> None:
        x, y = left + wide * column, 30 + high * row
        out.append(f'<rect x="{x}" y="{y}" width="{wide - 2}" height="{high - 2}" fill="{fill}"/>')
        out.append(f'<text x="{x + wide - 8}" y="{y + 14}" text-anchor="end">{escape(text)}</text>')

    for column, peer in enumerate(["elman", *peers]):
        cell(column, 0, peer.replace("_", " "))
    for row, (workload, results) in enumerate(measured, 1):
        out.append(f'<text x="8" y="{30 + high * row + 14}">{escape(workload.name)}</text>')
        ours = better(results, "elman")
        cell(0, row, microseconds(ours), "#eef3fb")
        for column, peer in enumerate(peers, 1):
            theirs = better(results, peer)
            if theirs is None or ours is None:
                cell(column, row, microseconds(theirs))
                continue
            ratio = theirs / ours
            # Ten times as fast is as green, or as red, as it gets.
            strength = min(1.0, abs(math.log10(ratio)))
            shade = round(245 - 90 * strength)
            fill = f"rgb({shade},245,{shade})" if ratio >= 1 else f"rgb(250,{shade},{shade})"
            cell(column, row, f"{microseconds(theirs)} ({ratio:.2f})", fill)
    out.append("</svg>\n")
    return "\n".join(out)
