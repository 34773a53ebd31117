"""The servers that are compared, each started for itself over the same triples."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from kb_service.store.data_folder import DataFolder
from tools.endpoint_benchmark.people import load

PEERS = ("oxigraph", "rdflib-endpoint[cli]", "oxrdflib", "uvicorn", "click")
"""Distributions that the peers come from."""
_STARTING = 1800.0


@dataclass(frozen=True)
class Server:
    """A server that answers at an address."""

    name: str
    query: str
    update: str
    process: psutil.Process
    authorization: str = ""
    """What a client shows, if anything."""

    def megabytes(self) -> float:
        """The memory that it and its children hold, shared pages counted once."""
        processes = [self.process, *self.process.children(recursive=True)]
        held = sum(int(one.memory_full_info().pss) for one in processes if one.is_running())
        return held / 1e6


def install_peers(folder: Path) -> Path:
    """The folder with the peers' commands, in an environment of their own."""
    if not (folder / "bin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(folder / "bin" / "pip"), "install", "--quiet", *PEERS]
        subprocess.run(command, check=True)
    return folder / "bin"


def prepare_stores(triples: Path, folder: Path) -> None:
    """One store for each server that keeps its data on disk, with the same triples."""
    load(triples, folder / "oxigraph")
    ours = DataFolder.create_or_open(folder / "ours")
    shutil.copytree(folder / "oxigraph", ours.store)


_OURS = (sys.executable, "-m", "kb_service.cli")
_ANY_NUMBER = {
    "RENGANG_ACCESS_REQUESTS_PER_MINUTE": "1000000",
    "RENGANG_ACCESS_CONCURRENT_REQUESTS": "1000",
}


@contextmanager
def ours(folder: Path) -> Iterator[Server]:
    """`rengang serve --plain`."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}/sparql"
    command = [*_OURS, "serve", "--plain", "--data", str(folder / "ours"), "--port", str(port)]
    with _started("ours", command, address, address) as one:
        yield one


@contextmanager
def ours_in_full(folder: Path) -> Iterator[Server]:
    """`rengang serve` over the example organisation, asked with a token of HR, every look audited."""
    port, data = _free_port(), ["--data", str(folder / "organisation")]
    address = f"http://127.0.0.1:{port}/sparql"
    begin = [*_OURS, "import", "--example", *data]
    if not (folder / "organisation").exists():
        subprocess.run(begin, check=True, capture_output=True)
    give = [*_OURS, "token", "add", f"load-{port}", "--role", "hr", *data, "--lang", "en"]
    said = subprocess.run(give, check=True, capture_output=True, text=True).stdout
    found = re.search(r"rengang_[a-z2-7]+", said)
    assert found is not None
    shown = f"Bearer {found[0]}"
    command = [*_OURS, "serve", *data, "--port", str(port)]
    with _started("ours, in full", command, address, "", shown, _ANY_NUMBER) as one:
        yield one


@contextmanager
def oxigraph(folder: Path, commands: Path) -> Iterator[Server]:
    """The native server of the engine."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(commands / "oxigraph"), "serve", "--location", str(folder / "oxigraph")]
    command += ["--bind", f"127.0.0.1:{port}"]
    with _started("oxigraph", command, f"{address}/query", f"{address}/update") as one:
        yield one


@contextmanager
def rdflib_endpoint(triples: Path, commands: Path) -> Iterator[Server]:
    """`rdflib-endpoint`, which keeps its triples in memory."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [str(commands / "rdflib-endpoint"), "serve", "--enable-update"]
    command += ["--host", "127.0.0.1", "--port", str(port), str(triples)]
    with _started("rdflib-endpoint", command, address, address) as one:
        yield one


@contextmanager
def _started(
    name: str,
    command: list[str],
    query: str,
    update: str,
    authorization: str = "",
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    ) as run:
        try:
            _await(query, run, {"Authorization": authorization} if authorization else {})
            yield Server(name, query, update, psutil.Process(run.pid), authorization)
        finally:
            run.terminate()


def _await(query: str, run: subprocess.Popen[bytes], headers: Mapping[str, str]) -> None:
    end = time.monotonic() + _STARTING
    while time.monotonic() < end:
        if run.poll() is not None:
            raise RuntimeError(f"the server ended with status {run.returncode}")
        try:
            asked = {"query": "ASK {}"}
            if httpx.get(query, params=asked, headers=headers, timeout=5).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cores() -> int:
    """How many processors servers and clients share."""
    return len(os.sched_getaffinity(0))
