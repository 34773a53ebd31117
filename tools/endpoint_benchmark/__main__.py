"""The command: small queries, large answers and writes, ours beside peers, as Markdown.

    python -m tools.endpoint_benchmark [--people N] [--folder FOLDER] [--without rdflib-endpoint]

Needs wrk, which is a package of Debian. Servers and clients share the machine's processors.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from tools.endpoint_benchmark.load import large_answer, small_queries, writes
from tools.endpoint_benchmark.people import TRIPLES_EACH, write_people
from tools.endpoint_benchmark.servers import (
    Server,
    cores,
    install_peers,
    ours,
    ours_in_full,
    oxigraph,
    prepare_stores,
    rdflib_endpoint,
)

CLIENTS = (1, 8, 64)
ROWS = 100_000
TYPES = {"CSV": "text/csv", "JSON": "application/sparql-results+json"}


def main() -> None:
    """Prepare the triples, start one server after the other, and print what each did."""
    parser = argparse.ArgumentParser(prog="python -m tools.endpoint_benchmark")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where triples and stores are kept for reuse")
    parser.add_argument("--without", action="append", default=[])
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk; on Debian and Ubuntu: apt install wrk")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        for line in report(folder, options.people, options.without):
            print(line, flush=True)


def report(folder: Path, people: int, without: list[str]) -> Iterator[str]:
    """The tables."""
    commands = install_peers(folder / "peers")
    triples = folder / f"{people}.nt"
    if not triples.exists():
        write_people(triples, people)
        shutil.rmtree(folder / "ours", ignore_errors=True)
        shutil.rmtree(folder / "oxigraph", ignore_errors=True)
        prepare_stores(triples, folder)
    starts: dict[str, Callable[[], AbstractContextManager[Server]]] = {
        "ours": lambda: ours(folder),
        "ours-in-full": lambda: ours_in_full(folder),
        "oxigraph": lambda: oxigraph(folder, commands),
        "rdflib-endpoint": lambda: rdflib_endpoint(triples, commands),
    }
    yield f"{people * TRIPLES_EACH:,} triples, {cores()} processors for servers and clients."
    yield ""
    yield "| server | what | clients | a second | p99 ms | failed |"
    yield "|---|---|--:|--:|--:|--:|"
    streams: list[str] = []
    for name, start in starts.items():
        if name in without:
            continue
        with start() as server:
            yield from _rates(server, people)
            if server.update:
                streams += _streams(server)
    yield ""
    yield f"| server | {ROWS:,} rows as | first byte s | whole s | MB | memory MB |"
    yield "|---|---|--:|--:|--:|--:|"
    yield from streams


def _rates(server: Server, people: int) -> Iterator[str]:
    small_queries(server, people, CLIENTS[0])  # the first run warms every cache
    for clients in CLIENTS:
        rate = small_queries(server, people, clients)
        yield _row(server, "small SELECT", clients, rate.per_second, rate.p99_ms, rate.failed)
    for clients in CLIENTS[:2] if server.update else ():
        rate = writes(server, clients)
        yield _row(server, "INSERT DATA", clients, rate.per_second, rate.p99_ms, rate.failed)


def _row(
    server: Server, what: str, clients: int, per_second: float, p99: float, failed: int
) -> str:
    return f"| {server.name} | {what} | {clients} | {per_second:,.0f} | {p99:,.1f} | {failed:,} |"


def _streams(server: Server) -> Iterator[str]:
    for name, media_type in TYPES.items():
        seen = large_answer(server, ROWS, media_type)
        yield (
            f"| {server.name} | {name} | {seen.first:.3f} | {seen.whole:.2f} | "
            f"{seen.megabytes:.1f} | {seen.held_megabytes:,.0f} |"
        )


if __name__ == "__main__":
    main()
