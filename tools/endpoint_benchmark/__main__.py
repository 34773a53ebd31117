"""The command: small queries, large answers and writes, ours beside peers, as Markdown.

    python -m tools.endpoint_benchmark [--people N] [--folder FOLDER] [--without rdflib-endpoint]
                                       [--rounds N] [--seconds N]

Needs wrk, which is a package of Debian. Servers and clients share the machine's processors. All
servers run, and are asked by turns, so that whatever else the machine does slows all of them; the
figures are medians of the rounds, and ratios to the same round of another server.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tools.endpoint_benchmark.load import Rate, large_answer, small_queries, writes
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
PEERS = ("oxigraph", "rdflib-endpoint")
ROWS = 100_000
TYPES = {"CSV": "text/csv", "JSON": "application/sparql-results+json"}


def main() -> None:
    """Prepare the triples, start one server after the other, and print what each did."""
    parser = argparse.ArgumentParser(prog="python -m tools.endpoint_benchmark")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where triples and stores are kept for reuse")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="how long one load lasts")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk; on Debian and Ubuntu: apt install wrk")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        lasting = range(options.rounds), options.seconds
        for line in report(folder, options.people, options.without, *lasting):
            print(line, flush=True)


def report(
    folder: Path, people: int, without: Sequence[str], rounds: range, seconds: int
) -> Iterator[str]:
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
    with ExitStack() as running:
        servers = {
            name: running.enter_context(start())
            for name, start in starts.items()
            if name not in without
        }
        for server in servers.values():
            small_queries(server, people, CLIENTS[0], seconds)  # warms every cache
        yield from _rates(servers, people, rounds, seconds)
        yield ""
        yield f"| server | {ROWS:,} rows as | first byte s | whole s | MB | memory MB |"
        yield "|---|---|--:|--:|--:|--:|"
        for server in servers.values():
            if server.update:
                yield from _streams(server)


def _rates(
    servers: Mapping[str, Server], people: int, rounds: range, seconds: int
) -> Iterator[str]:
    yield ""
    yield f"| server | what | clients | a second | p99 ms | failed | {_columns(servers)} |"
    yield "|---|---|--:|--:|--:|--:|" + "--:|" * len(_peers(servers))
    for clients in CLIENTS:
        seen: dict[str, list[Rate]] = {name: [] for name in servers}
        for _ in rounds:
            for name, server in servers.items():
                seen[name].append(small_queries(server, people, clients, seconds))
        yield from _rows(servers, seen, "small SELECT", clients)
    writing = {name: server for name, server in servers.items() if server.update}
    for clients in CLIENTS[:2]:
        seen = {name: [writes(server, clients, seconds)] for name, server in writing.items()}
        yield from _rows(writing, seen, "INSERT DATA", clients)


def _rows(
    servers: Mapping[str, Server], seen: Mapping[str, list[Rate]], what: str, clients: int
) -> Iterator[str]:
    for name, server in servers.items():
        rates = seen[name]
        per_second = statistics.median(rate.per_second for rate in rates)
        p99 = statistics.median(rate.p99_ms for rate in rates)
        failed = sum(rate.failed for rate in rates)
        ratios = (_ratio(rates, seen[peer]) for peer in _peers(servers))
        cells = [server.name, what, str(clients), f"{per_second:,.0f}", f"{p99:,.1f}"]
        yield f"| {' | '.join([*cells, f'{failed:,}', *ratios])} |"


def _ratio(rates: Sequence[Rate], others: Sequence[Rate]) -> str:
    """How many times as many requests were answered, the median of the rounds."""
    pairs = zip(rates, others, strict=True)
    return f"{statistics.median(one.per_second / other.per_second for one, other in pairs):.2f}"


def _peers(servers: Mapping[str, Server]) -> list[str]:
    return [name for name in PEERS if name in servers]


def _columns(servers: Mapping[str, Server]) -> str:
    return " | ".join(f"times {name}" for name in _peers(servers))


def _streams(server: Server) -> Iterator[str]:
    for name, media_type in TYPES.items():
        seen = large_answer(server, ROWS, media_type)
        yield (
            f"| {server.name} | {name} | {seen.first:.3f} | {seen.whole:.2f} | "
            f"{seen.megabytes:.1f} | {seen.held_megabytes:,.0f} |"
        )


if __name__ == "__main__":
    main()
