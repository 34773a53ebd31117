"""Sends attacks to a started service, several at once, while a good client asks all the while."""

from __future__ import annotations

import http.client
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from tests.hostile.attack import Attack, Canary
from tests.hostile.canaries import SECRET
from tests.hostile.limits import SECONDS_OF_A_QUERY, TRIES
from tests.hostile.places import Place
from tests.served import Served

AT_ONCE = 8
_LONGEST_READ = 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """What came back from one attack."""

    attack: Attack
    place: str
    role: str
    status: int | None
    seconds: float
    body: bytes
    limit: float
    """How many seconds it may take."""
    broken_off: bool = False
    """Whether a streamed answer ended before its end, which HTTP tells apart from a whole one."""

    def fault(self) -> str | None:
        """What is wrong with the answer, None when all is well.

        The connection may be closed without an answer only where no request could be read.
        """
        told = f"{self.attack.name} at {self.place} as {self.role}: {self.status}"
        if SECRET.encode() in self.body:
            return f"{told} shows the secret"
        if self.seconds > self.limit:
            return f"{told} after {self.seconds:.1f} s"
        if self.broken_off:
            return None
        if self.status is None:
            return None if self.place == "connection" else f"{told}, no answer"
        if 400 <= self.status < 500 or self.status in (501, 503, 505):
            return None
        if b"evil.example" in self.body.partition(b"\r\n\r\n")[0]:
            return f"{told} repeats the name of another host in its head"
        if 200 <= self.status < 400 and self.attack.may_be_answered(self.place):
            return None
        return f"{told} {self.body[:200]!r}"


@dataclass
class GoodClient:
    """Somebody who only asks what may be asked: how often, how long it took, what went wrong."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def worst(self) -> float:
        """The longest that an answer took."""
        return max(self.seconds, default=0.0)


@dataclass
class Memory:
    """The most that the processes of the service held, in bytes."""

    of_one: int = 0
    together: int = 0


@dataclass(frozen=True)
class Who:
    """A role, and the headers that a client in it sends."""

    role: str
    headers: dict[str, str]


def send_all(
    served: Served,
    canary: Canary,
    cases: Iterable[tuple[Attack, Place]],
    callers: Sequence[Who],
) -> list[Outcome]:
    """The outcome of every case, eight at once, by each caller in turn."""

    def one(taken: tuple[tuple[Attack, Place], Who]) -> Outcome:
        (attack, place), who = taken
        request = place.send(attack.make(canary), attack.media_type)
        headers = {**request.headers, **who.headers}
        status: int | None
        broken_off = False
        began = time.monotonic()
        try:
            status, body = served.send(request.method, request.path, request.body, headers)
        except http.client.IncompleteRead as error:
            status, body, broken_off = None, error.partial, True
        except (http.client.HTTPException, OSError) as error:
            status, body = None, repr(error).encode()
        seconds = time.monotonic() - began
        return Outcome(
            attack, place.name, who.role, status, seconds, body, place.seconds, broken_off
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, zip(cases, itertools.cycle(callers), strict=False)))


def send_raw(
    served: Served, canary: Canary, attacks: Iterable[Attack], callers: Sequence[Who]
) -> list[Outcome]:
    """The outcome of bytes on connections of their own, eight at once, by each caller in turn.

    The caller shows a token in every request that has a head to show it in, and none of its own.
    """

    def one(taken: tuple[Attack, Who]) -> Outcome:
        attack, who = taken
        data = _showing(attack.make(canary), who)
        began = time.monotonic()
        status, body = _exchanged(served.port, data)
        seconds = time.monotonic() - began
        limit = SECONDS_OF_A_QUERY
        return Outcome(attack, "connection", who.role, status, seconds, body, limit)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, zip(attacks, itertools.cycle(callers), strict=False)))


def _showing(data: bytes, who: Who) -> bytes:
    if b"\r\nAuthorization:" in data:
        return data
    head = "".join(f"\r\n{name}: {value}" for name, value in who.headers.items())
    return data.replace(b"\r\nConnection: close", b"\r\nConnection: close" + head.encode(), 1)


def _exchanged(port: int, data: bytes) -> tuple[int | None, bytes]:
    """The status and what followed; the sending side is closed, so that nobody waits for more."""
    answer = b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        with suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        while len(answer) < _LONGEST_READ and (piece := connection.recv(65536)):
            answer += piece
    line = answer.split(b"\r\n", 1)[0].split(b" ")
    found = line[1] if len(line) > 1 and line[0].startswith(b"HTTP/") else b""
    return (int(found) if found.isdigit() else None), answer


@contextmanager
def good_client(served: Served, who: Who) -> Iterator[GoodClient]:
    """A client that asks a page, a judgement and a query, over and over, until the block ends."""
    client, stop = GoodClient(), threading.Event()
    query = "/sparql?query=ASK%20%7B%20%3Fs%20a%20%3Fo%20%7D"
    paths = ("/healthz", "/api/v1/people/p001/fit/customer-service-specialist", "/people", query)

    def ask() -> None:
        for path in itertools.cycle(paths):
            if stop.is_set():
                return
            began = time.monotonic()
            status, body = _patiently(served, path, who)
            client.seconds.append(time.monotonic() - began)
            if status != 200:
                client.faults.append(f"{path}: {status} {body[:200]!r}")
            stop.wait(0.05)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield client
    finally:
        stop.set()
        asking.join(60)


def _patiently(served: Served, path: str, who: Who) -> tuple[int, bytes]:
    """The answer to somebody who does as Retry-After says where all are busy."""
    for remaining in reversed(range(TRIES)):
        try:
            status, headers, body = served.got(path, who.headers)
        except (http.client.HTTPException, OSError) as error:
            return 0, repr(error).encode()
        if status != 503 or not remaining:
            break
        time.sleep(float(headers["Retry-After"]))
    return status, body


@contextmanager
def watched_memory(served: Served) -> Iterator[Memory]:
    """What the processes of the service hold at most until the block ends."""
    most, stop = Memory(), threading.Event()

    def look() -> None:
        while not stop.wait(0.1):
            held = [size for size in map(_held, served.processes()) if size]
            most.of_one = max(most.of_one, max(held, default=0))
            most.together = max(most.together, sum(held))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield most
    finally:
        stop.set()
        looking.join(10)


def _held(process: psutil.Process) -> int:
    """What one process holds in memory beyond the files that it maps."""
    with suppress(psutil.Error):
        held = process.memory_info()
        return int(held.rss - held.shared)
    return 0
