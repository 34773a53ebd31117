"""A service started as its users start it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.conformance.endpoint import Endpoint


@contextmanager
def plain_service(data: Path) -> Iterator[Endpoint]:
    """`rengang serve --plain` over a fresh data folder, on a free port of this machine."""
    command = [sys.executable, "-m", "kb_service.cli", "serve", "--plain", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data", str(data), "--lang", "en"], stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        try:
            address = service.stdout.readline().split()[-1].rstrip("/")
            with httpx.Client(timeout=60) as client:
                yield Endpoint(client, f"{address}/sparql", f"{address}/data")
        finally:
            service.terminate()
