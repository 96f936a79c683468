"""The table of a run: as text, as JSON, as a picture."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from pathlib import Path
from xml.sax.saxutils import escape

from workloads import Workload

HERE = Path(__file__).resolve().parent
KINDS = ("STREAM", "SEQ1", "BATCH", "TRAIN", "PREDICT", "FIT")


def microseconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    value = seconds * 1e6
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def elsewhere() -> list[dict]:
    """Figures of peers that are not built here, of another machine and another day: to be shown as
    what they are, and never to be divided by those of a run."""
    return json.loads((HERE / "measured_elsewhere.json").read_text())


def share(workload, results: dict, peaks: dict[int, float]) -> float | None:
    """How much of the multiply-adds that the machine does at best elman's products are."""
    medians = {threads: statistics.median(blocks) for (peer, threads), blocks in results.items() if peer == "elman"}
    if workload.kind in ("STREAM", "FIT") or not medians:
        return None
    threads = min(medians, key=medians.get)
    return workload.flops / medians[threads] / peaks[threads] if peaks.get(threads) else None


def line(workload, medians: dict[str, float | None], of_peak: float | None) -> str:
    """A row: elman's time and its share of the peak, then each peer's time with its ratio to elman's."""
    ours = medians["elman"]
    parts = [f"{workload.name:28} elman {microseconds(ours):>9}"]
    if of_peak:
        parts.append(f"{of_peak:.0%} of peak")
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


def write(folder: Path, measured: list, versions: dict[str, str], better, peaks: dict[int, float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            **vars(workload),
            "name": workload.name,
            "operations": workload.flops,
            "of_peak": share(workload, results, peaks),
            "blocks": [
                {"peer": peer, "threads": threads, "seconds": blocks} for (peer, threads), blocks in results.items()
            ],
        }
        for workload, results in measured
    ]
    document = {
        "machine": machine(),
        "versions": versions,
        "multiply_adds_per_second": peaks,
        "rows": rows,
        "measured_elsewhere": elsewhere(),
    }
    (folder / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (folder / "table.svg").write_text(picture(measured, versions, better, peaks))


def read(folder: Path) -> tuple[list, dict[str, str]]:
    """The rows and versions of a run that wrote there before; none if none did."""
    path = folder / "results.json"
    if not path.exists():
        return [], {}
    document = json.loads(path.read_text())

    def row(row: dict) -> tuple:
        workload = Workload(*(row[name] for name in ("kind", "cell", "batch", "time", "inputs", "units")))
        return workload, {(block["peer"], block["threads"]): block["seconds"] for block in row["blocks"]}

    return [row(one) for one in document["rows"]], document["versions"]


def picture(measured: list, versions: dict[str, str], better, peaks: dict[int, float]) -> str:
    """Each cell: a peer's time in microseconds, its ratio to elman's, green where elman is ahead."""
    peers = [peer for peer in versions if peer != "elman"]
    others = [other for other in elsewhere() if any(row.name in other["microseconds"] for row, _ in measured)]
    left, wide, high, top = 190, 112, 22, 56
    columns = len(peers) + 1 + len(others)
    notes = [f"{versions[peer]}" for peer in ["elman", *peers]]
    notes = [", ".join(notes[at : at + 6]) for at in range(0, len(notes), 6)]
    for other in others:
        notes.append(f"* measured elsewhere, not in this run: {other['name']} on {other['machine']}")
    width = left + wide * columns + 10
    height = top + high * (len(measured) + 1) + 16 * len(notes) + 16
    name = machine()
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<text x="8" y="20" font-size="14" font-weight="bold">Microseconds a call</text>',
        f'<text x="8" y="40" fill="#555">{escape(str(name["cpu"]))}, {name["cores"]} cores; the better of '
        f"{' and '.join(str(threads) for threads in sorted(peaks))} threads; in brackets, elman: share of the "
        "machine&#8217;s multiply-adds; peers: times elman&#8217;s time</text>",
    ]

    def cell(column: int, row: int, text: str, fill: str = "none", style: str = "") -> None:
        x, y = left + wide * column, top + high * row
        out.append(f'<rect x="{x}" y="{y}" width="{wide - 2}" height="{high - 2}" fill="{fill}"/>')
        out.append(f'<text x="{x + wide - 8}" y="{y + 14}" text-anchor="end"{style}>{escape(text)}</text>')

    bold = ' font-weight="bold"'
    quiet = ' fill="#777" font-style="italic"'
    for column, peer in enumerate(["elman", *peers]):
        cell(column, 0, peer.replace("_", " "), style=bold)
    for column, other in enumerate(others, len(peers) + 1):
        cell(column, 0, other["short"] + " *", style=quiet)
    for row, (workload, results) in enumerate(measured, 1):
        out.append(f'<text x="8" y="{top + high * row + 14}">{escape(workload.name)}</text>')
        ours = better(results, "elman")
        of_peak = share(workload, results, peaks)
        cell(0, row, microseconds(ours) + (f" ({of_peak:.0%})" if of_peak else ""), "#eef3fb")
        for column, peer in enumerate(peers, 1):
            theirs = better(results, peer)
            if theirs is None or ours is None:
                cell(column, row, microseconds(theirs), style=quiet)
                continue
            ratio = theirs / ours
            # Ten times as fast is as green, or as red, as it gets.
            strength = min(1.0, abs(math.log10(ratio)))
            shade = round(245 - 90 * strength)
            fill = f"rgb({shade},245,{shade})" if ratio >= 1 else f"rgb(250,{shade},{shade})"
            cell(column, row, f"{microseconds(theirs)} ({ratio:.2f})", fill)
        for column, other in enumerate(others, len(peers) + 1):
            value = other["microseconds"].get(workload.name)
            cell(column, row, f"{value:,.2f}" if value else "-", style=quiet)
    for at, note in enumerate(notes):
        y = top + high * (len(measured) + 1) + 16 * (at + 1)
        out.append(f'<text x="8" y="{y}" fill="#555">{escape(note)}</text>')
    out.append("</svg>\n")
    return "\n".join(out)
