"""One peer in a process of its own: `worker.py PEER THREADS`, JSON lines in and out.

`{"prepare": {kind, cell, batch, time, inputs, units}, "arrays": PATH}` builds the model;
`{"outputs": PATH}` computes once and writes what came out; `{"time": CALLS}` gives the seconds
that each of so many calls took on average. A peer that lacks a workload answers `unsupported`.
"""

import importlib
import json
import sys
import time

import numpy as np


def main() -> None:
    # Libraries print to the standard output as they load; only answers go there.
    answers, sys.stdout = sys.stdout, sys.stderr
    peer = importlib.import_module(sys.argv[1]).Peer(int(sys.argv[2]))
    print(json.dumps({"version": peer.version}), file=answers, flush=True)
    call = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            with np.load(request["arrays"]) as arrays:
                call = peer.prepare(request["prepare"], dict(arrays))
            answer = {"prepared": True} if call else {"unsupported": True}
        elif "outputs" in request:
            np.save(request["outputs"], peer.outputs())
            answer = {"written": True}
        else:
            calls = request["time"]
            start = time.perf_counter()
            for _ in range(calls):
                call()
            answer = {"seconds": (time.perf_counter() - start) / calls}
        print(json.dumps(answer), file=answers, flush=True)


main()
