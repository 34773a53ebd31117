"""The service as it is run: `rengang serve` in a process of its own, on a free port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Role
from kb_service.access.tokens import Tokens
from kb_service.store.data_folder import DataFolder

_START_SECONDS = 180


@dataclass(frozen=True)
class Served:
    """A service that runs: where it listens, its process, and the folder with its data."""

    port: int
    process: subprocess.Popen[str]
    folder: Path

    @property
    def url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[psutil.Process]:
        """Its process and all that it started, as far as they live."""
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 180.0,
    ) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def got(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body of the answer to a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def put(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Store JSON at a path of the API."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        status, answer = self.send("PUT", f"/api/v1/{path}", json.dumps(body), sent)
        assert status in (200, 201), answer


@contextmanager
def serving(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """A service over a data folder, from when it listens until the block ends."""
    command = [sys.executable, "-m", "kb_service.cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=(folder.parent / "serve.log").open("w"),
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", **(environment or {})},
    )
    try:
        yield Served(_port(process), process, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()


def _port(process: subprocess.Popen[str]) -> int:
    """The port that the service says it listens at."""
    assert process.stdout is not None
    late = threading.Timer(_START_SECONDS, process.kill)
    late.start()
    try:
        for line in process.stdout:
            if "http://" in line:
                return int(line.rpartition(":")[2].strip("/ \n"))
    finally:
        late.cancel()
    raise AssertionError("the service ended before it listened")


def token_for(
    served: Served, role: Role, *, name: str = "", person: str = "", team: str = ""
) -> str:
    """A new token for a role: of a `person` or a `team` where the role is."""
    with closing(AccessDatabase(DataFolder.open(served.folder).access)) as database:
        text, _ = Tokens(database).add(name or role.value, role, person=person, team=team)
    return text


T12 = ("time-management", "service", "conflict-resolution")


def with_people(served: Served, headers: Mapping[str, str] | None = None) -> None:
    """Three invented people: one rated well, one so so, one not at all."""
    post = "customer-service-specialist"
    people = {
        "p001": ("谭静", "hotline-1", {**dict.fromkeys(T12, 8), "patience": 5.5}),
        "p002": ("李小红", "hotline-1", {**dict.fromkeys(T12, 6), "patience": 9}),
        "p003": ("Wang Ming", "hotline-2", {}),
    }
    for person, (name, team, ratings) in people.items():
        served.put(f"people/{person}", {"name": name, "team": team, "post": post}, headers)
        if ratings:
            assessment = {
                "date": "2026-05-04",
                "source": "test",
                "framework": "t12",
                "ratings": ratings,
            }
            served.put(f"people/{person}/assessments/2026-05-test", assessment, headers)
