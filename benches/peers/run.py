#!/usr/bin/env python3
"""elman and its peers on the same work, in one run.

    python3 benches/peers/run.py [--only WORD ...] [--peers NAME ...] [--rounds N]

makes what it needs below `target/peers` (a virtual environment with the pinned Python peers, elman
and the peers in Rust in release), has every peer compute every row from the same numbers, refuses results that
differ from a float64 reference, and then measures them in turns: one block of calls of each peer,
on one thread and on two, and again, so that what else the machine does hits all alike. Printed are
median times of a call and, for each peer, its time over elman's, the better number of threads of
each. `results.json` has every block, `table.svg` the picture.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "target" / "peers"
VENV = WORK / "venv"

# The seconds that one block of calls should take.
BLOCK = 0.1
# Pools of threads spin for a while after a call; the next peer starts when they are asleep.
PAUSE = 0.25
PYTHON_PEERS = ["pytorch", "onnx_runtime", "open_vino", "keras_tensorflow", "keras_jax"]
# Each is a binary of its own, built only if it is asked for.
RUST_PEERS = ["tract", "rten", "burn", "candle"]
PEERS = PYTHON_PEERS + RUST_PEERS


def enter_environment() -> None:
    """Starts over inside of the virtual environment, made first if it isn't there."""
    requirements = HERE / "requirements.txt"
    stamp = VENV / "requirements.txt"
    python = VENV / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        print("installing the Python peers; the first time takes minutes and some GB", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        stamp.write_text(requirements.read_text())
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), *sys.argv])


def build(peers: list[str]) -> None:
    """Builds elman and those peers that are in Rust."""
    for peer in ["elman", *(peer for peer in peers if peer in RUST_PEERS)]:
        binary = WORK / "rust" / "release" / f"peer-{peer}"
        if not binary.exists():
            print(f"building {peer}; the first time takes up to a quarter of an hour", file=sys.stderr)
        # One by one, so that no peer's features change what another is built with.
        command = ["cargo", "build", "--release", "--quiet", "--package", f"peer-{peer}"]
        subprocess.run([*command, "--target-dir", WORK / "rust"], cwd=HERE / "rust", check=True)


class Worker:
    """A peer on so many threads, in a process of its own."""

    def __init__(self, peer: str, threads: int) -> None:
        self.peer, self.threads = peer, threads
        if peer in PYTHON_PEERS:
            command = [sys.executable, str(HERE / "python" / "worker.py"), peer, str(threads)]
        else:
            command = [str(WORK / "rust" / "release" / f"peer-{peer}"), str(threads)]
        cores = sorted(os.sched_getaffinity(0))[:threads]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(WORK / f"{peer}.log").open("w"),
            text=True,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        self.version = self.answer()["version"]

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.peer} ended; see {WORK / self.peer}.log")
        return json.loads(line)

    def ask(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()


def measure(workload, workers: list[Worker], rounds: int) -> dict:
    """The seconds of a call in every block, by peer and threads; missing: who lacks the workload."""
    import numpy as np

    import onnx_graphs
    from workloads import reference

    arrays = workload.arrays()
    path, request = WORK / "arrays.npz", {"prepare": vars(workload)}
    np.savez(path, **arrays)
    if workload.kind not in ("TRAIN", "FIT"):
        graph = WORK / "graph.onnx"
        graph.write_bytes(onnx_graphs.model(vars(workload), arrays, states=workload.kind == "STREAM"))
        request["onnx"] = str(graph)
    able, results, checked = [], {}, {}
    for worker in workers:
        if "unsupported" in worker.ask(**request, arrays=str(path)):
            continue
        written = WORK / f"{worker.peer}.npy"
        worker.ask(outputs=str(written))
        checked[worker.peer] = np.load(written).astype(np.float64).ravel()
        able.append(worker)
    # Gradients and losses are checked against PyTorch's, outputs against float64.
    of_training = workload.kind in ("TRAIN", "FIT")
    expected = checked.get("pytorch") if of_training else reference(workload, arrays).ravel()
    # Roundings of every step of an epoch add up.
    tolerance = 1e-2 if workload.kind == "FIT" else 1e-4
    for peer, got in checked.items():
        if expected is None:
            break
        scale = np.abs(expected).max() if workload.kind == "FIT" else max(1.0, np.abs(expected).max())
        error = np.abs(got - expected).max() / scale
        if not error < tolerance:
            raise SystemExit(f"{workload.name}: {peer} differs by {error:.1e} from the reference")
    calls = {}
    for worker in able:
        worker.ask(time=1)
        once = worker.ask(time=1)["seconds"]
        if once < BLOCK:
            once = worker.ask(time=max(2, round(BLOCK / 4 / once)))["seconds"]
        calls[worker] = max(1, round(BLOCK / max(once, 1e-8)))
        results[worker.peer, worker.threads] = []
    for turn in range(rounds):
        for worker in able if turn % 2 == 0 else reversed(able):
            time.sleep(PAUSE)
            # The first call finds caches and threads cold.
            if calls[worker] > 1:
                worker.ask(time=max(1, calls[worker] // 10))
            results[worker.peer, worker.threads].append(worker.ask(time=calls[worker])["seconds"])
    return results


def better(results: dict, peer: str) -> float | None:
    """The median of the better number of threads."""
    medians = [statistics.median(blocks) for (name, _), blocks in results.items() if name == peer]
    return min(medians, default=None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="rows whose names contain one of these")
    parser.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS, metavar="NAME", help=" ".join(PEERS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], metavar="N")
    parser.add_argument("--rounds", type=int, default=9, help="blocks of each peer in a row (9)")
    parser.add_argument("--keep", action="store_true", help="add to the rows that results.json has: a run in pieces")
    parser.add_argument("--no-build", action="store_true", help="measure what is built already")
    parser.add_argument("--output", type=Path, default=WORK, help="where results.json and table.svg go")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    enter_environment()
    if not options.no_build:
        build(options.peers)
    sys.path.append(str(HERE / "python"))

    import report
    from workloads import rows

    table = [row for row in rows() if not options.only or any(word in row.name for word in options.only)]
    if not table:
        parser.error("no row has such a name")
    workers = [Worker(peer, threads) for peer in ["elman", *options.peers] for threads in options.threads]
    # What the machine does at best, by number of threads.
    peaks = {worker.threads: worker.ask(peak=True)["peak"] for worker in workers if worker.peer == "elman"}
    measured, versions = report.read(options.output) if options.keep else ([], {})
    versions = {**versions, **{worker.peer: worker.version for worker in workers}}
    order = [row.name for row in rows()]
    kept = {workload.name for workload, _ in measured}
    for workload in table:
        if workload.name in kept:
            continue
        results = measure(workload, workers, options.rounds)
        measured.append((workload, results))
        medians = {peer: better(results, peer) for peer in ["elman", *options.peers]}
        print(report.line(workload, medians, report.share(workload, results, peaks)), flush=True)
        # After each row: a run that is cut short has shown what it has.
        measured.sort(key=lambda row: order.index(row[0].name))
        report.write(options.output, measured, versions, better, peaks)
    print(report.summary(measured, better))


if __name__ == "__main__":
    main()
