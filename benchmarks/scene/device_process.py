"""One simulated BIG-IP in a process of its own: commands on standard input, one JSON line for each on standard output.

The first line says what it is to be, the answer where it listens. After that ``journal N`` is answered with the calls
since its call number N, and the CPU time that it has used; the end of the input ends the device.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.scene.contents import Contents, arrange
from sectigo_f5.simulator import SimulatedBigIP, Switches

TMOS = "16.1.4"


def main() -> None:
    """Be a BIG-IP until the input ends; calls that it does not know are an error in the end."""
    order = json.loads(sys.stdin.readline())
    switches = Switches(tmos=TMOS, hostname=order["hostname"])
    with SimulatedBigIP(switches, order["address"], order["port"]) as device:
        arrange(device, Contents(**order["contents"]), order["label"], Path(order["state"]))
        device.engine.world.switches = replace(switches, latency=order["latency"])  # not while it was being filled
        say({"address": device.address, "port": device.port, "ca_file": str(device.ca_file)})
        for line in sys.stdin:
            since = int(line.removeprefix("journal "))
            calls = [asdict(call) for call in device.journal[since:]]
            say({"calls": calls, "cpu": time.process_time(), "tokens": len(device.tokens)})


def say(answer: dict[str, Any]) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
