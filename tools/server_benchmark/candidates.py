"""The servers that are compared, each installed for itself and started over the same app."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

FOLDER = "SERVER_BENCHMARK_DATA"
"""The environment variable that tells the app where its data are."""
_APP = "tools.server_benchmark.served_app"
_OURS = f"""
import sys
from {_APP} import app, plain
from kb_service.web.listening import make_server, run_server
app.config = plain.config
run_server(make_server(app, "127.0.0.1", int(sys.argv[1])))
"""
_WAITRESS = f"""
import sys
import waitress
from {_APP} import app
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""
_CHEROOT = f"""
import sys
from cheroot.wsgi import Server
from {_APP} import app
Server(("127.0.0.1", int(sys.argv[1])), app, numthreads=8).start()
"""
_SECONDS_TO_START = 120.0


@dataclass(frozen=True)
class Candidate:
    """A server: the distribution that it comes in, and what to run; `PORT` stands for the port.

    Each is one process with eight threads, because one process owns the store.
    """

    name: str
    distribution: str
    command: Sequence[str]


CANDIDATES = (
    Candidate("waitress as here", "", ("-c", _OURS, "PORT")),
    Candidate("waitress by default", "", ("-c", _WAITRESS, "PORT")),
    Candidate(
        "gunicorn gthread",
        "gunicorn",
        (
            *("-m", "gunicorn", "--worker-class", "gthread", "--workers", "1"),
            *("--threads", "8", "--worker-connections", "1000", "--bind", "127.0.0.1:PORT"),
            *("--keep-alive", "60", "--no-control-socket", f"{_APP}:app"),
        ),
    ),
    Candidate(
        "granian",
        "granian",
        (
            *("-m", "granian", "--interface", "wsgi", "--workers", "1"),
            *("--blocking-threads", "8", "--host", "127.0.0.1", "--port", "PORT", f"{_APP}:app"),
        ),
    ),
    Candidate("cheroot", "cheroot", ("-c", _CHEROOT, "PORT")),
)


@contextmanager
def running(candidate: Candidate) -> Iterator[int]:
    """The port of the server while the block runs. Raises RuntimeError when it does not start."""
    with tempfile.TemporaryDirectory() as scratch:
        packages = Path(scratch) / "packages"
        if candidate.distribution:
            _install(candidate.distribution, packages)
        port = _free_port()
        command = [sys.executable, *(word.replace("PORT", str(port)) for word in candidate.command)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(packages), str(Path.cwd())]),
            FOLDER: str(Path(scratch) / "data"),
        }
        log = Path(scratch) / "log"
        with log.open("wb") as errors:
            run = subprocess.Popen(
                command, env=environment, stdout=errors, stderr=errors, cwd=Path.cwd()
            )
        try:
            _await(port, run, log)
            yield port
        finally:
            run.terminate()
            try:
                run.wait(20)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()


def _install(distribution: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    subprocess.run([*command, distribution], check=True)


def _await(port: int, run: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        if run.poll() is not None:
            raise RuntimeError(f"it ended:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            with urlopen(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D", timeout=30):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"it did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
