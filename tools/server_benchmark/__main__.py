"""Measures every candidate and prints the table of docs/decisions/0020.

    python -m tools.server_benchmark [NAME ...]

It needs `wrk`, and installs the candidates from the package registry into folders that are
gone afterwards.
"""

from __future__ import annotations

import re
import subprocess
import sys

from tools.server_benchmark.candidates import CANDIDATES, Candidate, running
from tools.server_benchmark.slow_clients import (
    Beside,
    beside_slow_bodies,
    beside_slow_headers,
    beside_slow_readers,
)

_SECONDS = 5
_CLIENTS = (1, 8, 64)
_SMALL = "/sparql?query=ASK%7B%7D"


def main() -> None:
    """Print a row for each candidate, or for each that is named."""
    wanted = sys.argv[1:]
    print("| server | " + " | ".join(f"{number} clients" for number in _CLIENTS), end=" | ")
    print("slow headers | slow bodies | slow readers |")
    print("|---|" + "--:|" * len(_CLIENTS) + "---|---|---|")
    for candidate in CANDIDATES:
        if not wanted or candidate.name in wanted:
            print(f"| {candidate.name} | {' | '.join(_row(candidate))} |", flush=True)


def _row(candidate: Candidate) -> list[str]:
    """Each crowd meets a server of its own, so that none suffers from the one before."""
    with running(candidate) as port:
        rates = [f"{_rate(port, clients):,.0f}" for clients in _CLIENTS]
    besides = []
    for crowd in (beside_slow_headers, beside_slow_bodies, beside_slow_readers):
        with running(candidate) as port:
            besides.append(_told(crowd(port)))
    return [*rates, *besides]


def _told(beside: Beside) -> str:
    if beside.answered == beside.asked:
        return f"all answered, worst {beside.worst:.2f} s"
    return f"**{beside.answered} of {beside.asked}** answered"


def _rate(port: int, clients: int) -> float:
    """Small queries answered a second."""
    command = ["wrk", "--threads", "1", "--connections", str(clients)]
    command += ["--duration", f"{_SECONDS}s", "--timeout", "30s"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{_SMALL}"], check=True, capture_output=True, text=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if rate is None or "Non-2xx" in said:
        raise RuntimeError(f"not every request was answered:\n{said}")
    return float(rate[1])


if __name__ == "__main__":
    main()
